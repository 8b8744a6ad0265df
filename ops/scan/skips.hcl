# Checks of checkov that we do not follow, each with its reason. A finding is mended where the resource is made; what
# stands here was weighed. `python -m ops scan` tells which skips serve nothing.

# Buckets

skip "CKV_AWS_144" {
  addresses = ["aws_s3_bucket.*"]
  reason    = "Versions and AWS Backup cover loss; a second region doubles the cost and is a decision of its own."
}

skip "CKV_AWS_145" {
  addresses = ["aws_s3_bucket.foundation_logs", "aws_s3_bucket.site_*"]
  reason    = "Load balancers and S3 deliver logs only into buckets with S3's own key; a site's pages are for everyone."
}

skip "CKV2_AWS_62" {
  addresses = ["aws_s3_bucket.*"]
  reason    = "Events are for who reacts to them: a function hooks onto the bucket that it needs."
}

# Databases and caches

skip "CKV_AWS_133" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica holds what the first instance holds, which has the backups."
}

skip "CKV_AWS_157" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica that fails is replaced; it is the first instance that has a second zone."
}

skip "CKV_AWS_293" {
  addresses = ["aws_db_instance.database_*_[2-9]"]
  reason    = "A read replica holds nothing of its own; the first instance is protected."
}

skip "CKV_AWS_139" {
  addresses = ["aws_rds_cluster.database_*"]
  tiers     = ["development"]
  reason    = "A development environment can be destroyed in one go; staging and production are protected."
}

skip "CKV_AWS_226" {
  addresses = ["aws_rds_cluster_instance.database_*", "aws_db_instance.database_*"]
  reason    = "The version stands in the environment file: an upgrade is planned, read, and tried in staging first."
}

skip "CKV_AWS_325" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "The audit log repeats every statement with its values; enabled_cloudwatch_logs_exports turns it on."
}

skip "CKV_AWS_326" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "Backtracking rewinds the whole cluster in place; we restore to a point in time beside it and compare."
}

skip "CKV_AWS_353" {
  addresses = ["aws_rds_cluster_instance.database_*", "aws_db_instance.database_*"]
  tiers     = ["development"]
  reason    = "The smallest serverless capacities and instance classes have no room for it, or have it not at all."
}

skip "CKV2_AWS_8" {
  addresses = ["aws_rds_cluster.database_*"]
  reason    = "The backup plan selects by the tag that `backup` sets, which checkov does not follow; RDS's own backups are always on."
}

skip "CKV2_AWS_50" {
  addresses = ["aws_elasticache_replication_group.cache_*"]
  tiers     = ["development"]
  reason    = "One node is enough where losing it costs a new login; staging and production fail over by themselves."
}

# Secrets

skip "CKV2_AWS_57" {
  addresses = ["aws_secretsmanager_secret.secret_*"]
  sometimes = true
  reason    = "Values that others give us, put in by hand; databases' passwords are RDS's own secrets, which it rotates."
}

# What users reach

skip "CKV_AWS_150" {
  addresses = ["aws_lb.load_balancer_*"]
  tiers     = ["development", "staging"]
  reason    = "Outside production an environment can be taken down in one go; a load balancer holds no data."
}

skip "CKV_AWS_260" {
  addresses = ["aws_vpc_security_group_ingress_rule.load_balancer_*_http_from_internet", "aws_security_group.load_balancer_*"]
  reason    = "The listener on port 80 answers with a redirect to HTTPS and nothing else."
}

skip "CKV2_AWS_28" {
  addresses = ["aws_lb.load_balancer_public"]
  tiers     = ["staging", "production"]
  reason    = "Only CloudFront's addresses reach it (reachable_from); the firewall protects the site in front of it."
}

skip "CKV_AWS_378" {
  addresses = ["aws_lb_target_group.target_group_*"]
  reason    = "TLS ends at the load balancer; behind it only its security group reaches the tasks, inside the VPC."
}

skip "CKV2_AWS_76" {
  addresses = ["aws_lb.load_balancer_*"]
  sometimes = true
  reason    = "Log4j's rule is in known-bad-inputs, on by default; checkov also wants the list of anonymous addresses, which refuses whoever uses a VPN."
}

skip "CKV2_AWS_38" {
  addresses = ["aws_route53_zone.zone_*"]
  reason    = "DNSSEC needs a record in the parent zone, by hand at the registrar; a mistake there takes the whole name off the air."
}

# Network

skip "CKV2_AWS_5" {
  addresses = ["aws_security_group.database_*_proxy", "aws_security_group.scheduled_task_*"]
  reason    = "They are attached to a database proxy and to what a schedule starts, which checkov does not follow."
}

skip "CKV2_AWS_23" {
  addresses = ["aws_route53_record.zone_*_record_*"]
  reason    = "A record of an environment file may name an address that is not in this account."
}

skip "CKV_AWS_352" {
  addresses = ["aws_network_acl_rule.network_data_in_*"]
  reason    = "The list says which ranges reach the data tier at all; security groups say by which port."
}

# Logs, clusters, schedules

skip "CKV_AWS_158" {
  addresses = ["aws_cloudwatch_log_group.zone_*_query_logs"]
  reason    = "They lie in us-east-1, where we have no key; what stands in them was asked on the open internet."
}

skip "CKV_AWS_338" {
  addresses = ["aws_cloudwatch_log_group.*"]
  tiers     = ["development", "staging"]
  reason    = "Nobody looks for what a development or staging environment did a year ago; production keeps a year."
}

skip "CKV_AWS_65" {
  addresses = ["aws_ecs_cluster.ecs_*"]
  tiers     = ["development"]
  reason    = "Paid by the metric; staging and production have it."
}

skip "CKV_AWS_336" {
  addresses = ["aws_ecs_task_definition.*"]
  sometimes = true
  reason    = "read_only_root is for the image to allow; a program that writes beside itself does not start with it."
}

skip "CKV_AWS_297" {
  addresses = ["aws_scheduler_schedule.*"]
  reason    = "A schedule holds a time and a command, no secret, and EventBridge encrypts it with its own key."
}

# Roles

skip "CKV_AWS_290" {
  addresses = ["aws_iam_role_policy.sign_in_text_messages"]
  reason    = "SNS publishes text messages to telephone numbers, which have no ARN that a policy could name."
}

skip "CKV_AWS_355" {
  addresses = ["aws_iam_role_policy.sign_in_text_messages"]
  reason    = "SNS publishes text messages to telephone numbers, which have no ARN that a policy could name."
}

# Functions

skip "CKV_AWS_116" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "What fails goes to a queue with its reason, as the function's destination; dead letters have no reason."
}

skip "CKV_AWS_117" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "A function is in the VPC when it needs something there; AWS's interfaces are reached by its role alone."
}

skip "CKV_AWS_173" {
  addresses = ["aws_lambda_function.function_*"]
  sometimes = true
  reason    = "Variables hold no secrets, which come from Secrets Manager; Lambda encrypts them with its own key."
}

skip "CKV_AWS_272" {
  addresses = ["aws_lambda_function.function_*"]
  reason    = "What is deployed is built from hashed locks to the same bytes everywhere, and its digest is in the plan."
}

# Sites

skip "CKV_AWS_86" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  reason    = "Access logs come by log delivery (v2), beside the distribution: the older ones ask for a bucket with ACLs."
}

skip "CKV_AWS_310" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  reason    = "A second origin is a second bucket in another region, kept alike: a decision of its own."
}

skip "CKV_AWS_374" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  sometimes = true
  reason    = "A site is for everyone unless its geo_restriction says for whom."
}

skip "CKV2_AWS_47" {
  addresses = ["aws_cloudfront_distribution.site_*"]
  sometimes = true
  reason    = "The firewall has the group against Log4j (known-bad-inputs); the check asks for anonymous-ip too, which refuses users of VPNs."
}

skip "CKV_AWS_259" {
  addresses = ["aws_cloudfront_response_headers_policy.site_*"]
  reason    = "A year, as the check asks; not for names below the site's, which may be others', nor in browsers' own lists."
}
