"""VPC flow logs: a record of the traffic of the VPC's network interfaces, to investigate incidents."""

from cdktf_cdktf_provider_aws.flow_log import FlowLog, FlowLogDestinationOptions
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by
from modules.foundation.roles import Role
from modules.network.vpc.settings import FlowLogSettings

#: Fields of versions 2 to 5 ([Amazon VPC User Guide, Flow log records]
#: (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html)): in addition to the default fields, the
#: subnet and instance, the original addresses of packets behind a NAT gateway or load balancer, TCP flags, and the
#: path.
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
#: Terraform reads `$${x}` as the literal text `${x}`.
LOG_FORMAT = " ".join(f"$${{{field}}}" for field in FIELDS)
#: Seconds, 60 or 600. An incident is investigated minute by minute.
AGGREGATION_INTERVAL = 60


class FlowLogs(Construct):
    """The flow log of the VPC.

    Creates: the flow log; its statements in the log bucket's policy, or a log group and the role that writes to it.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: FlowLogSettings, foundation: Foundation, vpc_id: str
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        if settings.log_destination_type == "s3":
            self._deliver_to_bucket(vpc_id)
        else:
            self._deliver_to_log_group(vpc_id)

    def _deliver_to_bucket(self, vpc_id: str) -> None:
        log_bucket = self._foundation.log_bucket
        self._make(
            FlowLog,
            "flow_log",
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic_type,
            log_destination_type="s3",
            log_destination=log_bucket.grant_flow_log_delivery("vpc-flow-logs"),
            log_format=LOG_FORMAT,
            max_aggregation_interval=AGGREGATION_INTERVAL,
            # Athena reads only the needed columns of Parquet files, and only the hours in the query.
            destination_options=FlowLogDestinationOptions(
                file_format="parquet", hive_compatible_partitions=True, per_hour_partition=True
            ),
            tags={"Name": self._foundation.names.of("flow-log")},
            depends_on=[log_bucket.bucket.ready],
        )

    def _deliver_to_log_group(self, vpc_id: str) -> None:
        names, log_group = self._foundation.names, self._foundation.log_group("vpc-flow-logs")
        write = allow(
            "Write",
            actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            resources=[log_group.arn, f"{log_group.arn}:*"],
        )
        role = Role(
            self._make,
            "flow_log",
            names=names,
            name="flow-log",
            # [VPC User Guide, IAM role for publishing flow logs to CloudWatch Logs]
            # (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html) names aws:SourceAccount, and
            # says that the service lists log groups before it writes.
            trust_policy=assumed_by("vpc-flow-logs.amazonaws.com", names.account_id),
            policy_name="write",
            statements=[write, allow("Find", actions=["logs:DescribeLogGroups"], resources=["*"])],
        )
        self._make(
            FlowLog,
            "flow_log",
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic_type,
            log_destination_type="cloud-watch-logs",
            log_destination=log_group.arn,
            iam_role_arn=role.arn,
            log_format=LOG_FORMAT,
            max_aggregation_interval=AGGREGATION_INTERVAL,
            tags={"Name": names.of("flow-log")},
            depends_on=[log_group.ready],
        )
