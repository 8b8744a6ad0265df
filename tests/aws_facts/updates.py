"""The actions with which AWS itself creates and updates a resource, from CloudFormation's schemas.

The tests' environments are created and destroyed, and rarely updated, so the requests of applies lack most actions of
updates. [CloudFormation CLI User Guide, Resource type schema, handlers]
(https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html): the permissions of each
handler. cfn-lint has a copy of the schemas.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tests.aws_facts.iam_actions import canonical

#: CloudFormation's types by Terraform's, where the names differ. A type that is a part of another one in CloudFormation
#: has the other's.
NAMES = {
    "aws_acm_certificate": "CertificateManager::Certificate",
    "aws_appautoscaling_policy": "ApplicationAutoScaling::ScalingPolicy",
    "aws_appautoscaling_scheduled_action": "ApplicationAutoScaling::ScalableTarget",
    "aws_appautoscaling_target": "ApplicationAutoScaling::ScalableTarget",
    "aws_autoscaling_group": "AutoScaling::AutoScalingGroup",
    "aws_autoscaling_policy": "AutoScaling::ScalingPolicy",
    "aws_autoscaling_schedule": "AutoScaling::ScheduledAction",
    "aws_backup_plan": "Backup::BackupPlan",
    "aws_backup_selection": "Backup::BackupSelection",
    "aws_backup_vault": "Backup::BackupVault",
    "aws_backup_vault_lock_configuration": "Backup::BackupVault",
    "aws_cloudwatch_event_rule": "Events::Rule",
    "aws_cloudwatch_event_target": "Events::Rule",
    "aws_cloudwatch_log_delivery": "Logs::Delivery",
    "aws_cloudwatch_log_delivery_destination": "Logs::DeliveryDestination",
    "aws_cloudwatch_log_delivery_source": "Logs::DeliverySource",
    "aws_cloudwatch_log_group": "Logs::LogGroup",
    "aws_cloudwatch_log_resource_policy": "Logs::ResourcePolicy",
    "aws_cloudwatch_log_stream": "Logs::LogStream",
    "aws_cloudwatch_log_subscription_filter": "Logs::SubscriptionFilter",
    "aws_cloudwatch_metric_alarm": "CloudWatch::Alarm",
    "aws_cloudwatch_query_definition": "Logs::QueryDefinition",
    "aws_db_instance": "RDS::DBInstance",
    "aws_db_parameter_group": "RDS::DBParameterGroup",
    "aws_db_proxy": "RDS::DBProxy",
    "aws_db_proxy_default_target_group": "RDS::DBProxyTargetGroup",
    "aws_db_proxy_target": "RDS::DBProxyTargetGroup",
    "aws_db_subnet_group": "RDS::DBSubnetGroup",
    "aws_dx_gateway": "DirectConnect::DirectConnectGateway",
    "aws_dx_gateway_association": "DirectConnect::DirectConnectGatewayAssociation",
    "aws_ecr_lifecycle_policy": "ECR::Repository",
    "aws_ecr_repository_policy": "ECR::Repository",
    "aws_ecs_cluster_capacity_providers": "ECS::ClusterCapacityProviderAssociations",
    "aws_eip": "EC2::EIP",
    "aws_eks_access_policy_association": "EKS::AccessEntry",
    "aws_eks_node_group": "EKS::Nodegroup",
    "aws_flow_log": "EC2::FlowLog",
    "aws_grafana_workspace_saml_configuration": "Grafana::Workspace",
    "aws_iam_openid_connect_provider": "IAM::OIDCProvider",
    "aws_iam_role_policy_attachment": "IAM::Role",
    "aws_internet_gateway": "EC2::InternetGateway",
    "aws_kinesis_firehose_delivery_stream": "KinesisFirehose::DeliveryStream",
    "aws_lambda_function_event_invoke_config": "Lambda::EventInvokeConfig",
    "aws_launch_template": "EC2::LaunchTemplate",
    "aws_lb": "ElasticLoadBalancingV2::LoadBalancer",
    "aws_lb_listener": "ElasticLoadBalancingV2::Listener",
    "aws_lb_listener_rule": "ElasticLoadBalancingV2::ListenerRule",
    "aws_lb_target_group": "ElasticLoadBalancingV2::TargetGroup",
    "aws_nat_gateway": "EC2::NatGateway",
    "aws_network_acl": "EC2::NetworkAcl",
    "aws_network_acl_rule": "EC2::NetworkAclEntry",
    "aws_opensearch_domain": "OpenSearchService::Domain",
    "aws_rds_cluster": "RDS::DBCluster",
    "aws_rds_cluster_instance": "RDS::DBInstance",
    "aws_rds_cluster_parameter_group": "RDS::DBClusterParameterGroup",
    "aws_route": "EC2::Route",
    "aws_route53_record": "Route53::RecordSet",
    "aws_route53_zone": "Route53::HostedZone",
    "aws_route_table": "EC2::RouteTable",
    "aws_route_table_association": "EC2::SubnetRouteTableAssociation",
    "aws_secretsmanager_secret_rotation": "SecretsManager::RotationSchedule",
    "aws_security_group": "EC2::SecurityGroup",
    "aws_service_discovery_private_dns_namespace": "ServiceDiscovery::PrivateDnsNamespace",
    "aws_service_discovery_service": "ServiceDiscovery::Service",
    "aws_sns_topic_subscription": "SNS::Subscription",
    "aws_subnet": "EC2::Subnet",
    "aws_vpc": "EC2::VPC",
    "aws_vpc_endpoint": "EC2::VPCEndpoint",
    "aws_vpc_security_group_egress_rule": "EC2::SecurityGroupEgress",
    "aws_vpc_security_group_ingress_rule": "EC2::SecurityGroupIngress",
    "aws_vpn_gateway": "EC2::VPNGateway",
    "aws_wafv2_web_acl_logging_configuration": "WAFv2::LoggingConfiguration",
}
#: Services whose actions are also those of types of other services: what AWS does with the caller's permissions. The
#: actions of the remaining ones are for references that our resources do not have, such as API Gateway's.
ALSO = {
    "autoscaling", "backup-storage", "cloudwatch", "ec2", "elasticloadbalancing", "logs", "organizations", "route53",
    "secretsmanager", "sso",
}  # fmt: skip
#: Actions with data, actions for features that no module has, and those of IAM that the modules' own roles need.
_LEFT_OUT = re.compile(
    r"s3:(Get|Put|Delete)Object.*|s3:PutReplicationConfiguration|logs:(PutLogEvents|CreateLogStream)"
    r"|secretsmanager:GetSecretValue|\w+:\w*VerifiedAccess\w*|iam:(PassRole|DeleteRolePermissionsBoundary)"
)


def updates(name: str, own: Iterable[str]) -> list[str]:
    """Return the actions with which CloudFormation creates and updates a resource of Terraform's type, sorted.

    `own` are the actions of the type's own requests, which say its services.
    """
    handlers = _handlers().get(NAMES.get(name, "").replace("::", "").lower() or name[4:].replace("_", ""), {})
    services = ALSO | {each.partition(":")[0] for each in own}
    found = {
        canonical(action)
        for handler in ("create", "update")
        for action in handlers.get(handler, {}).get("permissions", ())
        if action.partition(":")[0].lower() in services or action == "iam:CreateServiceLinkedRole"
    }
    return sorted(each for each in found if each and not _LEFT_OUT.fullmatch(each))


@cache
def _handlers() -> Mapping[str, Any]:
    """Return the handlers of each type of CloudFormation that has them, by its name in lowercase."""
    found: dict[str, Any] = {}
    for path in (files("cfnlint") / "data" / "schemas" / "resources").iterdir():
        if not path.name.endswith(".json"):
            continue
        schema = json.loads(path.read_text())
        vendor, _, name = schema["typeName"].partition("::")
        if vendor == "AWS" and "handlers" in schema:
            found[name.replace("::", "").lower()] = schema["handlers"]
    return found
