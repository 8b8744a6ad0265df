"""Every environment, applied with real Terraform and the real provider on the embedded AWS."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ops.addresses import addresses
from ops.backend import Backend
from tests.conftest import FURTHER, REFERENCE
from tests.local.applied import Applied

NAMES = [path.stem for folder in (REFERENCE, FURTHER) for path in sorted(folder.glob("*.hcl"))]


@pytest.mark.parametrize("name", NAMES)
def test_second_plan_is_empty(name: str, applied: Mapping[str, Applied]) -> None:
    assert applied[name].second_plan.changes is False, applied[name].second_plan.text


# An environment without blocks has no state, because there is nothing to apply.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "no-network"])
def test_state_is_encrypted_in_the_bucket_of_its_account(name: str, applied: Mapping[str, Applied]) -> None:
    environment = applied[name]
    backend = Backend.of(environment.terraform.folder)
    s3 = environment.target.session(backend.account_id).client("s3", region_name=backend.region)
    state = s3.get_object(Bucket=backend.bucket, Key=backend.key)
    assert state["ServerSideEncryption"] == "aws:kms"
    in_state = {
        f"{each['type']}.{each['name']}"
        for each in json.loads(state["Body"].read())["resources"]
        if each["mode"] == "managed"
    }
    synthesized = json.loads((environment.terraform.folder / "cdk.tf.json").read_text())
    assert in_state == set(addresses(synthesized))
    assert f"{backend.key}.tflock" not in {
        each["Key"] for each in s3.list_objects_v2(Bucket=backend.bucket).get("Contents", [])
    }


def test_embedded_aws_and_production_get_the_same_stacks(applied: Mapping[str, Applied], reference: Path) -> None:
    """The settings for the embedded AWS are in a separate override file."""
    for name in ("dev", "staging", "prod"):
        deployed = (reference / "stacks" / name / "cdk.tf.json").read_bytes()
        assert (applied[name].terraform.folder / "cdk.tf.json").read_bytes() == deployed


def test_outputs(applied: Mapping[str, Applied]) -> None:
    outputs = applied["prod"].terraform.outputs()
    assert outputs["vpc_id"].startswith("vpc-")
    assert set(outputs["nat_addresses"]) == {"a", "c"}
    assert {tier: set(zones) for tier, zones in outputs["subnet_ids"].items()} == {
        tier: {"a", "c"} for tier in ("public", "app", "data", "endpoint")
    }


def test_environments_are_in_separate_accounts(applied: Mapping[str, Applied]) -> None:
    for name in ("dev", "prod"):
        settings = applied[name].file.settings
        ec2 = applied[name].client("ec2")
        ours = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
        assert [(vpc["CidrBlock"], vpc["OwnerId"]) for vpc in ours] == [
            (str(settings.network.cidr) if settings.network else None, settings.account_id)
        ]
