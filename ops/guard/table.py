"""The guard's table: a row for each resource type and attribute whose change can be harmful.

The rows are in ops/guard/areas, one file for each area of AWS. How to add a row: docs/guard.md.
"""

from ops.guard.areas.access import ACCESS
from ops.guard.areas.compute import COMPUTE
from ops.guard.areas.data import BACKUPS, BUCKETS, DATA
from ops.guard.areas.edge import EDGE
from ops.guard.areas.events import EVENTS
from ops.guard.areas.every_type import ANY
from ops.guard.areas.network import NETWORK
from ops.guard.areas.observability import OBSERVABILITY
from ops.guard.rows import Row

_POLICY = "its policy is compared (ops/guard/policies.py)"
_RANGES = "its ranges are compared (ops/guard/ranges.py)"
_SCALING = "it changes a running count between limits that have rows"
#: Types in synthesized stacks that need no row, with the reason.
NEED_NO_ROW = {
    "aws_account_alternate_contact": "AWS still writes to the root user's address",
    "aws_acm_certificate": "AWS refuses to delete one that is in use, and a new one is created first",
    "aws_acm_certificate_validation": "it only waits, and is not an object in AWS",
    "aws_appautoscaling_policy": _SCALING,
    "aws_appautoscaling_scheduled_action": _SCALING,
    "aws_autoscaling_policy": _SCALING,
    "aws_autoscaling_schedule": _SCALING,
    "aws_cloudfront_cache_policy": "it controls what is cached, and CloudFront refuses to delete one that is in use",
    "aws_cloudfront_function": "its code is reviewed as code, and CloudFront refuses to delete one that is in use",
    "aws_cloudfront_public_key": "the key group that lists it has a row",
    "aws_cloudfront_vpc_origin": "CloudFront refuses to delete one that is in use",
    "aws_cloudwatch_dashboard": "it only shows, and Terraform can create it again",
    "aws_cloudwatch_log_resource_policy": _POLICY,
    "aws_cloudwatch_query_definition": "it only saves the text of a query",
    "aws_cloudwatch_log_stream": "the log group that contains it has a row",
    "aws_db_proxy_default_target_group": "it controls how connections are pooled",
    "aws_db_subnet_group": "RDS refuses to delete one that is in use",
    "aws_default_security_group": _RANGES,
    "aws_ecr_repository_policy": _POLICY,
    "aws_ecs_account_setting_default": "it applies to what is created later",
    "aws_ecs_cluster_capacity_providers": "ECS refuses to remove a provider that services use",
    "aws_elasticache_parameter_group": "it sets memory limits; TLS and users are set elsewhere, and have rows",
    "aws_elasticache_subnet_group": "ElastiCache refuses to delete one that is in use",
    "aws_elasticache_user_group": "the permissions of its users have rows, and so has a cache that loses its group",
    "aws_grafana_role_association": "it names users and groups, which the plan shows",
    "aws_grafana_workspace_saml_configuration": "it names roles of the identity provider, which the plan shows",
    "aws_iam_group": "its policy is compared",
    "aws_iam_group_policy": _POLICY,
    "aws_iam_instance_profile": "the policies of its role are compared",
    "aws_iam_policy": _POLICY,
    "aws_iam_role_policy": _POLICY,
    "aws_iam_service_linked_role": "AWS refuses to delete one that is in use",
    "aws_iam_user": "it has no password or access key from here, and the roles that trust it are compared",
    "aws_iam_user_group_membership": "the policies of the group are compared, and without it a user may do nothing",
    "aws_lambda_invocation": "it has invoked a function, and its deletion or replacement takes nothing away",
    "aws_lambda_permission": "it is compared as a policy statement (ops/guard/policies.py)",
    "aws_lb_target_group_attachment": "the service that registered a target replaces it",
    "aws_network_acl": _RANGES,
    "aws_s3_bucket_policy": _POLICY,
    "aws_security_group": _RANGES,
    "aws_service_discovery_service": "it is deleted with its service, which has a row",
    "aws_sns_topic_policy": _POLICY,
    "aws_vpc_security_group_egress_rule": "it allows egress; the destination needs an ingress rule of its own",
    "aws_vpc_security_group_ingress_rule": _RANGES,
    "terraform_data": "it is only in the state",
}
TABLE: tuple[Row, ...] = (*ANY, *DATA, *BUCKETS, *BACKUPS, *EVENTS, *ACCESS, *NETWORK, *EDGE, *COMPUTE, *OBSERVABILITY)
