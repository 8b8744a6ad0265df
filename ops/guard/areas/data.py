"""Rows of databases, caches, tables, buckets, secrets, keys, and backups."""

from ops.guard import harms
from ops.guard.builders import (
    ALWAYS,
    UNKNOWN_ALLOWED,
    creates,
    ends,
    for_types,
    guards,
    lost,
    noted,
    opens,
    stops,
    weakens,
)
from ops.guard.harms import (
    becomes,
    changed,
    drops,
    gains,
    gains_like,
    leaves,
    less,
    loses_block,
    more,
    off,
    on,
    shorter,
    tls_policy,
    weaker,
)
from ops.guard.plan import Parent
from ops.guard.rows import Row

_AWS = "https://docs.aws.amazon.com"
#: "the configuration rules apply to both existing objects and objects that you add later"
S3_LIFECYCLE = f"Setting lifecycle configuration on a bucket, {_AWS}/AmazonS3/latest/dev/how-to-set-lifecycle-configuration-intro.html"
VAULT_LOCK = f"AWS Backup Vault Lock, {_AWS}/aws-backup/latest/devguide/vault-lock.html"
_BUCKET = Parent("bucket", ("aws_s3_bucket",))
_EVERYONE = r"acs\.amazonaws\.com/groups/global/"
# fmt: off
# ruff: noqa: E501 - a row is a line
DATA: tuple[Row, ...] = (
    # The data of a read replica is its source's.
    lost("aws_db_instance", "its data", unless="replicate_source_db"),
    lost("aws_db_snapshot", "its copy of the data"),
    lost("aws_db_cluster_snapshot", "its copy of the data"),
    lost("aws_docdb_cluster", "its data"),
    lost("aws_dynamodb_table", "its items"),
    lost("aws_ebs_volume", "its data"),
    lost("aws_ebs_snapshot", "its copy of the data"),
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
    lost("aws_rds_global_cluster", "the connection of its members"),
    lost("aws_redshift_cluster", "its data"),
    lost("aws_s3_bucket", "its objects"),
    lost("aws_secretsmanager_secret", "its value"),
    lost("aws_secretsmanager_secret_version", "the secret's value", parent=Parent("secret_id", ("aws_secretsmanager_secret",))),
    lost("aws_ssm_parameter", "its value"),

    weakens("aws_kms_key", "is_enabled", off, "could no longer decrypt what is encrypted with it"),
    weakens("aws_kms_key", "enable_key_rotation", off, "would no longer be rotated"),
    noted(weakens("aws_kms_key", "rotation_period_in_days", more, "would be rotated less often")),
    weakens("aws_kms_key", "deletion_window_in_days", less, "would have a shorter waiting period before its deletion"),
    ends("aws_kms_alias", "target_key_id", changed, "would point to another key", unknown=False),
    opens("aws_kms_grant", "grantee_principal", changed, "would apply to another principal"),

    *for_types("db_snapshot db_cluster_snapshot", opens, "shared_accounts", gains, "would be shared with another account", **ALWAYS),
    creates("aws_snapshot_create_volume_permission", "would share a snapshot with another account"),
    creates("aws_ami_launch_permission", "would share an image with another account"),
    weakens("aws_rds_cluster", "backtrack_window", less, "would have a shorter backtrack window"),
    noted(weakens("aws_db_instance", "monitoring_interval", off, "would lose its enhanced monitoring")),
    noted(weakens("aws_rds_cluster_instance", "monitoring_interval", off, "would lose its enhanced monitoring")),
    weakens("aws_db_proxy", "require_tls", off, "would accept connections without TLS"),
    weakens("aws_db_proxy", "auth", loses_block("iam_auth", "REQUIRED"), "would accept passwords without IAM"),
    noted(opens("aws_db_proxy", "debug_logging", on, "would log SQL statements with their values")),
    stops("aws_db_proxy", "all connections through it"),
    stops("aws_db_proxy_target", "all connections through the proxy", parent=Parent("db_proxy_name", ("aws_db_proxy",))),
    *(row for name in ("require_secure_transport", "rds.force_ssl", "tls") for row in for_types(
        "db_parameter_group rds_cluster_parameter_group docdb_cluster_parameter_group", weakens,
        f"parameter[name={name}].value", leaves("on", "1", "true", "enabled"), "would accept connections without TLS")),
    *(row for name in ("server_audit_logging", "pgaudit.log", "log_statement", "general_log") for row in for_types(
        "db_parameter_group rds_cluster_parameter_group", weakens,
        f"parameter[name={name}].value", off, "would no longer log activity")),

    weakens("aws_dynamodb_table", "point_in_time_recovery.enabled", off, "would lose its point-in-time recovery"),
    weakens("aws_dynamodb_table", "server_side_encryption.enabled", off, "would no longer be encrypted with our key"),
    ends("aws_dynamodb_table", "ttl.enabled", on, "would delete items by itself"),
    ends("aws_dynamodb_table", "stream_enabled", off, "would have no stream"),
    guards("aws_dynamodb_table_replica", "a table would lose a copy"),
    opens("aws_elasticache_user", "no_password_required", on, "would allow access without a password to anyone who can reach it"),
    opens("aws_elasticache_user", "access_string", harms.may_do_more, "would be allowed more"),
    opens("aws_elasticache_replication_group", "user_group_ids", drops, "would allow access to anyone who can reach it"),
    weakens("aws_elasticache_replication_group", "transit_encryption_mode", leaves("required"), "would accept connections without TLS"),
    noted(weakens("aws_elasticache_replication_group", "log_delivery_configuration", off, "would no longer deliver logs")),
    weakens("aws_opensearch_domain", "encrypt_at_rest.enabled", off, "would no longer be encrypted"),
    weakens("aws_opensearch_domain", "node_to_node_encryption.enabled", off, "would no longer be encrypted in transit"),
    weakens("aws_opensearch_domain", "domain_endpoint_options.enforce_https", off, "would accept requests without TLS"),
    weakens("aws_opensearch_domain", "domain_endpoint_options.tls_security_policy", weaker(tls_policy), "would accept older TLS versions"),
    weakens("aws_opensearch_domain", "advanced_security_options.enabled", off, "would no longer require authentication"),
    opens("aws_opensearch_domain", "advanced_security_options.master_user_options.master_user_arn", changed, "would have another master user", **UNKNOWN_ALLOWED),
    noted(weakens("aws_opensearch_domain", "log_publishing_options[log_type]", off, "would no longer publish these logs")),
    ends("aws_opensearch_domain", "cluster_config.instance_count", less, "would move all documents to fewer nodes"),
    ends("aws_opensearch_domain", "ebs_options.volume_size", less, "would have less room for documents"),
    weakens("aws_efs_backup_policy", "backup_policy.status", leaves("ENABLED"), "would no longer be backed up"),

    weakens("aws_secretsmanager_secret", "recovery_window_in_days", less, "would have a shorter recovery window"),
    weakens("aws_secretsmanager_secret", "replica", drops, "would lose a copy in another region"),
    guards("aws_secretsmanager_secret_rotation", "the secret would no longer be rotated", parent=Parent("secret_id", ("aws_secretsmanager_secret",))),
    weakens("aws_secretsmanager_secret_rotation", "rotation_enabled", off, "would no longer be rotated"),
    noted(weakens("aws_secretsmanager_secret_rotation", "rotation_rules.automatically_after_days", more, "would be rotated less often")),
    weakens("aws_ssm_parameter", "type", leaves("SecureString"), "would no longer be encrypted"),
)

BUCKETS: tuple[Row, ...] = (
    guards("aws_s3_bucket_public_access_block", "the bucket could be opened to the public", parent=_BUCKET),
    guards("aws_s3_bucket_server_side_encryption_configuration", "the bucket would no longer encrypt with our key", parent=_BUCKET),
    guards("aws_s3_bucket_versioning", "overwritten or deleted objects could not be restored", parent=_BUCKET),
    guards("aws_s3_bucket_ownership_controls", "objects could be opened by ACLs", parent=_BUCKET),
    guards("aws_s3_bucket_logging", "access to the bucket would no longer be logged", parent=_BUCKET),
    guards("aws_s3_bucket_object_lock_configuration", "objects could be deleted before their time", parent=_BUCKET),
    guards("aws_s3_bucket_replication_configuration", "the bucket would lose its copy", parent=_BUCKET),
    guards("aws_s3_account_public_access_block", "any bucket of the account could be opened to the public"),
    noted(guards("aws_s3_bucket_notification", "nothing would be notified of new objects", parent=_BUCKET)),
    *(opens(f"aws_s3_{owner}_public_access_block", flag, harm, "would be open to the public", **ALWAYS)
      for owner in ("bucket", "account")
      for flag in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
      for harm in (becomes(False),)),
    opens("aws_s3_bucket_acl", "access_control_policy.grant", gains_like(_EVERYONE), "would be open to the public", **ALWAYS),
    opens("aws_s3_bucket_ownership_controls", "rule.object_ownership", leaves("BucketOwnerEnforced"), "would let ACLs open objects"),
    opens("aws_s3_bucket_cors_configuration", "cors_rule.allowed_origins", gains_like(r"\*"), "would allow any origin (CORS)", **ALWAYS),
    weakens("aws_s3_bucket_versioning", "versioning_configuration.status", leaves("Enabled"), "would be suspended: overwritten or deleted objects could not be restored"),
    weakens("aws_s3_bucket_versioning", "versioning_configuration.mfa_delete", leaves("Enabled"), "would let versions be deleted without a second factor"),
    weakens("aws_s3_bucket_server_side_encryption_configuration", "rule.apply_server_side_encryption_by_default.sse_algorithm", leaves("aws:kms", "aws:kms:dsse"), "would no longer encrypt with our key"),
    weakens("aws_s3_bucket_object_lock_configuration", "rule.default_retention.days", less, "would lock objects for a shorter time"),
    weakens("aws_s3_bucket_object_lock_configuration", "rule.default_retention.mode", leaves("COMPLIANCE"), "would let objects be deleted before their time"),
    weakens("aws_s3_bucket_logging", "target_bucket", changed, "would send its access logs elsewhere", **UNKNOWN_ALLOWED),
    Row("aws_s3_bucket_lifecycle_configuration", "rule", harms.expires_sooner, "would delete objects sooner, existing ones too", "loss", S3_LIFECYCLE, created="beside", parent=_BUCKET),
    noted(guards("aws_s3_bucket_lifecycle_configuration", "nothing would expire anymore", parent=_BUCKET)),
    noted(guards("aws_s3_bucket_cors_configuration", "pages of other origins could no longer use it", parent=_BUCKET)),
)

BACKUPS: tuple[Row, ...] = (
    lost("aws_backup_vault", "its recovery points"),
    guards("aws_backup_plan", "what it backs up would no longer have backups"),
    guards("aws_backup_selection", "what it selects would no longer have backups"),
    guards("aws_backup_vault_lock_configuration", "recovery points could be deleted before their time", parent=Parent("backup_vault_arn", ("aws_backup_vault",))),
    weakens("aws_backup_plan", "rule[rule_name]", off, "would no longer run this backup rule"),
    weakens("aws_backup_plan", "rule[rule_name].lifecycle.delete_after", shorter, "would keep its backups for a shorter time"),
    weakens("aws_backup_plan", "rule[rule_name].copy_action[destination_vault_arn]", off, "would no longer copy its backups there"),
    weakens("aws_backup_plan", "rule[rule_name].copy_action[destination_vault_arn].lifecycle.delete_after", shorter, "would keep the copies for a shorter time"),
    weakens("aws_backup_plan", "rule[rule_name].enable_continuous_backup", off, "would lose its point-in-time recovery"),
    noted(weakens("aws_backup_plan", "rule[rule_name].schedule", changed, "would back up at other times")),
    weakens("aws_backup_selection", "resources", drops, "would no longer back up everything that it backs up now"),
    weakens("aws_backup_selection", "not_resources", gains, "would no longer back up everything that it backs up now"),
    weakens("aws_backup_selection", "selection_tag", drops, "would no longer back up everything that it backs up now"),
    weakens("aws_backup_selection", "condition", changed, "would back up something else"),
    *(Row("aws_backup_vault_lock_configuration", "min_retention_days", harm, "would let recovery points be deleted sooner", "protection", VAULT_LOCK) for harm in (less, off)),
    weakens("aws_backup_region_settings", "resource_type_opt_in_preference", changed, "would back up other kinds of resources"),
)
