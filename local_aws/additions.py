"""The list of additions to Moto 5.2.5, one module per service.

Each module's docstring states what AWS does, what Moto lacks, and what is added. Everything is installed into Moto's
classes once, before the server starts.
"""

from collections.abc import Callable

from local_aws import (
    application_autoscaling,
    autoscaling,
    backup,
    cloudfront,
    cloudfront_policies,
    cloudwatch_actions,
    cloudwatch_checks,
    cloudwatch_composites,
    cloudwatch_evaluation,
    cognito_idp,
    direct_connect,
    ec2,
    ecr,
    ecs_capacity,
    ecs_services,
    eks,
    eks_access,
    eks_nodes,
    elasticache,
    elasticache_groups,
    elbv2,
    events,
    events_patterns,
    events_targets,
    kinesis,
    kms,
    lambda_,
    launch_templates,
    rds,
    rds_cluster_endpoints,
    rds_groups,
    rds_proxy,
    route53,
    route53_query_logs,
    s3,
    s3_tiering,
    secretsmanager,
    service_quotas,
    sqs,
    wafv2,
)

ADDITIONS: tuple[Callable[[], None], ...] = (
    application_autoscaling.install,
    autoscaling.install,
    backup.install,
    cloudfront.install,
    cloudfront_policies.install,
    cloudwatch_actions.install,
    cloudwatch_checks.install,
    cloudwatch_composites.install,
    cloudwatch_evaluation.install,
    cognito_idp.install,
    direct_connect.install,
    ec2.install,
    ecr.install,
    ecs_capacity.install,
    ecs_services.install,
    eks.install,
    eks_access.install,
    eks_nodes.install,
    elasticache.install,
    elasticache_groups.install,
    elbv2.install,
    events.install,
    events_patterns.install,
    events_targets.install,
    kinesis.install,
    kms.install,
    lambda_.install,
    launch_templates.install,
    rds.install,
    rds_cluster_endpoints.install,
    rds_groups.install,
    rds_proxy.install,
    route53.install,
    route53_query_logs.install,
    s3.install,
    s3_tiering.install,
    secretsmanager.install,
    service_quotas.install,
    sqs.install,
    wafv2.install,
)


def install() -> None:
    """Install all additions into Moto, in this process."""
    for addition in ADDITIONS:
        addition()
