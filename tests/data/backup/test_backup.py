"""AWS Backup and secrets in the synthesized JSON."""

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.data.secret.secrets import Secret
from modules.data.secret.settings import SecretSettings
from modules.foundation.foundation import Foundation
from tests.support.stacks import built
from tests.support.template import Template


def test_backup_plan_in_production_selects_the_tag_daily_and_monthly(prod: Template) -> None:
    rules = {rule["rule_name"]: rule for rule in prod.only("aws_backup_plan")["rule"]}
    assert {name: (rule["schedule"], rule["lifecycle"]) for name, rule in rules.items()} == {
        "daily": ("cron(0 20 * * ? *)", {"delete_after": 35}),
        "monthly": ("cron(0 20 1 * ? *)", {"delete_after": 365}),
    }
    selection = prod.only("aws_backup_selection")
    assert selection["selection_tag"] == [{"key": "backup", "type": "STRINGEQUALS", "value": "daily"}]
    assert selection["iam_role_arn"] == "${aws_iam_role.backup_main.arn}"
    assert "aws_iam_role_policy_attachment.backup_s3_backup" in selection["depends_on"]


def test_databases_and_buckets_with_backup_have_the_tag(prod: Template, staging: Template, dev: Template) -> None:
    for template in (prod, staging):
        tagged = {
            f"{kind}.{name}"
            for kind, resources in template.json["resource"].items()
            for name, block in resources.items()
            if (block.get("tags") or {}).get("backup") == "daily"
        }
        assert tagged == {"aws_rds_cluster.database_main", "aws_s3_bucket.bucket_content"}
    assert "tags" not in dev.resource("aws_rds_cluster.database_main")


def test_backup_role_can_use_the_keys_of_its_resources(prod: Template) -> None:
    """AWS's managed policies allow it, and the key policy delegates access to IAM."""
    assert set(prod.resources("aws_iam_role_policy_attachment")) >= {
        f"backup_{use}" for use in ("backup", "restore", "s3_backup", "s3_restore")
    }
    key = prod.only("aws_rds_cluster")["kms_key_id"].removeprefix("${").removesuffix(".arn}")
    iam_statement = next(each for each in prod.policy(key) if each["Sid"] == "IamDecides")
    assert iam_statement["Principal"] == {"AWS": "arn:aws:iam::333333333333:root"}
    assert iam_statement["Action"] in ("kms:*", ["kms:*"])


def test_backup_vault_in_production_is_locked_and_protected(prod: Template) -> None:
    vault = prod.only("aws_backup_vault")
    assert vault["kms_key_arn"] == "${aws_kms_key.foundation_backups_key.arn}"
    assert (vault["force_destroy"], vault["lifecycle"]) == (False, {"prevent_destroy": True})
    lock = prod.only("aws_backup_vault_lock_configuration")
    assert (lock["min_retention_days"], lock["max_retention_days"]) == (35, 365)
    assert "changeable_for_days" not in lock  # with it, nobody could ever remove the lock


def test_backup_copies_are_encrypted_with_a_key_of_their_region(archive: Template) -> None:
    providers = {each.get("alias"): each for each in archive.json["provider"]["aws"]}
    assert providers["us-west-2"]["region"] == "us-west-2"
    assert providers["us-west-2"]["allowed_account_ids"] == providers[None]["allowed_account_ids"]
    assert providers["us-west-2"]["default_tags"] == providers[None]["default_tags"]
    vault = archive.resource("aws_backup_vault.backup_copy")
    assert vault["provider"] == "aws.us-west-2"
    assert vault["kms_key_arn"] == "${aws_kms_key.backup_copies_key.arn}"
    for address in ("aws_kms_key.backup_copies_key", "aws_kms_alias.backup_copies_key"):
        assert archive.resource(address)["provider"] == "aws.us-west-2"
    for rule in archive.only("aws_backup_plan")["rule"]:
        (copy,) = rule["copy_action"]
        assert copy["destination_vault_arn"] == "${aws_backup_vault.backup_copy.arn}"
        assert copy["lifecycle"] == rule["lifecycle"]
    assert archive.only("aws_backup_plan")["rule"][1]["lifecycle"] == {"cold_storage_after": 90, "delete_after": 400}


def test_backup_without_block_creates_no_vault_and_no_key(dev: Template) -> None:
    assert dev.resources("aws_backup_vault") == {}
    assert "foundation_backups_key" not in dev.resources("aws_kms_key")


def test_secret_has_no_value(prod: Template) -> None:
    assert prod.resource("aws_secretsmanager_secret.secret_slack_webhook") == {
        "description": "Where alarms are posted",
        "kms_key_id": "${aws_kms_key.foundation_secrets_key.arn}",
        "lifecycle": {"prevent_destroy": True},
        "name": "agora/prod/slack-webhook",
        "recovery_window_in_days": 30,
    }
    assert "secretsmanager_secret_version" not in json.dumps(prod.json)


def test_secret_with_rotate_by_has_one_rotation(tmp_path: Path) -> None:
    function = "arn:aws:lambda:ap-northeast-2:333333333333:function:rotate"

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        values = SecretSettings.model_validate({"tier": foundation.tier})
        secret = Secret(stack, "secret-partner", name="partner", settings=values, foundation=foundation)
        with pytest.raises(ValueError, match="rotates every 1 to 1000 days, not 0"):
            secret.rotate_by(function, 0)
        secret.rotate_by(function, 30)
        with pytest.raises(ValueError, match="secret partner has a rotation already"):
            secret.rotate_by(function, 60)

    assert built(tmp_path, build).only("aws_secretsmanager_secret_rotation") == {
        "rotation_lambda_arn": function,
        "rotation_rules": {"automatically_after_days": 30},
        "secret_id": "${aws_secretsmanager_secret.secret_partner.arn}",
    }


def test_key_policies_have_no_wildcard_principal(prod: Template, archive: Template) -> None:
    for template in (prod, archive):
        assert len(template.resources("aws_kms_key")) >= 5
        for name, key in template.resources("aws_kms_key").items():
            assert key["enable_key_rotation"] is True
            for statement in template.policy(f"aws_kms_key.{name}"):
                assert "*" not in json.dumps(statement["Principal"]), name
