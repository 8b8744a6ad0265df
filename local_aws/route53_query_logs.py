"""Route 53: query logs.

AWS: CreateQueryLoggingConfig accepts the ARN of a log group in us-east-1 with or without `:*` at its end, and tries to
write to it: a resource policy of CloudWatch Logs must allow that ([Public DNS query logging]
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html)). Moto 5.2.5 requires `:*`, which the
provider omits, and ignores policies. Added: both forms are accepted, and a log group without a policy is rejected with
AWS's error.
"""

from collections.abc import Callable
from typing import Any

ANY_STREAM = ":*"
SERVICE = "route53.amazonaws.com"
ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


def install() -> None:
    """Wrap Moto's CreateQueryLoggingConfig."""
    from moto.route53.models import Route53Backend

    from local_aws.extend import add

    add(Route53Backend, _by_policy(Route53Backend.create_query_logging_config))


def _by_policy(create: Callable[[Any, str, str], Any]) -> Callable[[Any, str, str], Any]:
    def create_query_logging_config(backend: Any, hosted_zone_id: str, log_group_arn: str) -> Any:
        streams = f"{log_group_arn.removesuffix(ANY_STREAM)}{ANY_STREAM}" if log_group_arn else log_group_arn
        config = create(backend, hosted_zone_id, streams)
        if not _may_write(backend.account_id, hosted_zone_id, streams):
            del backend.query_logging_configs[config.id]
            raise _insufficient()
        config.cloud_watch_logs_log_group_arn = log_group_arn
        return config

    return create_query_logging_config


def _may_write(account_id: str, hosted_zone_id: str, streams: str) -> bool:
    from moto.logs.models import logs_backends

    from iam.evaluation import effects

    context = {
        "aws:principalservicename": SERVICE,
        "aws:sourceaccount": account_id,
        "aws:sourcearn": f"arn:aws:route53:::hostedzone/{hosted_zone_id}",
    }
    policies = [
        policy.policy_document for policy in logs_backends[account_id]["us-east-1"].describe_resource_policies()
    ]
    stream = f"{streams.removesuffix('*')}log-stream:{hosted_zone_id}/ICN54"
    return all(
        set().union(*(effects(policy, action, stream, context) for policy in policies)) == {"Allow"}
        for action in ACTIONS
    )


def _insufficient() -> Exception:
    from moto.route53.exceptions import Route53ClientError

    return Route53ClientError(
        "InsufficientCloudWatchLogsResourcePolicy",
        "The resource policy that you're using for Route 53 query logging doesn't grant Route 53 sufficient "
        "permission to create a log stream in the specified log group.",
    )
