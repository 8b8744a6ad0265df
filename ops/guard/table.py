"""What harms: a row for each type of resource and attribute.

`lost`, `stops` and `guards` are about a resource as a whole; `weakens`, `ends` and `opens` about an attribute that
becomes another one; `noted` rows are told and refuse nothing. How a row is added: docs/guard.md.
"""

from dataclasses import replace
from typing import Any

from ops.guard import harms
from ops.guard.harms import (
    Harm,
    becomes,
    changed,
    drops,
    ends_with,
    gains,
    gains_like,
    gains_wide_range,
    leaves,
    less,
    loses_block,
    more,
    off,
    on,
    order,
    shorter,
    stronger,
    tls_policy,
    weaker,
)  # fmt: skip
from ops.guard.plan import Parent
from ops.guard.ranges import ANYONE
from ops.guard.rows import ANY_TYPE, Event, Row

_PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs"
_AWS = "https://docs.aws.amazon.com"
#: "the configuration rules apply to both existing objects and objects that you add later"
S3_LIFECYCLE = f"Setting lifecycle configuration on a bucket, {_AWS}/AmazonS3/latest/dev/how-to-set-lifecycle-configuration-intro.html"
#: "To set a log group so that its log events do not expire, use DeleteRetentionPolicy": the provider calls that 0.
LOG_RETENTION = f"PutRetentionPolicy, {_AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
VAULT_LOCK = f"AWS Backup Vault Lock, {_AWS}/aws-backup/latest/devguide/vault-lock.html"


def _page(type_: str) -> str:
    """Return the provider's page of a type, which says what its attributes mean."""
    if type_ == ANY_TYPE:
        return f"AWS provider 5.100.0, {_PROVIDER}"
    return f"Resource: {type_}, {_PROVIDER}/resources/{type_.removeprefix('aws_')}"


def lost(type_: str, what: str, **more_: Any) -> Row:
    """Return the row of what is gone for good when a resource is destroyed, or replaced by a new one."""
    return Row(type_, "", Event.LOST, what, "loss", _page(type_), **more_)


def stops(type_: str, what: str, **more_: Any) -> Row:
    """Return the row of what serves: a replacement that is there before the old one goes leaves no gap."""
    return Row(type_, "", Event.GAP, what, "loss", _page(type_), **more_)


def guards(type_: str, without: str, **more_: Any) -> Row:
    """Return the row of a resource that is a protection of another one: without it that is off."""
    return Row(type_, "", Event.REMOVED, without, "protection", _page(type_), **more_)


def weakens(type_: str, path: str, harm: Harm, says: str, **more_: Any) -> Row:
    """Return the row of a protection that becomes less."""
    return Row(type_, path, harm, says, "protection", _page(type_), **more_)


def ends(type_: str, path: str, harm: Harm, says: str, **more_: Any) -> Row:
    """Return the row of an attribute with which something stops, or leads elsewhere."""
    return Row(type_, path, harm, says, "loss", _page(type_), **more_)


def opens(type_: str, path: str, harm: Harm, says: str, **more_: Any) -> Row:
    """Return the row of an attribute that opens something."""
    return Row(type_, path, harm, says, "exposure", _page(type_), **more_)


def made(type_: str, says: str) -> Row:
    """Return the row of a resource that opens something as soon as it is created."""
    return Row(type_, "", Event.CREATED, says, "exposure", _page(type_))


def noted(row: Row) -> Row:
    """Return the row as one that refuses nothing."""
    return replace(row, level="note")


def each(types: str, make: Any, *arguments: Any, **more_: Any) -> tuple[Row, ...]:
    """Return the same row for several types."""
    return tuple(make(f"aws_{name}", *arguments, **more_) for name in types.split())


_ALWAYS: dict[str, Any] = {"created": "always"}
#: The attribute is another resource's id, which is unknown whenever that is new.
_ID: dict[str, Any] = {"unknown": False}
_BUCKET = Parent("bucket", ("aws_s3_bucket",))
_ADMINISTRATOR = ends_with(":policy/AdministratorAccess", ":policy/PowerUserAccess", ":policy/IAMFullAccess")
_EVERYONE = r"acs\.amazonaws\.com/groups/global/"
_WEAKEST_TLS_ORIGIN = r"^(SSLv3|TLSv1|TLSv1\.1)$"
_CLUSTER_POLICIES = (
    "AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy",
    "AmazonEKSClusterAdminPolicy",
)  # fmt: skip


def _cluster_policy(arn: str) -> float | None:
    return order(*_CLUSTER_POLICIES)(arn.rpartition("/")[2])


# fmt: off
# ruff: noqa: E501 - a row is a line
ANY: tuple[Row, ...] = (
    weakens("*", "deletion_protection", off, "would lose its deletion protection"),
    weakens("*", "deletion_protection_enabled", off, "would lose its deletion protection"),
    weakens("*", "enable_deletion_protection", off, "would lose its deletion protection"),
    weakens("*", "skip_final_snapshot", on, "would be destroyed without a final snapshot"),
    weakens("*", "force_destroy", on, "could be destroyed with all that it holds"),
    weakens("*", "force_delete", on, "could be destroyed with all that it holds"),
    weakens("*", "backup_retention_period", less, "would keep its backups for a shorter time"),
    weakens("*", "snapshot_retention_limit", less, "would keep its backups for a shorter time"),
    weakens("*", "delete_automated_backups", on, "would take its backups along when it is deleted"),
    weakens("*", "storage_encrypted", off, "would no longer be encrypted"),
    weakens("*", "**.encrypted", off, "would no longer be encrypted"),
    weakens("*", "at_rest_encryption_enabled", off, "would no longer be encrypted"),
    weakens("*", "transit_encryption_enabled", off, "would no longer be encrypted on the way"),
    weakens("*", "kms_key_id", off, "would no longer be encrypted with our key", **_ID),
    weakens("*", "kms_key_arn", off, "would no longer be encrypted with our key", **_ID),
    weakens("*", "kms_master_key_id", off, "would no longer be encrypted with our key", **_ID),
    # A selection by tag, as ours are, backs up what bears it.
    weakens("*", "tags.backup", changed, "would no longer be backed up as now"),
    weakens("*", "multi_az", off, "would stand in one zone"),
    weakens("*", "multi_az_enabled", off, "would stand in one zone"),
    weakens("*", "automatic_failover_enabled", off, "would no longer fail over"),
    weakens("*", "iam_database_authentication_enabled", off, "would take passwords alone"),
    weakens("*", "enabled_cloudwatch_logs_exports", drops, "would no longer write these logs"),
    weakens("*", "web_acl_id", off, "would be reached past the firewall", **_ID),
    Row("*", "retention_in_days", shorter, "would keep its logs for a shorter time", "protection", LOG_RETENTION),
    weakens("*", "image_tag_mutability", leaves("IMMUTABLE"), "would let a tag lead to another image"),
    weakens("*", "permissions_boundary", off, "would lose its permissions boundary", **_ID),
    weakens("*", "code_signing_config_arn", off, "would run code that nobody signed", **_ID),
    weakens("*", "**.http_tokens", leaves("required"), "would hand out credentials without a token (IMDSv1)"),
    opens("*", "**.publicly_accessible", on, "would be open to the public", **_ALWAYS),
    opens("*", "**.associate_public_ip_address", on, "would be open to the public", **_ALWAYS),
    opens("*", "**.assign_public_ip", on, "would be open to the public", **_ALWAYS),
    opens("*", "**.map_public_ip_on_launch", on, "would be open to the public", **_ALWAYS),
    opens("*", "**.endpoint_public_access", on, "would be open to the public", **_ALWAYS),
    opens("*", "**.authorization_type", becomes("NONE"), "would be open to the public", **_ALWAYS),
    opens("*", "**.acl", becomes("public-read", "public-read-write", "authenticated-read"), "would be open to the public", **_ALWAYS),
)
DATA: tuple[Row, ...] = (
    # The data of a read replica is its source's.
    lost("aws_db_instance", "its data", unless="replicate_source_db"),
    lost("aws_db_snapshot", "the copy of the data that it is"),
    lost("aws_db_cluster_snapshot", "the copy of the data that it is"),
    lost("aws_docdb_cluster", "its data"),
    lost("aws_dynamodb_table", "its items"),
    lost("aws_ebs_volume", "its data"),
    lost("aws_ebs_snapshot", "the copy of the data that it is"),
    lost("aws_efs_file_system", "its files"),
    lost("aws_elasticache_cluster", "its entries"),
    lost("aws_elasticache_replication_group", "its entries"),
    lost("aws_elasticache_serverless_cache", "its entries"),
    lost("aws_kms_key", "all that is encrypted with it"),
    lost("aws_kms_replica_key", "what is encrypted with it in its region"),
    lost("aws_msk_cluster", "its records"),
    lost("aws_neptune_cluster", "its data"),
    lost("aws_opensearch_domain", "its documents"),
    lost("aws_prometheus_workspace", "its metrics"),
    lost("aws_rds_cluster", "its data"),
    lost("aws_rds_global_cluster", "its members' connection"),
    lost("aws_redshift_cluster", "its data"),
    lost("aws_s3_bucket", "its objects"),
    lost("aws_secretsmanager_secret", "its value"),
    lost("aws_secretsmanager_secret_version", "the secret's value", parent=Parent("secret_id", ("aws_secretsmanager_secret",))),
    lost("aws_ssm_parameter", "its value"),

    weakens("aws_kms_key", "is_enabled", off, "could no longer decrypt what is encrypted with it"),
    weakens("aws_kms_key", "enable_key_rotation", off, "would no longer be rotated"),
    noted(weakens("aws_kms_key", "rotation_period_in_days", more, "would be rotated less often")),
    weakens("aws_kms_key", "deletion_window_in_days", less, "could be brought back for a shorter time after its deletion"),
    ends("aws_kms_alias", "target_key_id", changed, "would lead to another key", unknown=False),
    opens("aws_kms_grant", "grantee_principal", changed, "would be for somebody else"),

    *each("db_snapshot db_cluster_snapshot", opens, "shared_accounts", gains, "would be shared with another account", **_ALWAYS),
    made("aws_snapshot_create_volume_permission", "would share a snapshot with another account"),
    made("aws_ami_launch_permission", "would share an image with another account"),
    weakens("aws_rds_cluster", "backtrack_window", less, "could be turned back for a shorter time"),
    noted(weakens("aws_db_instance", "monitoring_interval", off, "would no longer be looked into by the second")),
    noted(weakens("aws_rds_cluster_instance", "monitoring_interval", off, "would no longer be looked into by the second")),
    weakens("aws_db_proxy", "require_tls", off, "would take connections without TLS"),
    weakens("aws_db_proxy", "auth", loses_block("iam_auth", "REQUIRED"), "would take passwords without IAM"),
    noted(opens("aws_db_proxy", "debug_logging", on, "would write statements, with what is in them, into its logs")),
    stops("aws_db_proxy", "all connections through it"),
    stops("aws_db_proxy_target", "all connections through the proxy", parent=Parent("db_proxy_name", ("aws_db_proxy",))),
    *(row for name in ("require_secure_transport", "rds.force_ssl", "tls") for row in each(
        "db_parameter_group rds_cluster_parameter_group docdb_cluster_parameter_group", weakens,
        f"parameter[name={name}].value", leaves("on", "1", "true", "enabled"), "would let connections without TLS in")),
    *(row for name in ("server_audit_logging", "pgaudit.log", "log_statement", "general_log") for row in each(
        "db_parameter_group rds_cluster_parameter_group", weakens,
        f"parameter[name={name}].value", off, "would no longer write down who did what")),

    weakens("aws_dynamodb_table", "point_in_time_recovery.enabled", off, "would lose its point-in-time recovery"),
    weakens("aws_dynamodb_table", "server_side_encryption.enabled", off, "would no longer be encrypted with our key"),
    ends("aws_dynamodb_table", "ttl.enabled", on, "would delete items by itself"),
    ends("aws_dynamodb_table", "stream_enabled", off, "would no longer tell of its changes"),
    guards("aws_dynamodb_table_replica", "a table would lose a copy"),
    opens("aws_elasticache_user", "no_password_required", on, "would let everyone who reaches it in without a password"),
    opens("aws_elasticache_user", "access_string", harms.may_do_more, "may do more"),
    opens("aws_elasticache_replication_group", "user_group_ids", drops, "would let everyone who reaches it in"),
    weakens("aws_elasticache_replication_group", "transit_encryption_mode", leaves("required"), "would take connections without TLS"),
    noted(weakens("aws_elasticache_replication_group", "log_delivery_configuration", off, "would no longer write logs")),
    weakens("aws_opensearch_domain", "encrypt_at_rest.enabled", off, "would no longer be encrypted"),
    weakens("aws_opensearch_domain", "node_to_node_encryption.enabled", off, "would no longer be encrypted on the way"),
    weakens("aws_opensearch_domain", "domain_endpoint_options.enforce_https", off, "would be spoken to without TLS"),
    weakens("aws_opensearch_domain", "domain_endpoint_options.tls_security_policy", weaker(tls_policy), "would take older versions of TLS"),
    weakens("aws_opensearch_domain", "advanced_security_options.enabled", off, "would no longer ask who somebody is"),
    weakens("aws_efs_backup_policy", "backup_policy.status", leaves("ENABLED"), "would no longer be backed up"),

    weakens("aws_secretsmanager_secret", "recovery_window_in_days", less, "could be brought back for a shorter time"),
    weakens("aws_secretsmanager_secret", "replica", drops, "would lose a copy in another region"),
    guards("aws_secretsmanager_secret_rotation", "the secret would stay as it is for ever", parent=Parent("secret_id", ("aws_secretsmanager_secret",))),
    weakens("aws_secretsmanager_secret_rotation", "rotation_enabled", off, "would no longer be rotated"),
    noted(weakens("aws_secretsmanager_secret_rotation", "rotation_rules.automatically_after_days", more, "would be rotated less often")),
    weakens("aws_ssm_parameter", "type", leaves("SecureString"), "would no longer be encrypted"),
)

BUCKETS: tuple[Row, ...] = (
    guards("aws_s3_bucket_public_access_block", "the bucket could be opened to the public", parent=_BUCKET),
    guards("aws_s3_bucket_server_side_encryption_configuration", "the bucket would no longer encrypt with our key", parent=_BUCKET),
    guards("aws_s3_bucket_versioning", "what is overwritten or deleted could not be brought back", parent=_BUCKET),
    guards("aws_s3_bucket_ownership_controls", "objects could belong to others, and be opened by them", parent=_BUCKET),
    guards("aws_s3_bucket_logging", "who read what would no longer be written down", parent=_BUCKET),
    guards("aws_s3_bucket_object_lock_configuration", "objects could be deleted before their time", parent=_BUCKET),
    guards("aws_s3_bucket_replication_configuration", "the bucket would lose its copy", parent=_BUCKET),
    guards("aws_s3_account_public_access_block", "any bucket of the account could be opened to the public"),
    noted(guards("aws_s3_bucket_notification", "nobody would be told of new objects any more", parent=_BUCKET)),
    *(opens(f"aws_s3_{owner}_public_access_block", flag, harm, "would be open to the public", **_ALWAYS)
      for owner in ("bucket", "account")
      for flag in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
      for harm in (becomes(False),)),
    opens("aws_s3_bucket_acl", "access_control_policy.grant", gains_like(_EVERYONE), "would be open to the public", **_ALWAYS),
    opens("aws_s3_bucket_ownership_controls", "rule.object_ownership", leaves("BucketOwnerEnforced"), "would let objects be opened by lists of their own"),
    opens("aws_s3_bucket_cors_configuration", "cors_rule.allowed_origins", gains_like(r"\*"), "would let any page in a browser use it", **_ALWAYS),
    weakens("aws_s3_bucket_versioning", "versioning_configuration.status", leaves("Enabled"), "would be suspended: what is overwritten or deleted could not be brought back"),
    weakens("aws_s3_bucket_versioning", "versioning_configuration.mfa_delete", leaves("Enabled"), "would let versions be deleted without a second factor"),
    weakens("aws_s3_bucket_server_side_encryption_configuration", "rule.apply_server_side_encryption_by_default.sse_algorithm", leaves("aws:kms", "aws:kms:dsse"), "would no longer encrypt with our key"),
    weakens("aws_s3_bucket_object_lock_configuration", "rule.default_retention.days", less, "would keep objects from deletion for a shorter time"),
    weakens("aws_s3_bucket_object_lock_configuration", "rule.default_retention.mode", leaves("COMPLIANCE"), "would let objects be deleted before their time"),
    weakens("aws_s3_bucket_logging", "target_bucket", changed, "would write who read what elsewhere", **_ID),
    Row("aws_s3_bucket_lifecycle_configuration", "rule", harms.expires_sooner, "would delete objects sooner, those that are there too", "loss", S3_LIFECYCLE, created="beside", parent=_BUCKET),
    noted(guards("aws_s3_bucket_lifecycle_configuration", "nothing would expire any more", parent=_BUCKET)),
    noted(guards("aws_s3_bucket_cors_configuration", "pages of other origins could no longer use it", parent=_BUCKET)),
)

BACKUPS: tuple[Row, ...] = (
    lost("aws_backup_vault", "its recovery points"),
    guards("aws_backup_plan", "what it backs up would have no backups any more"),
    guards("aws_backup_selection", "what it selects would have no backups any more"),
    guards("aws_backup_vault_lock_configuration", "recovery points could be deleted before their time", parent=Parent("backup_vault_arn", ("aws_backup_vault",))),
    weakens("aws_backup_plan", "rule[rule_name]", off, "would make no such backups any more"),
    weakens("aws_backup_plan", "rule[rule_name].lifecycle.delete_after", shorter, "would keep its backups for a shorter time"),
    weakens("aws_backup_plan", "rule[rule_name].copy_action[destination_vault_arn]", off, "would no longer copy its backups there"),
    weakens("aws_backup_plan", "rule[rule_name].copy_action[destination_vault_arn].lifecycle.delete_after", shorter, "would keep the copies for a shorter time"),
    weakens("aws_backup_plan", "rule[rule_name].enable_continuous_backup", off, "would no longer back up by the second"),
    noted(weakens("aws_backup_plan", "rule[rule_name].schedule", changed, "would back up at other times")),
    weakens("aws_backup_selection", "resources", drops, "would leave out what it backs up now"),
    weakens("aws_backup_selection", "not_resources", gains, "would leave out what it backs up now"),
    weakens("aws_backup_selection", "selection_tag", drops, "would leave out what it backs up now"),
    weakens("aws_backup_selection", "condition", changed, "would back up something else"),
    *(Row("aws_backup_vault_lock_configuration", "min_retention_days", harm, "would let recovery points be deleted sooner", "protection", VAULT_LOCK) for harm in (less, off)),
    weakens("aws_backup_region_settings", "resource_type_opt_in_preference", changed, "would back up other kinds of resources"),
)

EVENTS: tuple[Row, ...] = (
    lost("aws_kinesis_stream", "its records"),
    lost("aws_sns_topic", "its subscriptions"),
    lost("aws_sqs_queue", "its messages"),
    ends("aws_kinesis_stream", "retention_period", less, "would keep its records for a shorter time"),
    weakens("aws_kinesis_stream", "encryption_type", leaves("KMS"), "would no longer be encrypted"),
    ends("aws_sqs_queue", "message_retention_seconds", less, "would keep its messages for a shorter time"),
    weakens("aws_sqs_queue", "redrive_policy", off, "would lose what fails again and again instead of keeping it"),
    weakens("aws_sqs_queue", "sqs_managed_sse_enabled", off, "would no longer be encrypted"),
    ends("aws_lambda_event_source_mapping", "enabled", off, "would read no more: messages expire unread"),
    ends("aws_lambda_function", "reserved_concurrent_executions", becomes(0), "would not run any more"),
    noted(ends("aws_lambda_function", "reserved_concurrent_executions", less, "would run fewer times at once")),
    noted(ends("aws_lambda_function", "dead_letter_config", off, "would lose what fails instead of keeping it")),
    noted(ends("aws_lambda_function", "vpc_config.subnet_ids", off, "would run outside the VPC")),
    noted(ends("aws_lambda_function_event_invoke_config", "destination_config", off, "would lose what fails instead of keeping it", **_ID)),
    stops("aws_lambda_event_source_mapping", "who reads there: messages expire unread", parent=Parent("event_source_arn", ("aws_sqs_queue", "aws_kinesis_stream"))),
    stops("aws_sns_topic_subscription", "what its endpoint is told", parent=Parent("topic_arn", ("aws_sns_topic",))),
    ends("aws_scheduler_schedule", "state", leaves("ENABLED"), "would not run any more"),
    noted(guards("aws_scheduler_schedule", "what it starts would not run any more")),
    ends("aws_cloudwatch_event_rule", "state", leaves("ENABLED"), "would not run any more"),
)

ACCESS: tuple[Row, ...] = (
    lost("aws_cognito_user_pool", "its users and their passwords"),
    lost("aws_cognito_user_pool_client", "its id, by which applications sign in"),
    stops("aws_cognito_user_pool_domain", "the address at which users sign in"),
    weakens("aws_cognito_user_pool", "mfa_configuration", weaker(order("OFF", "OPTIONAL", "ON")), "would no longer ask for a second factor as it does"),
    weakens("aws_cognito_user_pool", "software_token_mfa_configuration.enabled", off, "would no longer take a second factor from an application"),
    weakens("aws_cognito_user_pool", "password_policy.minimum_length", less, "would take shorter passwords"),
    weakens("aws_cognito_user_pool", "password_policy.password_history_size", less, "would take old passwords again"),
    *(weakens("aws_cognito_user_pool", f"password_policy.require_{kind}", off, "would take simpler passwords") for kind in ("lowercase", "uppercase", "numbers", "symbols")),
    noted(weakens("aws_cognito_user_pool", "password_policy.temporary_password_validity_days", more, "would take a first password for longer")),
    weakens("aws_cognito_user_pool", "user_pool_add_ons.advanced_security_mode", weaker(order("OFF", "AUDIT", "ENFORCED")), "would no longer look for stolen passwords as it does"),
    opens("aws_cognito_user_pool", "admin_create_user_config.allow_admin_create_user_only", off, "would let anyone sign up"),
    opens("aws_cognito_user_pool", "sign_in_policy.allowed_first_auth_factors", gains, "would let users in by another factor"),
    *(weakens("aws_cognito_user_pool", f"lambda_config.{trigger}", off, "would no longer ask our function", **_ID) for trigger in ("pre_sign_up", "pre_authentication", "define_auth_challenge", "verify_auth_challenge_response")),
    weakens("aws_cognito_user_pool_client", "explicit_auth_flows", gains_like("PASSWORD_AUTH|CUSTOM"), "would take passwords directly"),
    weakens("aws_cognito_user_pool_client", "allowed_oauth_flows", gains_like("implicit"), "would hand out tokens in addresses"),
    weakens("aws_cognito_user_pool_client", "prevent_user_existence_errors", leaves("ENABLED"), "would tell who has an account"),
    weakens("aws_cognito_user_pool_client", "enable_token_revocation", off, "would no longer take tokens back"),
    opens("aws_cognito_user_pool_client", "callback_urls", gains_like(r"^http://(?!localhost)|\*"), "would hand codes out without TLS"),
    noted(opens("aws_cognito_user_pool_client", "callback_urls", gains, "would hand codes out to another address")),
    noted(weakens("aws_cognito_user_pool_client", "refresh_token_validity", more, "would let users stay signed in for longer")),
    opens("aws_cognito_identity_pool", "allow_unauthenticated_identities", on, "would let guests in", **_ALWAYS),
    guards("aws_cognito_risk_configuration", "stolen passwords would no longer be looked for"),

    *each("iam_role_policy_attachment iam_user_policy_attachment iam_group_policy_attachment iam_policy_attachment", opens, "policy_arn", _ADMINISTRATOR, "would give all rights", **_ALWAYS),
    opens("aws_iam_role", "managed_policy_arns", gains_like(":policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$"), "would give all rights"),
    noted(opens("aws_iam_role", "max_session_duration", more, "could be used for longer at once")),
    made("aws_iam_access_key", "would be a key that never expires, for whoever has it"),
    made("aws_iam_user_login_profile", "would be a password for the console"),
    opens("aws_iam_openid_connect_provider", "client_id_list", gains, "would take tokens that are for others"),
    opens("aws_iam_openid_connect_provider", "url", changed, "would trust somebody else"),
    noted(opens("aws_iam_openid_connect_provider", "thumbprint_list", gains, "would trust another certificate")),
    opens("aws_iam_saml_provider", "saml_metadata_document", changed, "would trust somebody else"),
    guards("aws_iam_account_password_policy", "people could use any password"),
    weakens("aws_iam_account_password_policy", "minimum_password_length", less, "would take shorter passwords"),
    *(weakens("aws_iam_account_password_policy", f"require_{kind}", off, "would take simpler passwords") for kind in ("lowercase_characters", "uppercase_characters", "numbers", "symbols")),
    guards("aws_iam_virtual_mfa_device", "somebody would no longer be asked for a second factor"),
    weakens("aws_ebs_encryption_by_default", "enabled", off, "would let new volumes be made without encryption"),
    guards("aws_ebs_encryption_by_default", "new volumes could be made without encryption"),
)

NETWORK: tuple[Row, ...] = (
    lost("aws_eip", "its address, which partners may have let in"),
    lost("aws_route53_zone", "its records, and the name servers that its parent leads to"),
    stops("aws_dx_gateway", "the way to the corporate network"),
    stops("aws_dx_gateway_association", "the way to the corporate network"),
    stops("aws_vpn_gateway", "the way to the corporate network"),
    stops("aws_vpn_connection", "the way to the corporate network"),
    stops("aws_nat_gateway", "the way of private subnets to the internet"),
    stops("aws_internet_gateway", "the way to and from the internet"),
    # AWS deletes neither as long as something is in it: the apply would stop half-way.
    stops("aws_subnet", "whatever is in it"),
    stops("aws_vpc", "whatever is in it"),
    stops("aws_route53_record", "what its name leads to", parent=Parent("zone_id", ("aws_route53_zone",))),
    stops("aws_service_discovery_private_dns_namespace", "the names of services in it"),
    ends("aws_nat_gateway", "allocation_id", changed, "would reach others from another address, which partners have not let in", **_ID),
    ends("aws_route53_record", "records", changed, "would lead elsewhere"),
    ends("aws_route53_record", "alias.name", changed, "would lead elsewhere"),
    noted(ends("aws_route53_record", "health_check_id", off, "would lead to what does not answer, too", **_ID)),
    made("aws_vpc_peering_connection", "would join the VPC with another one"),
    made("aws_ram_principal_association", "would share resources with another account"),
    opens("aws_ec2_managed_prefix_list", "entry", gains_wide_range, "would be for everyone", **_ALWAYS),
    opens("aws_route_table_association", "route_table_id", changed, "would send what is in its subnet another way"),
    *(opens("aws_route", f"destination_{kind}", becomes(*ANYONE), "would lead from subnets that are there to the internet", created="beside", parent=Parent("route_table_id", ("aws_route_table", "aws_default_route_table"))) for kind in ("cidr_block", "ipv6_cidr_block")),
    opens("aws_route", "gateway_id", lambda before, after: str(after).startswith("igw-") and not str(before).startswith(("igw-", "None")), "would lead straight to the internet"),
    *each("route_table default_route_table", opens, "route", gains_like(r'"(0\.0\.0\.0/0|::/0)"'), "would lead to the internet"),
    guards("aws_flow_log", "who reached whom would no longer be written down", parent=Parent("vpc_id", ("aws_vpc",))),
    weakens("aws_flow_log", "traffic_type", leaves("ALL"), "would write down a part of the traffic only"),
    weakens("aws_flow_log", "log_destination", changed, "would write elsewhere", **_ID),
    noted(weakens("aws_flow_log", "log_format", changed, "would write down other fields")),
    guards("aws_route53_query_log", "who asked for which name would no longer be written down", parent=Parent("zone_id", ("aws_route53_zone",))),
    guards("aws_route53_hosted_zone_dnssec", "answers could be forged", parent=Parent("hosted_zone_id", ("aws_route53_zone",))),
    noted(guards("aws_vpn_gateway_route_propagation", "the routes to the corporate network would be gone", parent=Parent("vpn_gateway_id", ("aws_vpn_gateway",)))),
    noted(guards("aws_vpc_endpoint", "what used it goes through the internet, or nowhere", parent=Parent("vpc_id", ("aws_vpc",)))),
    opens("aws_network_acl_rule", "rule_action", becomes("allow"), "would let in what it keeps out"),
    guards("aws_guardduty_detector", "attacks would no longer be told"),
    weakens("aws_guardduty_detector", "enable", off, "would no longer tell of attacks"),
)

EDGE: tuple[Row, ...] = (
    stops("aws_cloudfront_distribution", "what it answers for"),
    ends("aws_cloudfront_distribution", "enabled", off, "would answer no more"),
    ends("aws_cloudfront_distribution", "aliases", drops, "would no longer answer for these names"),
    noted(ends("aws_cloudfront_distribution", "origin[origin_id].domain_name", changed, "would ask another origin", **_ID)),
    opens("aws_cloudfront_distribution", "restrictions.geo_restriction", harms.opens_countries, "would answer to more countries"),
    weakens("aws_cloudfront_distribution", "viewer_certificate.minimum_protocol_version", weaker(tls_policy), "would take older versions of TLS"),
    weakens("aws_cloudfront_distribution", "origin[origin_id].custom_origin_config.origin_protocol_policy", becomes("http-only", "match-viewer"), "would ask its origin without TLS"),
    weakens("aws_cloudfront_distribution", "origin[origin_id].custom_origin_config.origin_ssl_protocols", gains_like(_WEAKEST_TLS_ORIGIN), "would ask its origin with an older TLS"),
    weakens("aws_cloudfront_distribution", "logging_config", off, "would no longer write down who asked for what"),
    *(row for behavior in ("default_cache_behavior", "ordered_cache_behavior[path_pattern]") for row in (
        opens("aws_cloudfront_distribution", f"{behavior}.trusted_key_groups", off, "would no longer ask for signed URLs", **_ID),
        opens("aws_cloudfront_distribution", f"{behavior}.trusted_signers", off, "would no longer ask for signed URLs", **_ID),
        weakens("aws_cloudfront_distribution", f"{behavior}.viewer_protocol_policy", becomes("allow-all"), "would answer without TLS", new_blocks=True),
        weakens("aws_cloudfront_distribution", f"{behavior}.response_headers_policy_id", off, "would answer without security headers", **_ID),
        noted(weakens("aws_cloudfront_distribution", f"{behavior}.function_association", drops, "would no longer ask the function")))),
    noted(opens("aws_cloudfront_key_group", "items", gains, "would take URLs that another key signed")),
    weakens("aws_cloudfront_origin_access_control", "signing_behavior", leaves("always"), "would no longer sign what it asks of its origin"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.content_security_policy.content_security_policy", harms.loosens_content_security, "would let pages load more"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.content_security_policy", off, "would let pages load anything"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.strict_transport_security", off, "would let browsers come without TLS"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.strict_transport_security.access_control_max_age_sec", less, "would have browsers insist on TLS for a shorter time"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.strict_transport_security.include_subdomains", off, "would let browsers come to subdomains without TLS"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.content_type_options", off, "would let browsers guess what content is"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.frame_options", off, "would let other pages frame it"),
    weakens("aws_cloudfront_response_headers_policy", "security_headers_config.frame_options.frame_option", leaves("DENY"), "would let other pages frame it"),
    noted(weakens("aws_cloudfront_response_headers_policy", "security_headers_config.referrer_policy", off, "would tell other sites the whole address")),
    opens("aws_cloudfront_response_headers_policy", "cors_config.access_control_allow_origins.items", gains_like(r"\*"), "would let any page in a browser use it", **_ALWAYS),

    guards("aws_wafv2_web_acl_association", "what it stands before would be reached past the firewall", parent=Parent("resource_arn")),
    weakens("aws_wafv2_web_acl_association", "web_acl_arn", changed, "would put another firewall before it", **_ID),
    guards("aws_wafv2_web_acl_logging_configuration", "what the firewall saw would no longer be written down", parent=Parent("resource_arn", ("aws_wafv2_web_acl",))),
    guards("aws_wafv2_web_acl", "what it stands before would be reached past the firewall"),
    weakens("aws_wafv2_web_acl_logging_configuration", "logging_filter", on, "would write down a part only"),
    weakens("aws_wafv2_web_acl_logging_configuration", "log_destination_configs", drops, "would write elsewhere", **_ID),
    weakens("aws_wafv2_web_acl", "default_action.allow", on, "would let through what no rule stops"),
    *(row for type_ in ("aws_wafv2_web_acl", "aws_wafv2_rule_group") for row in (
        weakens(type_, "rule[name]", off, "would lose a rule"),
        weakens(type_, "rule[name].action.block", off, "would no longer stop what this rule stops"),
        weakens(type_, "rule[name].action.count", on, "would only count what this rule stops"),
        weakens(type_, "rule[name].action.allow", on, "would let through what other rules may stop", new_blocks=True),
        weakens(type_, "rule[name].statement.rate_based_statement.limit", more, "would let more requests of one address through"),
        weakens(type_, "rule[name].statement.rate_based_statement.scope_down_statement", on, "would look at fewer requests"),
        weakens(type_, "rule[name].statement.geo_match_statement.country_codes", changed, "would be for other countries"))),
    weakens("aws_wafv2_web_acl", "rule[name].override_action.count", on, "would only count what this group stops"),
    weakens("aws_wafv2_web_acl", "rule[name].statement.managed_rule_group_statement.rule_action_override", gains, "would do less than this group says"),
    weakens("aws_wafv2_web_acl", "rule[name].statement.managed_rule_group_statement.scope_down_statement", changed, "would look at other requests"),
    weakens("aws_wafv2_web_acl", "rule[name].statement.managed_rule_group_statement.scope_down_statement", on, "would look at fewer requests"),
    opens("aws_wafv2_ip_set", "addresses", gains_wide_range, "would be for everyone", **_ALWAYS),
    noted(ends("aws_wafv2_ip_set", "addresses", drops, "would no longer be for these addresses")),

    stops("aws_lb", "what it answers for"),
    opens("aws_lb", "internal", off, "would be open to the internet"),
    weakens("aws_lb", "access_logs.enabled", off, "would no longer write down who asked for what"),
    weakens("aws_lb", "connection_logs.enabled", off, "would no longer write down who connected"),
    weakens("aws_lb", "drop_invalid_header_fields", off, "would hand on headers that are not valid"),
    weakens("aws_lb", "desync_mitigation_mode", weaker(order("monitor", "defensive", "strictest")), "would hand on more doubtful requests"),
    weakens("aws_lb", "enable_waf_fail_open", on, "would be reached past a firewall that does not answer"),
    stops("aws_lb_listener", "what it answers for", parent=Parent("load_balancer_arn", ("aws_lb",))),
    weakens("aws_lb_listener", "protocol", leaves("HTTPS", "TLS"), "would speak without TLS"),
    weakens("aws_lb_listener", "ssl_policy", weaker(tls_policy), "would take older versions of TLS"),
    weakens("aws_lb_listener", "mutual_authentication.mode", leaves("verify"), "would no longer ask for certificates"),
    opens("aws_lb_listener", "default_action", loses_block("type", "authenticate-cognito", "authenticate-oidc"), "would no longer ask who somebody is"),
    opens("aws_lb_listener_rule", "action", loses_block("type", "authenticate-cognito", "authenticate-oidc"), "would no longer ask who somebody is"),
    opens("aws_lb_listener_rule", "action.authenticate_cognito.on_unauthenticated_request", becomes("allow"), "would let strangers through"),
    opens("aws_lb_listener_rule", "action.authenticate_oidc.on_unauthenticated_request", becomes("allow"), "would let strangers through"),
    opens("aws_lb_listener_rule", "condition", loses_block("source_ip"), "would no longer ask where somebody comes from"),
    noted(guards("aws_lb_listener_rule", "its requests would be another rule's", parent=Parent("listener_arn", ("aws_lb_listener",)))),
    noted(ends("aws_lb_listener_rule", "condition", changed, "would be for other requests")),
    weakens("aws_lb_target_group", "protocol", leaves("HTTPS", "TLS"), "would speak to its targets without TLS"),
    opens("aws_api_gateway_method", "authorization", becomes("NONE"), "would be open to the public", **_ALWAYS),
)

COMPUTE: tuple[Row, ...] = (
    lost("aws_ecr_repository", "its images"),
    lost("aws_ecs_cluster", "its services, and the name that pipelines deploy to"),
    lost("aws_eks_cluster", "all that runs in it"),
    # By a new profile too: EKS deletes the pods of the old one all at once ("Delete a Fargate profile").
    lost("aws_eks_fargate_profile", "its pods, all at once"),
    stops("aws_autoscaling_group", "its instances, and what runs on them"),
    stops("aws_ecs_service", "its running tasks"),
    stops("aws_eks_node_group", "its nodes, and the pods on them"),
    stops("aws_instance", "what runs on it"),
    ends("aws_ecs_service", "desired_count", becomes(0), "would run nothing any more"),
    ends("aws_ecs_service", "deployment_minimum_healthy_percent", becomes(0), "would stop all tasks before new ones run"),
    ends("aws_ecs_service", "load_balancer", drops, "would no longer be reached as now", **_ID),
    noted(ends("aws_ecs_service", "deployment_circuit_breaker.rollback", off, "would no longer go back from what does not start")),
    opens("aws_ecs_service", "enable_execute_command", on, "would let people run commands in its containers"),
    opens("aws_ecs_task_definition", "container_definitions", harms.privileged, "would have all rights of its host", **_ALWAYS),
    opens("aws_ecs_task_definition", "network_mode", becomes("host"), "would stand in the network of its host"),
    opens("aws_ecs_task_definition", "pid_mode", becomes("host"), "would see all that runs on its host"),
    weakens("aws_ecs_capacity_provider", "auto_scaling_group_provider.managed_termination_protection", leaves("ENABLED"), "would let instances go with tasks on them"),
    ends("aws_autoscaling_group", "max_size", becomes(0), "would run nothing any more"),
    ends("aws_autoscaling_group", "desired_capacity", becomes(0), "would run nothing any more"),
    ends("aws_appautoscaling_target", "max_capacity", becomes(0), "would run nothing any more"),
    noted(ends("aws_appautoscaling_target", "min_capacity", becomes(0), "could run nothing at times")),
    noted(ends("aws_appautoscaling_target", "max_capacity", less, "would grow less")),
    noted(opens("aws_launch_template", "key_name", on, "would let people in with a key")),
    weakens("aws_instance", "disable_api_termination", off, "could be deleted by one call"),
    ends("aws_ecr_lifecycle_policy", "policy", harms.keeps_fewer_images, "would delete images sooner, those that are there too", created="beside", parent=Parent("repository", ("aws_ecr_repository",))),
    weakens("aws_ecr_repository", "image_scanning_configuration.scan_on_push", off, "would no longer look for known flaws"),
    guards("aws_ecr_replication_configuration", "images would have no copies any more"),
    weakens("aws_ecr_replication_configuration", "replication_configuration", changed, "would copy other images, or elsewhere"),
    opens("aws_eks_access_policy_association", "policy_arn", stronger(_cluster_policy), "would let somebody do more in the cluster"),
    opens("aws_eks_access_policy_association", "policy_arn", ends_with("AmazonEKSClusterAdminPolicy"), "would let somebody do everything in a cluster that is there", created="beside", parent=Parent("cluster_name", ("aws_eks_cluster",))),
    opens("aws_eks_access_policy_association", "access_scope.type", becomes("cluster"), "would let somebody do that in the whole cluster"),
    opens("aws_eks_access_policy_association", "access_scope.namespaces", gains, "would let somebody do that in another namespace"),
    opens("aws_eks_access_entry", "kubernetes_groups", gains_like("^system:masters$"), "would let somebody do everything in the cluster", **_ALWAYS),
    opens("aws_eks_cluster", "access_config.authentication_mode", weaker(order("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")), "would let the cluster itself say who may come"),
    weakens("aws_eks_cluster", "enabled_cluster_log_types", drops, "would no longer write these logs"),
    weakens("aws_eks_cluster", "encryption_config", off, "would no longer be encrypted with our key"),
    opens("aws_eks_node_group", "remote_access", on, "would let people into its nodes"),
    noted(guards("aws_eks_addon", "what it does in the cluster is done no more", parent=Parent("cluster_name", ("aws_eks_cluster",)))),
    noted(ends("aws_eks_pod_identity_association", "role_arn", changed, "would give pods another role", **_ID)),
)

OBSERVABILITY: tuple[Row, ...] = (
    lost("aws_cloudwatch_log_group", "its logs", parent=Parent("name", ("aws_lambda_function",), prefix="/aws/lambda/")),
    guards("aws_cloudtrail", "who did what in the account would no longer be written down"),
    weakens("aws_cloudtrail", "enable_logging", off, "would no longer write down who did what"),
    weakens("aws_cloudtrail", "is_multi_region_trail", off, "would no longer see other regions"),
    weakens("aws_cloudtrail", "include_global_service_events", off, "would no longer see IAM"),
    weakens("aws_cloudtrail", "enable_log_file_validation", off, "could be changed afterwards"),
    weakens("aws_cloudtrail", "event_selector", drops, "would see other events"),
    weakens("aws_cloudtrail", "s3_bucket_name", changed, "would write elsewhere", **_ID),
    *each("config_configuration_recorder config_configuration_recorder_status securityhub_account accessanalyzer_analyzer", guards, "what changes in the account would no longer be looked at"),
    weakens("aws_config_configuration_recorder_status", "is_enabled", off, "would no longer look at what changes"),
    *each("cloudwatch_log_delivery cloudwatch_log_delivery_source cloudwatch_log_delivery_destination", guards, "who asked for what would no longer be written down"),
    weakens("aws_cloudwatch_log_delivery", "record_fields", drops, "would write down fewer fields"),
    noted(guards("aws_cloudwatch_log_subscription_filter", "the logs would no longer be sent on")),
    weakens("aws_cloudwatch_metric_alarm", "actions_enabled", off, "would tell nobody"),
    weakens("aws_cloudwatch_metric_alarm", "alarm_actions", off, "would tell nobody", **_ID),
    noted(guards("aws_cloudwatch_metric_alarm", "nobody would be told any more")),
    noted(weakens("aws_cloudwatch_metric_alarm", "threshold", changed, "would tell at another value")),
    noted(guards("aws_route53_health_check", "nobody would ask any more whether it answers")),
)
# fmt: on
_POLICY = "its policy is compared by meaning (ops/guard/policies.py)"
_RANGES = "its ranges are compared (ops/guard/ranges.py)"
_SCALING = "it changes how many run, between limits that have rows"
#: Types that we synthesize and that need no row, with the reason.
NEED_NO_ROW = {
    "aws_acm_certificate": "AWS refuses to delete one that is in use, and a new one is there before the old one goes",
    "aws_acm_certificate_validation": "it is a wait, and no object of AWS",
    "aws_appautoscaling_policy": _SCALING,
    "aws_appautoscaling_scheduled_action": _SCALING,
    "aws_autoscaling_policy": _SCALING,
    "aws_autoscaling_schedule": _SCALING,
    "aws_cloudfront_cache_policy": "it says what is cached, and CloudFront refuses to delete one that is in use",
    "aws_cloudfront_function": "its code is reviewed as code, and CloudFront refuses to delete one that is in use",
    "aws_cloudfront_public_key": "the key group that lists it has a row",
    "aws_cloudfront_vpc_origin": "CloudFront refuses to delete one that is in use",
    "aws_cloudwatch_log_resource_policy": _POLICY,
    "aws_db_proxy_default_target_group": "it says how connections are pooled",
    "aws_db_subnet_group": "RDS refuses to delete one that is in use",
    "aws_default_security_group": _RANGES,
    "aws_ecr_repository_policy": _POLICY,
    "aws_ecs_cluster_capacity_providers": "ECS refuses to take a provider out that services use",
    "aws_elasticache_parameter_group": "it holds limits of memory; TLS and users are elsewhere, and have rows",
    "aws_elasticache_subnet_group": "ElastiCache refuses to delete one that is in use",
    "aws_elasticache_user_group": "what its users may do has rows, and so has a cache that loses its group",
    "aws_iam_instance_profile": "what its role may do is compared",
    "aws_iam_role_policy": _POLICY,
    "aws_lambda_permission": "it is compared as the policy statement that it is (ops/guard/policies.py)",
    "aws_lb_target_group_attachment": "a target that goes is replaced by the service that registered it",
    "aws_network_acl": _RANGES,
    "aws_s3_bucket_policy": _POLICY,
    "aws_security_group": _RANGES,
    "aws_service_discovery_service": "it goes with its service, which has a row",
    "aws_sns_topic_policy": _POLICY,
    "aws_vpc_security_group_egress_rule": "it lets out; what is reached lets in by a rule of its own",
    "aws_vpc_security_group_ingress_rule": _RANGES,
    "terraform_data": "it is in the state alone",
}
TABLE: tuple[Row, ...] = (*ANY, *DATA, *BUCKETS, *BACKUPS, *EVENTS, *ACCESS, *NETWORK, *EDGE, *COMPUTE, *OBSERVABILITY)
