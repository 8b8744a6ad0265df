"""The import ids of resources, by resource type.

Source of each form: the Import section of the type's page in the documentation of the Terraform AWS provider 5.100.0
(https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs). Source of each call: the service's API reference.
"""

from collections.abc import Mapping

from ops.recovery.import_forms import Listed, Named, Row


def _named(*forms: str) -> Named:
    return Named(forms)


_OURS = " && ".join(f"Tags[?Key=='{key}' && Value=={{tags_all[{key}]}}]" for key in ("Name", "product", "environment"))


def _ec2(operation: str, answer: str, identifier: str, condition: str = "") -> Listed:
    """Return the row of a type that EC2 lists with its tags, including Name."""
    return Listed("ec2", operation, f"{answer}[?{_OURS}{condition}].{identifier}")


def _group_rule(direction: str) -> Listed:
    """Return the row of a security group rule, which has no name and is identified by what it allows."""
    return Listed(
        "ec2",
        "describe_security_group_rules",
        f"SecurityGroupRules[?IsEgress==`{direction}` && IpProtocol=={{ip_protocol}} && CidrIpv4=={{cidr_ipv4}}"
        " && (IpProtocol=='-1' || FromPort=={from_port} && ToPort=={to_port})"
        " && ReferencedGroupInfo.GroupId=={referenced_security_group_id} && PrefixListId=={prefix_list_id}"
        "].SecurityGroupRuleId",
        {"Filters": [{"Name": "group-id", "Values": ["{security_group_id}"]}]},
    )


_ALIVE = " && State!='deleting' && State!='deleted'"
_BUCKET = _named("{bucket}")
_CONNECTION = "Connections[?ConnectionName=={name}].ConnectionArn"

IMPORT_IDS: Mapping[str, Row] = {
    "aws_accessanalyzer_analyzer": _named("{analyzer_name}"),
    "aws_account_alternate_contact": _named("{alternate_contact_type}"),
    "aws_acm_certificate": Listed(
        "acm",
        "list_certificates",
        "CertificateSummaryList[?DomainName=={domain_name}].CertificateArn",
        each=("list_tags_for_certificate", {"CertificateArn": "{found}"}, _OURS),
    ),
    "aws_appautoscaling_policy": _named("{service_namespace}/{resource_id}/{scalable_dimension}/{name}"),
    "aws_appautoscaling_target": _named("{service_namespace}/{resource_id}/{scalable_dimension}"),
    "aws_autoscaling_group": _named("{name}"),
    "aws_autoscaling_policy": _named("{autoscaling_group_name}/{name}"),
    "aws_autoscaling_schedule": _named("{autoscaling_group_name}/{scheduled_action_name}"),
    "aws_backup_plan": Listed("backup", "list_backup_plans", "BackupPlansList[?BackupPlanName=={name}].BackupPlanId"),
    "aws_backup_selection": Listed(
        "backup",
        "list_backup_selections",
        "BackupSelectionsList[?SelectionName=={name}].SelectionId",
        {"BackupPlanId": "{plan_id}"},
        "{plan_id}|{found}",
    ),
    "aws_backup_vault": _named("{name}"),
    "aws_backup_vault_lock_configuration": _named("{backup_vault_name}"),
    "aws_cloudfront_cache_policy": Listed(
        "cloudfront",
        "list_cache_policies",
        "CachePolicyList.Items[?CachePolicy.CachePolicyConfig.Name=={name}].CachePolicy.Id",
        {"Type": "custom"},
    ),
    "aws_cloudfront_distribution": Listed(
        "cloudfront", "list_distributions", "DistributionList.Items[?Comment=={comment}].Id"
    ),
    "aws_cloudfront_function": _named("{name}"),
    "aws_cloudfront_key_group": Listed(
        "cloudfront", "list_key_groups", "KeyGroupList.Items[?KeyGroup.KeyGroupConfig.Name=={name}].KeyGroup.Id"
    ),
    "aws_cloudfront_origin_access_control": Listed(
        "cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items[?Name=={name}].Id"
    ),
    "aws_cloudfront_public_key": Listed("cloudfront", "list_public_keys", "PublicKeyList.Items[?Name=={name}].Id"),
    "aws_cloudfront_response_headers_policy": Listed(
        "cloudfront",
        "list_response_headers_policies",
        "ResponseHeadersPolicyList.Items[?ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name=={name}]"
        ".ResponseHeadersPolicy.Id",
        {"Type": "custom"},
    ),
    "aws_cloudfront_vpc_origin": Listed(
        "cloudfront", "list_vpc_origins", "VpcOriginList.Items[?Name=={vpc_origin_endpoint_config[0][name]}].Id"
    ),
    "aws_codebuild_project": _named("{name}"),
    "aws_codeconnections_connection": Listed("codeconnections", "list_connections", _CONNECTION),
    "aws_codepipeline": _named("{name}"),
    "aws_cloudtrail": _named("arn:aws:cloudtrail:{region}:{account}:trail/{name}"),
    "aws_cloudwatch_composite_alarm": _named("{alarm_name}"),
    "aws_cloudwatch_dashboard": _named("{dashboard_name}"),
    "aws_cloudwatch_event_rule": _named("{name}"),
    "aws_cloudwatch_event_target": _named("{rule}/{target_id}"),
    "aws_cloudwatch_log_delivery": Listed(
        "logs",
        "describe_deliveries",
        "deliveries[?deliverySourceName=={delivery_source_name}"
        " && deliveryDestinationArn=={delivery_destination_arn}].id",
    ),
    "aws_cloudwatch_log_delivery_destination": _named("{name}"),
    "aws_cloudwatch_log_delivery_source": _named("{name}"),
    "aws_cloudwatch_log_group": _named("{name}"),
    "aws_cloudwatch_log_resource_policy": _named("{policy_name}"),
    "aws_cloudwatch_log_stream": _named("{log_group_name}:{name}"),
    "aws_cloudwatch_log_subscription_filter": _named("{log_group_name}|{name}"),
    "aws_cloudwatch_metric_alarm": _named("{alarm_name}"),
    "aws_cloudwatch_query_definition": Listed(
        "logs",
        "describe_query_definitions",
        "queryDefinitions[?name=={name}].queryDefinitionId",
        {"queryDefinitionNamePrefix": "{name}"},
        "arn:aws:logs:{region}:{account}:query-definition:{found}",
    ),
    "aws_cognito_user_pool": Listed(
        "cognito-idp", "list_user_pools", "UserPools[?Name=={name}].Id", {"MaxResults": 60}
    ),
    "aws_cognito_user_pool_client": Listed(
        "cognito-idp",
        "list_user_pool_clients",
        "UserPoolClients[?ClientName=={name}].ClientId",
        {"UserPoolId": "{user_pool_id}", "MaxResults": 60},
        "{user_pool_id}/{found}",
    ),
    "aws_cognito_user_pool_domain": _named("{domain}"),
    "aws_config_configuration_recorder": _named("{name}"),
    "aws_config_configuration_recorder_status": _named("{name}"),
    "aws_config_delivery_channel": _named("{name}"),
    "aws_db_instance": _named("{identifier}"),
    "aws_db_parameter_group": _named("{name}"),
    "aws_db_proxy": _named("{name}"),
    "aws_db_proxy_default_target_group": _named("{db_proxy_name}"),
    "aws_db_proxy_target": _named(
        "{db_proxy_name}/{target_group_name}/RDS_INSTANCE/{db_instance_identifier}",
        "{db_proxy_name}/{target_group_name}/TRACKED_CLUSTER/{db_cluster_identifier}",
    ),
    "aws_db_subnet_group": _named("{name}"),
    "aws_dx_gateway": Listed(
        "directconnect",
        "describe_direct_connect_gateways",
        "directConnectGateways[?directConnectGatewayName=={name} && directConnectGatewayState=='available']"
        ".directConnectGatewayId",
    ),
    "aws_dx_gateway_association": _named("{dx_gateway_id}/{associated_gateway_id}"),
    "aws_ecr_lifecycle_policy": _named("{repository}"),
    "aws_ecr_repository": _named("{name}"),
    "aws_ecr_repository_policy": _named("{repository}"),
    "aws_ecs_capacity_provider": _named("{name}"),
    "aws_ecs_cluster": _named("{name}"),
    "aws_ecs_cluster_capacity_providers": _named("{cluster_name}"),
    "aws_ecs_service": _named("{cluster:last}/{name}"),
    "aws_ebs_volume": _ec2("describe_volumes", "Volumes", "VolumeId"),
    "aws_eip": _ec2("describe_addresses", "Addresses", "AllocationId"),
    "aws_eks_access_entry": _named("{cluster_name}:{principal_arn}"),
    "aws_eks_access_policy_association": _named("{cluster_name}#{principal_arn}#{policy_arn}"),
    "aws_eks_addon": _named("{cluster_name}:{addon_name}"),
    "aws_eks_cluster": _named("{name}"),
    "aws_eks_fargate_profile": _named("{cluster_name}:{fargate_profile_name}"),
    "aws_eks_node_group": _named("{cluster_name}:{node_group_name}"),
    "aws_eks_pod_identity_association": Listed(
        "eks",
        "list_pod_identity_associations",
        "associations[].associationId",
        {"clusterName": "{cluster_name}", "namespace": "{namespace}", "serviceAccount": "{service_account}"},
        "{cluster_name},{found}",
    ),
    "aws_elasticache_parameter_group": _named("{name}"),
    "aws_elasticache_replication_group": _named("{replication_group_id}"),
    "aws_elasticache_subnet_group": _named("{name}"),
    "aws_elasticache_user": _named("{user_id}"),
    "aws_elasticache_user_group": _named("{user_group_id}"),
    "aws_flow_log": _ec2("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "aws_fis_experiment_template": Listed(
        "fis", "list_experiment_templates", "experimentTemplates[?tags.Name=={tags_all[Name]}].id"
    ),
    "aws_grafana_workspace": Listed("grafana", "list_workspaces", "workspaces[?name=={name}].id"),
    "aws_grafana_workspace_saml_configuration": _named("{workspace_id}"),
    "aws_iam_group": _named("{name}"),
    "aws_iam_group_policy": _named("{group}:{name}"),
    "aws_iam_instance_profile": _named("{name}"),
    "aws_guardduty_detector": Listed("guardduty", "list_detectors", "DetectorIds"),
    "aws_iam_openid_connect_provider": _named("arn:aws:iam::{account}:oidc-provider/{url:host}"),
    "aws_iam_policy": _named("arn:aws:iam::{account}:policy/{name}"),
    "aws_iam_role": _named("{name}"),
    "aws_iam_role_policy": _named("{role}:{name}"),
    "aws_iam_role_policy_attachment": _named("{role}/{policy_arn}"),
    "aws_iam_service_linked_role": Listed(
        "iam", "list_roles", "Roles[?Path==join('', ['/aws-service-role/', {aws_service_name}, '/'])].Arn"
    ),
    "aws_iam_user": _named("{name}"),
    "aws_iam_user_group_membership": _named("{user}/{groups[0]}"),
    "aws_instance": Listed(
        "ec2",
        "describe_instances",
        f"Reservations[].Instances[] | [?{_OURS} && State.Name!='terminated'].InstanceId",
    ),
    "aws_internet_gateway": _ec2("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_kinesis_firehose_delivery_stream": _named("arn:aws:firehose:{region}:{account}:deliverystream/{name}"),
    "aws_kinesis_stream": _named("{name}"),
    "aws_kms_alias": _named("{name}"),
    "aws_kms_key": Listed(
        "kms",
        "list_keys",
        "Keys[].KeyId",
        each=(
            "describe_key",
            {"KeyId": "{found}"},
            "KeyMetadata.Description=={description} && KeyMetadata.KeyState!='PendingDeletion'",
        ),
    ),
    "aws_lambda_alias": _named("{function_name}/{name}"),
    "aws_lambda_event_source_mapping": Listed(
        "lambda",
        "list_event_source_mappings",
        "EventSourceMappings[].UUID",
        {"FunctionName": "{function_name}", "EventSourceArn": "{event_source_arn}"},
    ),
    "aws_lambda_function": _named("{function_name}"),
    "aws_lambda_function_event_invoke_config": _named("{function_name}:{qualifier}", "{function_name}"),
    "aws_lambda_permission": _named("{function_name}:{qualifier}/{statement_id}", "{function_name}/{statement_id}"),
    "aws_lambda_provisioned_concurrency_config": _named("{function_name},{qualifier}"),
    "aws_launch_template": Listed(
        "ec2", "describe_launch_templates", "LaunchTemplates[?LaunchTemplateName=={name}].LaunchTemplateId"
    ),
    "aws_lb": Listed("elbv2", "describe_load_balancers", "LoadBalancers[?LoadBalancerName=={name}].LoadBalancerArn"),
    "aws_lb_listener": Listed(
        "elbv2",
        "describe_listeners",
        "Listeners[?Port=={port}].ListenerArn",
        {"LoadBalancerArn": "{load_balancer_arn}"},
    ),
    "aws_lb_listener_rule": Listed(
        "elbv2",
        "describe_rules",
        "Rules[?Priority==to_string({priority})].RuleArn",
        {"ListenerArn": "{listener_arn}"},
    ),
    "aws_lb_target_group": Listed(
        "elbv2", "describe_target_groups", "TargetGroups[?TargetGroupName=={name}].TargetGroupArn"
    ),
    "aws_nat_gateway": _ec2("describe_nat_gateways", "NatGateways", "NatGatewayId", _ALIVE),
    "aws_network_acl": _ec2("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "aws_network_interface": Listed(
        "ec2",
        "describe_network_interfaces",
        f"NetworkInterfaces[?{_OURS.replace('Tags[', 'TagSet[')}].NetworkInterfaceId",
    ),
    "aws_network_acl_rule": _named("{network_acl_id}:{rule_number}:{protocol}:{egress}"),
    "aws_opensearch_domain": _named("{domain_name}"),
    "aws_rds_cluster": _named("{cluster_identifier}"),
    "aws_rds_cluster_instance": _named("{identifier}"),
    "aws_rds_cluster_parameter_group": _named("{name}"),
    "aws_route": _named("{route_table_id}_{destination_cidr_block}"),
    "aws_route53_health_check": Listed(
        "route53",
        "list_health_checks",
        "HealthChecks[?HealthCheckConfig.FullyQualifiedDomainName=={fqdn} && HealthCheckConfig.Port=={port}"
        " && HealthCheckConfig.ResourcePath=={resource_path}].Id",
    ),
    "aws_route53_query_log": Listed(
        "route53",
        "list_query_logging_configs",
        "QueryLoggingConfigs[?CloudWatchLogsLogGroupArn=={cloudwatch_log_group_arn}].Id",
        {"HostedZoneId": "{zone_id}"},
    ),
    "aws_route53_record": _named("{zone_id}_{name}_{type}_{set_identifier}", "{zone_id}_{name}_{type}"),
    "aws_route53_zone": Listed(
        "route53",
        "list_hosted_zones",
        "HostedZones[?Name==join('', [{name}, '.']) && Config.Comment=={comment}].Id",
        form="{found:last}",
    ),
    "aws_route_table": _ec2("describe_route_tables", "RouteTables", "RouteTableId"),
    # If an association does not exist, the provider's import error does not contain the address.
    "aws_route_table_association": Listed(
        "ec2",
        "describe_route_tables",
        "RouteTables[].Associations[] | [?SubnetId=={subnet_id}].RouteTableAssociationId",
        {"RouteTableIds": ["{route_table_id}"]},
        "{subnet_id}/{route_table_id}",
    ),
    "aws_s3_bucket": _BUCKET,
    "aws_s3_bucket_cors_configuration": _BUCKET,
    "aws_s3_bucket_lifecycle_configuration": _BUCKET,
    "aws_s3_bucket_logging": _BUCKET,
    "aws_s3_bucket_notification": _BUCKET,
    "aws_s3_bucket_ownership_controls": _BUCKET,
    "aws_s3_bucket_policy": _BUCKET,
    "aws_s3_bucket_public_access_block": _BUCKET,
    "aws_s3_bucket_server_side_encryption_configuration": _BUCKET,
    "aws_s3_bucket_versioning": _BUCKET,
    "aws_scheduler_schedule": _named("default/{name}"),
    "aws_secretsmanager_secret": Listed(
        "secretsmanager", "describe_secret", "[@][?DeletedDate==`null`].ARN", {"SecretId": "{name}"}
    ),
    "aws_secretsmanager_secret_rotation": _named("{secret_id}"),
    "aws_security_group": _ec2("describe_security_groups", "SecurityGroups", "GroupId"),
    "aws_service_discovery_private_dns_namespace": Listed(
        "servicediscovery",
        "list_namespaces",
        "Namespaces[?Name=={name} && Type=='DNS_PRIVATE'].Id",
        form="{found}:{vpc}",
    ),
    "aws_service_discovery_service": Listed(
        "servicediscovery",
        "list_services",
        "Services[?Name=={name}].Id",
        {"Filters": [{"Name": "NAMESPACE_ID", "Values": ["{dns_config[0][namespace_id]}"]}]},
    ),
    "aws_securityhub_account": _named("{account}"),
    "aws_securityhub_standards_subscription": Listed(
        "securityhub",
        "get_enabled_standards",
        "StandardsSubscriptions[?StandardsArn=={standards_arn}].StandardsSubscriptionArn",
    ),
    "aws_sns_topic": _named("arn:aws:sns:{region}:{account}:{name}"),
    "aws_sns_topic_policy": _named("{arn}"),
    "aws_sns_topic_subscription": Listed(
        "sns",
        "list_subscriptions_by_topic",
        "Subscriptions[?Protocol=={protocol} && Endpoint=={endpoint}].SubscriptionArn",
        {"TopicArn": "{topic_arn}"},
    ),
    "aws_sqs_queue": Listed("sqs", "get_queue_url", "[QueueUrl]", {"QueueName": "{name}"}),
    "aws_ssm_association": Listed(
        "ssm", "list_associations", "Associations[?AssociationName=={association_name}].AssociationId"
    ),
    "aws_ssm_document": _named("{name}"),
    "aws_subnet": _ec2("describe_subnets", "Subnets", "SubnetId"),
    "aws_volume_attachment": _named("{device_name}:{volume_id}:{instance_id}"),
    "aws_vpc": _ec2("describe_vpcs", "Vpcs", "VpcId"),
    "aws_vpc_endpoint": _ec2("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", _ALIVE),
    "aws_vpc_security_group_egress_rule": _group_rule("true"),
    "aws_vpc_security_group_ingress_rule": _group_rule("false"),
    "aws_vpn_gateway": _ec2("describe_vpn_gateways", "VpnGateways", "VpnGatewayId", _ALIVE),
    "aws_wafv2_web_acl": Listed(
        "wafv2",
        "list_web_acls",
        "WebACLs[?Name=={name}].Id",
        {"Scope": "{scope}", "Limit": 100},
        "{found}/{name}/{scope}",
    ),
    "aws_wafv2_web_acl_association": _named("{web_acl_arn},{resource_arn}"),
    "aws_wafv2_web_acl_logging_configuration": _named("{resource_arn}"),
}

#: Types that need no import, and why: what an apply does if the object already exists.
CREATED_AGAIN: Mapping[str, str] = {
    "aws_acm_certificate_validation": "Waits for a certificate; not an object in AWS.",
    "aws_appautoscaling_scheduled_action": "PutScheduledAction overwrites the action of the same name.",
    "aws_default_route_table": "Terraform adopts the route table that AWS created with the VPC.",
    "aws_default_security_group": "Terraform adopts the security group that AWS created with the VPC.",
    "aws_ebs_encryption_by_default": "EnableEbsEncryptionByDefault sets what may already be set.",
    "aws_ec2_instance_metadata_defaults": "ModifyInstanceMetadataDefaults overwrites the Region's only defaults.",
    "aws_ecr_registry_scanning_configuration": "PutRegistryScanningConfiguration overwrites the registry's only one.",
    "aws_ecs_account_setting_default": "PutAccountSettingDefault overwrites the setting.",
    "aws_guardduty_detector_feature": "UpdateDetector overwrites the feature; not importable.",
    "aws_s3_account_public_access_block": "PutPublicAccessBlock overwrites the account's only one.",
    "aws_ecr_replication_configuration": "PutReplicationConfiguration overwrites the registry's only configuration.",
    "aws_ecs_task_definition": "RegisterTaskDefinition adds a revision; old revisions stay and cost nothing.",
    "aws_grafana_role_association": "UpdatePermissions accepts a user who already has the role; not importable.",
    "aws_iam_account_password_policy": "UpdateAccountPasswordPolicy overwrites the account's only policy.",
    "aws_lambda_invocation": "The function creates users that are missing, and changes nothing else; not importable.",
    "aws_lb_target_group_attachment": "RegisterTargets accepts a target that is already registered; not importable.",
    "aws_secretsmanager_secret_version": "PutSecretValue adds a version, which becomes the current one.",
    "aws_vpn_gateway_route_propagation": "EnableVgwRoutePropagation accepts a route table that is already enabled.",
    "terraform_data": "Only in the state; not an object in AWS.",
}
