# Checkov checks that do not apply, each with its reason. Add a skip only for a deliberate decision; otherwise correct
# the resource. `python -m ops scan` reports unused skips.

# Buckets

skip "CKV_AWS_18" {
  addresses = ["aws_s3_bucket.foundation_logs"]
  reason    = "This bucket receives the logs; a log of its own deliveries in itself would create further deliveries."
}

skip "CKV_AWS_144" {
  addresses = ["aws_s3_bucket.*"]
  reason    = "Versioning and AWS Backup protect against loss; a second Region doubles the cost and is a separate decision."
}

skip "CKV_AWS_145" {
  addresses = ["aws_s3_bucket.foundation_logs", "aws_s3_bucket.site_*"]
  reason    = "Load balancers and S3 deliver logs only to buckets with S3-managed keys (SSE-S3); a site's pages are public."
}

skip "CKV2_AWS_62" {
  addresses = ["aws_s3_bucket.*"]
  reason    = "Event notifications are configured only where a function subscribes to the bucket."
}

# Databases and caches

skip "CKV_AWS_133" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica has the same data as the first instance, which has the backups."
}

skip "CKV_AWS_157" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica that fails is replaced; the first instance is the one with a standby in a second Availability Zone."
}

skip "CKV_AWS_293" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica has no data of its own; the first instance is protected."
}

skip "CKV_AWS_139" {
  addresses = ["aws_rds_cluster.database_*"]
  tiers     = ["development"]
  reason    = "A development environment can be destroyed in one step; staging and production are protected."
}

skip "CKV_AWS_226" {
  addresses = ["aws_rds_cluster_instance.database_*", "aws_db_instance.database_*"]
  reason    = "The version is set in the environment file: an upgrade is planned, reviewed, and tested in staging first."
}

skip "CKV_AWS_325" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "The audit log contains every statement with its values; enabled_cloudwatch_logs_exports turns it on."
}

skip "CKV_AWS_326" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "Backtracking rewinds the whole cluster in place; a point-in-time restore into a second cluster allows a comparison."
}

skip "CKV_AWS_353" {
  addresses = ["aws_rds_cluster_instance.database_*", "aws_db_instance.database_*"]
  tiers     = ["development"]
  reason    = "The smallest serverless capacities and instance classes lack the memory for it, or do not support it."
}

skip "CKV2_AWS_8" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "The backup plan selects by the tag that `backup` sets, which Checkov does not follow; automated backups are always on."
}

skip "CKV2_AWS_50" {
  addresses = ["aws_elasticache_replication_group.cache_*"]
  tiers     = ["development"]
  reason    = "One node is enough where a loss only costs a new sign-in; staging and production fail over automatically."
}

skip "CKV_AWS_318" {
  addresses = ["aws_opensearch_domain.search_*"]
  tiers     = ["development", "staging"]
  reason    = "One node is enough where a loss only means searching in CloudWatch Logs; production has three dedicated masters."
}

skip "CKV2_AWS_59" {
  addresses = ["aws_opensearch_domain.search_*"]
  tiers     = ["development", "staging"]
  reason    = "One node is enough where a loss only means searching in CloudWatch Logs; production has three dedicated masters."
}

# Secrets

skip "CKV2_AWS_57" {
  addresses = ["aws_secretsmanager_secret.secret_*"]
  sometimes = true
  reason    = "These values come from third parties and are set by hand; RDS manages and rotates the secrets of database passwords."
}

# What users reach

skip "CKV_AWS_150" {
  addresses = ["aws_lb.load_balancer_*"]
  tiers     = ["development", "staging"]
  reason    = "Outside production, an environment can be destroyed in one step; a load balancer has no data."
}

skip "CKV_AWS_260" {
  addresses = ["aws_vpc_security_group_ingress_rule.load_balancer_*_http_from_internet", "aws_security_group.load_balancer_*"]
  reason    = "The listener on port 80 only redirects to HTTPS."
}

skip "CKV2_AWS_28" {
  addresses = ["aws_lb.load_balancer_public"]
  tiers     = ["staging", "production"]
  reason    = "Only CloudFront's IP addresses can reach it (reachable_from); AWS WAF protects the site in front of it."
}

skip "CKV_AWS_378" {
  addresses = ["aws_lb_target_group.target_group_*"]
  reason    = "TLS is terminated at the load balancer; only its security group can reach the tasks, inside the VPC."
}

skip "CKV2_AWS_76" {
  addresses = ["aws_lb.load_balancer_*"]
  sometimes = true
  reason    = "The Log4j rule is in known-bad-inputs, which is on by default; Checkov also requires the anonymous IP list, which blocks users of VPNs."
}

skip "CKV2_AWS_38" {
  addresses = ["aws_route53_zone.zone_*"]
  reason    = "DNSSEC needs a record in the parent zone, set by hand at the registrar; a mistake there makes the whole domain unresolvable."
}

# Builds

skip "CKV_AWS_316" {
  addresses = ["aws_codebuild_project.build_*"]
  reason    = "Only a build that builds images with Docker is privileged (builds_images), and a plan that turns it on is refused without a record."
}

# Network

skip "CKV2_AWS_5" {
  addresses = ["aws_security_group.database_*_proxy", "aws_security_group.developers_tasks", "aws_security_group.scheduled_task_*", "aws_security_group.search_*_delivery"]
  reason    = "They are attached to a database proxy, to scheduled tasks, to Firehose streams, and to the tasks that `ops connect` starts, which Checkov does not follow."
}

skip "CKV2_AWS_23" {
  addresses = ["aws_route53_record.zone_*_record_*"]
  reason    = "A record in an environment file may point to an address outside this account."
}

skip "CKV_AWS_352" {
  addresses = ["aws_network_acl_rule.network_data_in_*"]
  reason    = "The network ACL limits which ranges can reach the data subnets; security groups limit the ports."
}

skip "CKV2_AWS_19" {
  addresses = ["aws_eip.vpn_host"]
  reason    = "The address belongs to the VPN server's network interface, which a replaced instance gets too."
}

skip "CKV_AWS_126" {
  addresses = ["aws_instance.vpn_host"]
  reason    = "Status checks are reported every minute without detailed monitoring, and no other alarm needs it."
}

# Logs, clusters, schedules

skip "CKV_AWS_158" {
  addresses = ["aws_cloudwatch_log_group.zone_*_query_logs"]
  reason    = "They are in us-east-1, where the environment has no key; the queries they contain were sent over the public internet."
}

skip "CKV_AWS_338" {
  addresses = ["aws_cloudwatch_log_group.*"]
  tiers     = ["development", "staging"]
  reason    = "Logs of development and staging are not needed after a year; production keeps them for a year."
}

skip "CKV_AWS_65" {
  addresses = ["aws_ecs_cluster.ecs_*"]
  tiers     = ["development"]
  reason    = "Container Insights is charged per metric; staging and production have it."
}

skip "CKV_AWS_336" {
  addresses = ["aws_ecs_task_definition.*"]
  sometimes = true
  reason    = "read_only_root depends on the image: a program that writes to its own file system does not start with it."
}

skip "CKV_AWS_297" {
  addresses = ["aws_scheduler_schedule.*"]
  reason    = "A schedule contains a time and a command but no secret, and EventBridge encrypts it with an AWS owned key."
}

# Roles

skip "CKV_AWS_289" {
  addresses = ["aws_iam_role_policy.search_*_delivery"]
  reason    = "Firehose creates network interfaces that do not exist yet; its guide names the actions without resources."
}

skip "CKV_AWS_290" {
  addresses = ["aws_iam_role_policy.sign_in_text_messages", "aws_iam_role_policy.search_*_delivery", "aws_iam_role_policy.function_search_*", "aws_iam_role_policy.function_database_*_logins", "aws_iam_role_policy.vpn_host"]
  reason    = "SNS publishes text messages to phone numbers, which have no ARN; Firehose and Lambda create network interfaces that do not exist yet. An SSM agent has the permissions of AWS's managed policy, without reading parameters."
}

skip "CKV_AWS_355" {
  addresses = ["aws_iam_role_policy.sign_in_text_messages", "aws_iam_role_policy.search_*_delivery", "aws_iam_role_policy.experiment_*", "aws_iam_role_policy.vpn_host"]
  sometimes = true
  reason    = "SNS publishes text messages to phone numbers, which have no ARN; Firehose creates network interfaces that do not exist yet. FIS lists tasks and databases before it filters them, as in its managed policies; what changes something is restricted. An SSM agent has the permissions of AWS's managed policy, without reading parameters."
}

# Functions

skip "CKV_AWS_116" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "Failed events go to a queue as the function's destination, with the reason; a dead-letter queue has no reason."
}

skip "CKV_AWS_117" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "A function is in the VPC only if it needs resources there; AWS APIs are protected by its role."
}

skip "CKV_AWS_173" {
  addresses = ["aws_lambda_function.function_*"]
  sometimes = true
  reason    = "Environment variables contain no secrets, which come from Secrets Manager; Lambda encrypts them with an AWS managed key."
}

skip "CKV_AWS_272" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "Packages are reproducible builds from lock files with hashes, and their digest is in the plan. What a pipeline releases is limited to one function by its role (ADR 48)."
}

# Sites

skip "CKV_AWS_86" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  reason    = "Access logs use standard logging (v2), a separate resource; legacy logging needs a bucket with ACLs."
}

skip "CKV_AWS_310" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  reason    = "A second origin means a second, synchronized bucket in another Region, which is a separate decision."
}

skip "CKV_AWS_374" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  sometimes = true
  reason    = "A site is available in all countries unless geo_restriction limits them."
}

skip "CKV2_AWS_47" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  sometimes = true
  reason    = "The web ACL has the rule group against Log4j (known-bad-inputs); the check also requires anonymous-ip, which blocks users of VPNs."
}

skip "CKV_AWS_259" {
  addresses = ["aws_cloudfront_response_headers_policy.site_*"]
  reason    = "The max-age is a year, as the check requires; subdomains may belong to others, so they and browser preload lists are not included."
}
