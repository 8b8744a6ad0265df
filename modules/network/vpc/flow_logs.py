"""Flow logs: what went over the VPC's network interfaces, so that an incident can be read afterwards."""

from cdktf_cdktf_provider_aws.flow_log import FlowLog, FlowLogDestinationOptions
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by, document
from modules.network.vpc.settings import FlowLogSettings

#: Fields of versions 2 to 5 ("Amazon VPC User Guide, Flow log records"): beside the default ones, which subnet and
#: instance, the packet's own addresses behind a NAT gateway or load balancer, TCP flags, and the way that it took.
FIELDS = (
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "az-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
)
#: `$${x}` is how Terraform writes a `${x}` that is not its own.
LOG_FORMAT = " ".join(f"$${{{field}}}" for field in FIELDS)
#: Seconds over which a flow is summed up: 60 or 600. An incident is read by the minute.
AGGREGATION_INTERVAL = 60


class FlowLogs(Construct):
    """Creates: the flow log; its statements in the log bucket's policy, or a log group and the role that writes it."""

    def __init__(
        self, scope: Construct, id: str, *, settings: FlowLogSettings, foundation: Foundation, vpc_id: str
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        if settings.destination == "s3":
            self._deliver_to_bucket(vpc_id)
        else:
            self._deliver_to_log_group(vpc_id)

    def _deliver_to_bucket(self, vpc_id: str) -> None:
        log_bucket = self._foundation.log_bucket
        self._make(
            FlowLog,
            "flow_log",
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic,
            log_destination_type="s3",
            log_destination=log_bucket.grant_flow_log_delivery("vpc-flow-logs"),
            log_format=LOG_FORMAT,
            max_aggregation_interval=AGGREGATION_INTERVAL,
            # Athena reads Parquet by columns and skips the hours that are not asked for.
            destination_options=FlowLogDestinationOptions(
                file_format="parquet", hive_compatible_partitions=True, per_hour_partition=True
            ),
            tags={"Name": self._foundation.names.of("flow-log")},
            depends_on=[log_bucket.bucket.ready],
        )

    def _deliver_to_log_group(self, vpc_id: str) -> None:
        log_group = self._foundation.log_group("vpc-flow-logs")
        role = self._make(
            IamRole,
            "flow_log",
            name=self._foundation.names.role("flow-log"),
            # [VPC User Guide, IAM role for publishing flow logs to CloudWatch Logs]
            # (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html) names aws:SourceAccount.
            assume_role_policy=assumed_by("vpc-flow-logs.amazonaws.com", self._foundation.names.account_id),
        )
        write = allow(
            "Write",
            actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            resources=[log_group.arn, f"{log_group.arn}:*"],
        )
        # The same page: the service lists groups before it writes.
        find = allow("Find", actions=["logs:DescribeLogGroups"], resources=["*"])
        self._make(IamRolePolicy, "flow_log", name="write", role=role.id, policy=document([write, find]))
        self._make(
            FlowLog,
            "flow_log",
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic,
            log_destination_type="cloud-watch-logs",
            log_destination=log_group.arn,
            iam_role_arn=role.arn,
            log_format=LOG_FORMAT,
            max_aggregation_interval=AGGREGATION_INTERVAL,
            tags={"Name": self._foundation.names.of("flow-log")},
            depends_on=[log_group.ready],
        )
