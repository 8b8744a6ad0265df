"""DNS query logs of public zones."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.route53_query_log import Route53QueryLog
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.logs import RETENTION_DAYS
from modules.foundation.policies import Statement, allow, document, sid
from modules.network.zone.zones import PublicZone

#: The Region in which Route 53 writes all query logs ([Amazon Route 53 Developer Guide, Public DNS query logging]
#: (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html)).
REGION = "us-east-1"


class QueryLogs(Construct):
    """The query logs of an environment's zones.

    Creates: for each zone a log group in us-east-1 and its query log; one resource policy for all log groups, since an
    account can have ten per region ([CloudWatch Logs quotas, Resource policies]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html)). The log groups have no
    customer managed key, which would have to be in us-east-1: the queries were public on the internet already.
    """

    def __init__(self, scope: Construct, id: str, *, zones: Mapping[str, PublicZone], foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._names = foundation.names
        self._make = foundation.resources(self, "zone")
        self._provider = foundation.providers.in_region(REGION)
        policy = self._make(
            CloudwatchLogResourcePolicy,
            "query_logs",
            policy_name=self._names.of("query-logs"),
            policy_document=document([self._write_statement(label, zone) for label, zone in zones.items()]),
            provider=self._provider,
        )
        for label, zone in zones.items():
            self._log(label, zone, policy)

    def _log(self, label: str, zone: PublicZone, policy: CloudwatchLogResourcePolicy) -> None:
        log_group = self._make(
            CloudwatchLogGroup,
            f"{label}_query_logs",
            name=self._names.log_group(_group(label)),
            retention_in_days=RETENTION_DAYS[self._foundation.tier],
            provider=self._provider,
        )
        self._make(
            Route53QueryLog,
            label,
            zone_id=zone.zone_id,
            cloudwatch_log_group_arn=log_group.arn,
            # Route 53 tests the permission and rejects the query log without it.
            depends_on=[policy],
        )

    def _write_statement(self, label: str, zone: PublicZone) -> Statement:
        """Return the statement of [Amazon Route 53 API Reference, CreateQueryLoggingConfig]
        (https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html).
        """
        group = self._names.log_group(_group(label))
        return allow(
            f"QueryLogs{sid(label)}",
            principal={"Service": "route53.amazonaws.com"},
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"arn:aws:logs:{REGION}:{self._names.account_id}:log-group:{group}:*"],
            condition={
                "StringEquals": {"aws:SourceAccount": self._names.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{zone.zone_id}"},
            },
        )


def _group(label: str) -> str:
    return f"route53/{label}"
