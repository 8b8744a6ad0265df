"""The import of objects that may exist."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from ops.errors import OpsError
from ops.recovery.imports import Imports
from ops.terraform import Terraform

OURS = {"product": "agora", "environment": "dev"}
IDS = {"aws_sns_topic.a": "arn:a", "aws_sns_topic.b": "arn:b"}


def absent(address: str) -> dict[str, Any]:
    """Return the error of Terraform 1.11 for an object that does not exist."""
    return {
        "summary": "Cannot import non-existent remote object",
        "detail": f'While attempting to import an existing object to "{address}", the provider detected that ...',
    }


@dataclass
class FakeTerraform:
    """A fake Terraform with given errors and tags."""

    folder: Path
    errors: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    further: Sequence[dict[str, Any]] = ()
    done: list[str] = field(default_factory=list)
    error_of_several: dict[str, Any] | None = None
    refuses_what_it_read: str = ""

    def plan_imports(self, addresses: Sequence[str]) -> list[dict[str, Any]]:
        if self.error_of_several and len(addresses) > 1:
            return [self.error_of_several]
        if self.refuses_what_it_read in addresses and self._ignores(self.refuses_what_it_read):
            return [{"address": self.refuses_what_it_read, "summary": "is not supported"}]
        return [self.errors[address] for address in addresses if address in self.errors]

    def _ignores(self, address: str) -> bool:
        block = json.loads((self.folder / "cdk.tf.json").read_text())["resource"]["aws_sns_topic"]
        return bool(block[address.partition(".")[2]].get("lifecycle", {}).get("ignore_changes") == "all")

    def show_plan_json(self) -> str:
        stack = json.loads((self.folder / "cdk.tf.json").read_text())
        for each in stack["import"]:
            assert self._ignores(each["to"]) or each["to"] == self.refuses_what_it_read
        imported = [
            {"address": each["to"], "change": {"actions": ["no-op"], "before": {"tags_all": self.tags.get(each["to"])}}}
            for each in stack["import"]
        ]
        return json.dumps({"resource_changes": [*imported, *self.further]})

    def apply(self) -> None:
        self.done.append("apply")

    def import_object(self, address: str, identifier: str) -> None:
        self.done.append(f"import {address} {identifier}")


def imports(folder: Path, **options: Any) -> tuple[Imports, FakeTerraform]:
    stack = {"resource": {"aws_sns_topic": {"a": {}, "b": {"lifecycle": {"prevent_destroy": True}}}}}
    (folder / "stack").mkdir()
    (folder / "stack" / "cdk.tf.json").write_text(json.dumps(stack))
    terraform = FakeTerraform(folder / "stack", **options)
    return Imports(cast("Terraform", terraform), folder / "copy", dict(IDS), OURS), terraform


def test_objects_with_own_or_no_tags_are_imported_together(tmp_path: Path) -> None:
    sut, terraform = imports(tmp_path, tags={"aws_sns_topic.a": {**OURS, "owner": "kim"}})
    assert sut.run() == IDS
    assert (terraform.done, sut.unclear) == (["apply"], [])
    assert "ignore_changes" not in (tmp_path / "stack" / "cdk.tf.json").read_text()


def test_absent_object_is_left_out(tmp_path: Path) -> None:
    sut, terraform = imports(tmp_path, errors={"aws_sns_topic.b": absent("aws_sns_topic.b")})
    assert sut.run() == {"aws_sns_topic.a": "arn:a"}
    assert (terraform.done, sut.unclear) == (["apply"], [])


def test_unreadable_object_is_unclear(tmp_path: Path) -> None:
    denied = {"address": "aws_sns_topic.b", "summary": "reading SNS Topic (arn:b): AccessDenied"}
    sut, _ = imports(tmp_path, errors={"aws_sns_topic.b": denied})
    assert sut.run() == {"aws_sns_topic.a": "arn:a"}
    assert sut.unclear == ["aws_sns_topic.b (arn:b) could not be read: reading SNS Topic (arn:b): AccessDenied"]


def test_object_with_read_values_that_provider_refuses_is_imported_as_configured(tmp_path: Path) -> None:
    sut, terraform = imports(tmp_path, refuses_what_it_read="aws_sns_topic.b")
    assert sut.run() == IDS
    assert (terraform.done, sut.unclear) == (["apply"], [])


def test_error_without_address_is_found_by_trying_each_object(tmp_path: Path) -> None:
    sut, _ = imports(tmp_path, errors={"aws_sns_topic.b": {"summary": "No topic found"}})
    assert sut.run() == {"aws_sns_topic.a": "arn:a"}
    assert sut.unclear == []


def test_error_that_no_single_object_causes_is_raised(tmp_path: Path) -> None:
    sut, _ = imports(tmp_path, error_of_several={"summary": "no"})
    with pytest.raises(OpsError, match="terraform plan failed:\nno"):
        sut.run()


@pytest.mark.parametrize("tags", [{**OURS, "environment": "prod"}, {**OURS, "product": "mobile"}, {"owner": "kim"}])
def test_object_with_other_tags_is_unclear(tmp_path: Path, tags: Mapping[str, str]) -> None:
    sut, _ = imports(tmp_path, tags={"aws_sns_topic.b": tags})
    assert sut.run() == {"aws_sns_topic.a": "arn:a"}
    assert len(sut.unclear) == 1
    assert "aws_sns_topic.b (arn:b) exists, but its tags are not those of this stack" in sut.unclear[0]


def test_no_remaining_object_applies_nothing(tmp_path: Path) -> None:
    sut, terraform = imports(tmp_path, errors={address: absent(address) for address in IDS})
    assert sut.run() == {}
    assert terraform.done == []


def test_plan_with_other_changes_imports_one_by_one(tmp_path: Path) -> None:
    created = {"address": "aws_sns_topic.c", "change": {"actions": ["create"]}}
    sut, terraform = imports(tmp_path, further=[created])
    assert sut.run() == IDS
    assert terraform.done == ["import aws_sns_topic.a arn:a", "import aws_sns_topic.b arn:b"]
