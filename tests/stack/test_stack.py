"""A whole stack: provider, state, tags, addresses."""

import json
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.logs import RETENTION_DAYS
from modules.foundation.names import account_stack_name
from modules.foundation.settings import REGIONS
from ops.addresses import addresses, compare
from ops.workspace import stack_folder
from tests.conftest import FURTHER, REFERENCE
from tests.support.template import Template

#: The first words of addresses: the module, or the kind of block followed by the block's name.
MODULES = (
    "network_",
    "zone_",
    "sign_in_",
    "certificate_",
    "foundation_",
    "database_",
    "cache_",
    "bucket_",
    "secret_",
    "backup_",
    "repository_",
    "ecs_",
    "eks_",
    "load_balancer_",
    "target_group_",
    "service_",
    "scheduled_task_",
    "firewall_",
    "function_",
    "queue_",
    "topic_",
    "stream_",
    "alarm_",
    "dashboard_",
    "log_query_",
    "site_",
)


def test_provider_allows_only_the_account_of_the_environment(prod: Template) -> None:
    providers = prod.json["provider"]["aws"]
    assert [provider["allowed_account_ids"] for provider in providers] == [["333333333333"]] * len(providers)


def test_every_region_has_a_provider_to_destroy_former_resources(prod: Template, dev: Template) -> None:
    for template in (prod, dev):
        own, *others = template.json["provider"]["aws"]
        assert (own["region"], own.get("alias")) == ("ap-northeast-2", None)
        assert [each["alias"] for each in others] == [each["region"] for each in others]
        assert {own["region"], *(each["region"] for each in others)} == set(REGIONS)


def test_every_provider_has_the_default_tags(prod: Template) -> None:
    tags = {
        "environment": "prod",
        "managed_by": "terraform",
        "owner": "community-team",
        "product": "agora",
        "tier": "production",
    }
    for provider in prod.json["provider"]["aws"]:
        assert provider["default_tags"] == [{"tags": tags}]


def test_remote_state_is_encrypted_and_locked(prod: Template) -> None:
    assert prod.json["terraform"]["backend"]["s3"] == {
        "allowed_account_ids": ["333333333333"],
        "bucket": "agora-account-state-333333333333-ap-northeast-2",
        "encrypt": True,
        "key": "agora/prod/terraform.tfstate",
        "kms_key_id": "arn:aws:kms:ap-northeast-2:333333333333:alias/agora/account/state",
        "region": "ap-northeast-2",
        "use_lockfile": True,
    }
    assert prod.json["terraform"]["required_version"] == ">= 1.10"


def test_state_has_the_configured_key_and_region(further: Path) -> None:
    backend = Template(stack_folder(further, "no-network")).json["terraform"]["backend"]["s3"]
    assert backend["key"] == "mobile/elsewhere.tfstate"
    assert backend["region"] == "us-east-1"
    assert backend["bucket"] == "mobile-account-state-555555555555-us-east-1"


def test_each_account_has_one_bootstrap_stack(reference: Path, further: Path) -> None:
    assert {path.name for path in (reference / "stacks").iterdir()} == {
        "account-111111111111",
        "account-222222222222",
        "account-333333333333",
        "dev",
        "prod",
        "staging",
    }
    assert {path.name for path in (further / "stacks").iterdir()} == {
        "account-444444444444",
        "account-555555555555",
        "account-888888888888",
        "archive",
        "corporate",
        "events",
        "mobile",
        "no-network",
        "tasks",
    }


def test_an_environment_without_blocks_has_only_its_audit_log(further: Path) -> None:
    assert addresses(Template(stack_folder(further, "no-network")).json) == [
        "aws_cloudwatch_log_group.foundation_audit_log_group",
        "aws_cloudwatch_query_definition.log_query_audit_changes",
        "aws_kms_alias.foundation_logs_key",
        "aws_kms_key.foundation_logs_key",
    ]


@pytest.mark.parametrize("envs", [REFERENCE, FURTHER], ids=["reference", "further"])
def test_addresses_equal_the_committed_lists(envs: Path, request: pytest.FixtureRequest) -> None:
    output: Path = request.getfixturevalue("reference" if envs == REFERENCE else "further")
    differences = compare(envs, output)
    message = "\n".join(map(str, differences))
    assert not differences, f"{message}\nif that is meant: make addresses ENVS={envs}"


def test_state_bucket_is_protected(account: Template) -> None:
    bucket = account.resource("aws_s3_bucket.delivery_state")
    assert bucket["lifecycle"] == {"prevent_destroy": True}
    assert bucket["force_destroy"] is False
    assert account.resource("aws_kms_key.delivery_state_key")["lifecycle"] == {"prevent_destroy": True}
    versioning = account.resource("aws_s3_bucket_versioning.delivery_state")
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    (rule,) = account.resource("aws_s3_bucket_lifecycle_configuration.delivery_state")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]
    assert "expiration" not in rule


def test_every_log_group_is_encrypted_and_has_the_retention_of_the_tier(reference: Path, further: Path) -> None:
    files = [*load(REFERENCE).values(), *load(FURTHER).values()]
    of_accounts = {account_stack_name(each.settings.account_id): each.account for each in files}
    for folder in (*(reference / "stacks").iterdir(), *(further / "stacks").iterdir()):
        template = Template(folder)
        for name, group in template.resources("aws_cloudwatch_log_group").items():
            tags = template.json["provider"]["aws"][0]["default_tags"][0]["tags"]
            # Account stacks have no such tag.
            account = of_accounts.get(folder.name)
            tier = account.settings.tier if account else tags["tier"]
            assert group["retention_in_days"] == RETENTION_DAYS[tier], f"{folder.name} {name}"
            # DNS queries are public, and a key in us-east-1 would be needed for them alone.
            assert group.get("kms_key_id") or name.endswith("_query_logs"), f"{folder.name} {name}"


def test_every_bucket_is_private_and_requires_tls(account: Template, prod: Template) -> None:
    for template in (account, prod):
        for name in template.resources("aws_s3_bucket"):
            block = template.resource(f"aws_s3_bucket_public_access_block.{name}")
            closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
            assert all(block[key] is True for key in closed)
            tls = template.policy(f"aws_s3_bucket_policy.{name}")[0]
            assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", ["s3:*"])
            assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_keys_rotate_and_delegate_access_to_iam(account: Template) -> None:
    key = account.resource("aws_kms_key.delivery_state_key")
    assert key["enable_key_rotation"] is True
    assert key["deletion_window_in_days"] == 30
    (statement,) = json.loads(key["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::333333333333:root"}


def test_no_address_has_a_hash(prod: Template) -> None:
    assert all(address.split(".")[1].startswith(MODULES) for address in addresses(prod.json))
