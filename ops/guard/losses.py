"""Losses: what holds data, has an identity that others know, or serves, would be destroyed or replaced."""

from collections.abc import Iterator

from ops.guard.plan import Change, Plan, ResourceChange
from ops.guard.refusal import Refusal

#: What is gone for good with each type. A cluster's instances hold nothing of their own: Aurora's data lies in the
#: cluster's volume, a container instance's in nothing that lasts.
STATEFUL = {
    "aws_backup_vault": "its recovery points",
    "aws_cloudwatch_log_group": "its logs",
    "aws_cognito_user_pool": "its users and their passwords",
    "aws_db_instance": "its data",
    "aws_docdb_cluster": "its data",
    "aws_dynamodb_table": "its items",
    "aws_ebs_volume": "its data",
    "aws_ecr_repository": "its images",
    "aws_ecs_cluster": "its services, and the name that pipelines deploy to",
    "aws_efs_file_system": "its files",
    "aws_eip": "its address, which partners may have let in",
    "aws_eks_cluster": "all that runs in it",
    # By a new profile too: EKS deletes the pods of the old one all at once ("Delete a Fargate profile").
    "aws_eks_fargate_profile": "its pods, all at once",
    "aws_elasticache_cluster": "its entries",
    "aws_elasticache_replication_group": "its entries",
    "aws_elasticache_serverless_cache": "its entries",
    "aws_kinesis_stream": "its records",
    "aws_kms_key": "all that is encrypted with it",
    "aws_kms_replica_key": "what is encrypted with it in its region",
    "aws_msk_cluster": "its records",
    "aws_neptune_cluster": "its data",
    "aws_opensearch_domain": "its documents",
    "aws_prometheus_workspace": "its metrics",
    "aws_rds_cluster": "its data",
    "aws_rds_global_cluster": "its members' connection",
    "aws_redshift_cluster": "its data",
    "aws_route53_zone": "its records, and the name servers that its parent leads to",
    "aws_s3_bucket": "its objects",
    "aws_secretsmanager_secret": "its value",
    "aws_sqs_queue": "its messages",
    "aws_ssm_parameter": "its value",
}
#: What stops with each type. A replacement whose new one is there before the old one goes leaves no gap.
SERVING = {
    "aws_autoscaling_group": "its instances, and what runs on them",
    "aws_cloudfront_distribution": "what it answers for",
    "aws_cognito_user_pool_domain": "the address at which users sign in",
    "aws_dx_gateway": "the way to the corporate network",
    "aws_dx_gateway_association": "the way to the corporate network",
    "aws_ecs_service": "its running tasks",
    "aws_eks_node_group": "its nodes, and the pods on them",
    "aws_lb": "what it answers for",
    # AWS deletes neither as long as something is in it: the apply would stop half-way.
    "aws_subnet": "whatever is in it",
    "aws_vpc": "whatever is in it",
    "aws_vpn_gateway": "the way to the corporate network",
}


def losses(plan: Plan) -> Iterator[Refusal]:
    """Yield each destruction or replacement of what holds something, or of what serves until there is another."""
    for resource in plan.changes:
        lost = _lost(resource)
        if lost:
            yield Refusal(
                resource.address, "loss", f"{resource.address} {_happens(resource.change)}, and with it {lost}."
            )


def _lost(resource: ResourceChange) -> str | None:
    change = resource.change
    if change.leaves_gap and resource.type in SERVING:
        return SERVING[resource.type]
    return STATEFUL.get(resource.type) if change.is_loss and not _is_copy(resource) else None


def _happens(change: Change) -> str:
    if not change.is_replacement:
        return "would be destroyed"
    causes = sorted({str(path[0]) for path in change.replace_paths if path})
    return "would be replaced by a new one" + (f" (changed: {', '.join(causes)})" if causes else "")


def _is_copy(resource: ResourceChange) -> bool:
    """Return whether it is a read replica: its data is its source's."""
    return resource.type == "aws_db_instance" and bool(resource.change.was("replicate_source_db"))
