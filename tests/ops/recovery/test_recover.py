"""The recovery command: lookups and messages."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from ops.recovery.recover import Recovery, recovered
from ops.target import Target
from ops.terraform import Terraform

pytestmark = pytest.mark.usefixtures("aws")

ACCOUNT, REGION, OTHER = "111111111111", "ap-northeast-2", "us-east-1"
TAGS = {"product": "agora", "environment": "dev"}
STACK = {
    "terraform": {"backend": {"s3": {"allowed_account_ids": [ACCOUNT], "bucket": "b", "key": "k", "region": REGION}}},
    "provider": {
        "aws": [
            {"region": REGION, "default_tags": [{"tags": TAGS}]},
            {"region": OTHER, "alias": OTHER, "default_tags": [{"tags": TAGS}]},
        ]
    },
    "resource": {
        "aws_vpc": {"network": {}},
        "aws_launch_template": {"nodes": {"provider": f"aws.{OTHER}"}},
        "aws_sns_topic": {"news": {}},
        "terraform_data": {"snapshot": {}},
    },
}


@dataclass
class FakeTerraform:
    """A fake Terraform with a given plan, in which every requested object exists."""

    folder: Path
    creates: dict[str, dict[str, Any]]
    state: tuple[dict[str, Any], ...] = ()
    next_command: str = "ops terraform --env dev --"
    stack: str = "dev"
    gone: tuple[str, ...] = ()
    refreshed: bool = False

    def refresh_state(self) -> None:
        self.refreshed = True

    def plan(self) -> bool:
        return bool(self.creates)

    def plan_imports(self, _: object) -> list[dict[str, Any]]:
        return []

    def show_plan(self) -> str:
        return "Plan: ..."

    def show_plan_json(self) -> str:
        if (imports := json.loads((self.folder / "cdk.tf.json").read_text()).get("import")) is not None:
            idle = {"actions": ["no-op"], "before": {"tags_all": TAGS}}
            return json.dumps({"resource_changes": [{"address": each["to"], "change": idle} for each in imports]})
        changes = [
            {
                "address": address,
                "type": address.partition(".")[0],
                "name": address.partition(".")[2],
                "change": {"actions": ["create"], "after": after},
            }
            for address, after in self.creates.items()
        ]
        state = {"values": {"root_module": {"resources": self.state}}}
        drift = [{"address": address, "change": {"actions": ["delete"]}} for address in self.gone]
        return json.dumps({"resource_changes": changes, "prior_state": state, "resource_drift": drift})

    def apply(self) -> None:
        assert self.refreshed or not self.gone
        for each in json.loads((self.folder / "cdk.tf.json").read_text())["import"]:
            del self.creates[each["to"]]


def run(folder: Path, creates: dict[str, dict[str, Any]], **options: Any) -> Recovery:
    (folder / "stack").mkdir()
    (folder / "stack" / "cdk.tf.json").write_text(json.dumps(STACK))
    target = SimpleNamespace(workspace=SimpleNamespace(build=folder), session=lambda _: boto3.Session())
    terraform = FakeTerraform(folder / "stack", dict(creates), **options)
    return recovered(cast("Target", target), cast("Terraform", terraform))


def vpc() -> str:
    ec2: Any = boto3.client("ec2", region_name=REGION)
    created: str = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    tags = [{"Key": key, "Value": value} for key, value in {**TAGS, "Name": "agora-dev-vpc"}.items()]
    ec2.create_tags(Resources=[created], Tags=tags)
    return created


VPC = {"aws_vpc.network": {"tags_all": {**TAGS, "Name": "agora-dev-vpc"}}}


def test_named_object_is_imported_with_account_and_region(tmp_path: Path) -> None:
    recovery = run(tmp_path, {"aws_sns_topic.news": {"name": "agora-dev-news"}})
    assert recovery.imported == {"aws_sns_topic.news": f"arn:aws:sns:{REGION}:{ACCOUNT}:agora-dev-news"}
    assert next(recovery.lines()) == f"imported: aws_sns_topic.news  arn:aws:sns:{REGION}:{ACCOUNT}:agora-dev-news"
    assert recovery.plan == ""


def test_object_is_looked_up_in_its_own_region(tmp_path: Path) -> None:
    ec2: Any = boto3.client("ec2", region_name=OTHER)
    data = {"ImageId": "ami-1"}
    created = ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)["LaunchTemplate"]
    recovery = run(tmp_path, {"aws_launch_template.nodes": {"name": "nodes"}})
    assert recovery.imported == {"aws_launch_template.nodes": created["LaunchTemplateId"]}


def test_ambiguous_objects_are_not_imported_and_are_named(tmp_path: Path) -> None:
    first, second = vpc(), vpc()
    recovery = run(tmp_path, VPC)
    assert recovery.imported == {}
    (message,) = recovery.unclear
    assert first in message
    assert second in message
    assert "ops terraform --env dev -- import aws_vpc.network ID" in message
    assert recovery.plan == "Plan: ..."


def test_object_in_state_is_not_imported(tmp_path: Path) -> None:
    old, orphan = vpc(), vpc()
    assert run(tmp_path, VPC, state=({"type": "aws_vpc", "values": {"id": old}},)).imported == {
        "aws_vpc.network": orphan
    }


def test_nothing_existing_means_nothing_to_recover(tmp_path: Path) -> None:
    recovery = run(tmp_path, {**VPC, "terraform_data.snapshot": {}})
    assert next(recovery.lines()).startswith("nothing to recover")
    assert not recovery.unclear


def test_deleted_object_leaves_state_before_successor_is_imported(tmp_path: Path) -> None:
    successor = vpc()
    assert run(tmp_path, VPC, gone=("aws_vpc.network",)).imported == {"aws_vpc.network": successor}
