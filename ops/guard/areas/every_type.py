"""Rows for every resource type with the attribute."""

from ops.guard.builders import ALWAYS, UNKNOWN_ALLOWED, opens, weakens
from ops.guard.harms import becomes, changed, drops, leaves, less, off, on, shorter
from ops.guard.rows import Row

#: "To set a log group so that its log events do not expire, use DeleteRetentionPolicy": the provider calls that 0.
LOG_RETENTION = "PutRetentionPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
# fmt: off
# ruff: noqa: E501 - a row is a line
ANY: tuple[Row, ...] = (
    weakens("*", "deletion_protection", off, "would lose its deletion protection"),
    weakens("*", "deletion_protection_enabled", off, "would lose its deletion protection"),
    weakens("*", "enable_deletion_protection", off, "would lose its deletion protection"),
    weakens("*", "skip_final_snapshot", on, "would be destroyed without a final snapshot"),
    weakens("*", "force_destroy", on, "could be destroyed with all its contents"),
    weakens("*", "force_delete", on, "could be destroyed with all its contents"),
    weakens("*", "backup_retention_period", less, "would keep its backups for a shorter time"),
    weakens("*", "snapshot_retention_limit", less, "would keep its backups for a shorter time"),
    weakens("*", "delete_automated_backups", on, "would delete its automated backups together with the instance"),
    weakens("*", "storage_encrypted", off, "would no longer be encrypted"),
    weakens("*", "**.encrypted", off, "would no longer be encrypted"),
    weakens("*", "at_rest_encryption_enabled", off, "would no longer be encrypted"),
    weakens("*", "transit_encryption_enabled", off, "would no longer be encrypted in transit"),
    weakens("*", "kms_key_id", off, "would no longer be encrypted with our key", **UNKNOWN_ALLOWED),
    weakens("*", "kms_key_arn", off, "would no longer be encrypted with our key", **UNKNOWN_ALLOWED),
    weakens("*", "kms_master_key_id", off, "would no longer be encrypted with our key", **UNKNOWN_ALLOWED),
    # Backup selections select resources by this tag.
    weakens("*", "tags.backup", changed, "would be backed up by another plan, or not at all"),
    weakens("*", "multi_az", off, "would run in one Availability Zone"),
    weakens("*", "multi_az_enabled", off, "would run in one Availability Zone"),
    weakens("*", "automatic_failover_enabled", off, "would no longer fail over"),
    weakens("*", "iam_database_authentication_enabled", off, "would accept passwords only"),
    weakens("*", "enabled_cloudwatch_logs_exports", drops, "would no longer export these logs"),
    weakens("*", "web_acl_id", off, "would be reachable without the firewall", **UNKNOWN_ALLOWED),
    Row("*", "retention_in_days", shorter, "would keep its logs for a shorter time", "protection", LOG_RETENTION),
    weakens("*", "image_tag_mutability", leaves("IMMUTABLE"), "would let a tag point to another image"),
    weakens("*", "permissions_boundary", off, "would lose its permissions boundary", **UNKNOWN_ALLOWED),
    weakens("*", "code_signing_config_arn", off, "would run unsigned code", **UNKNOWN_ALLOWED),
    weakens("*", "**.http_tokens", leaves("required"), "would allow IMDSv1"),
    opens("*", "**.publicly_accessible", on, "would be open to the public", **ALWAYS),
    opens("*", "**.associate_public_ip_address", on, "would be open to the public", **ALWAYS),
    opens("*", "**.assign_public_ip", on, "would be open to the public", **ALWAYS),
    opens("*", "**.map_public_ip_on_launch", on, "would be open to the public", **ALWAYS),
    opens("*", "**.endpoint_public_access", on, "would be open to the public", **ALWAYS),
    opens("*", "**.authorization_type", becomes("NONE"), "would be open to the public", **ALWAYS),
    opens("*", "**.acl", becomes("public-read", "public-read-write", "authenticated-read"), "would be open to the public", **ALWAYS),
)
