"""The TypeScript app of the benchmark is like one that a person would write."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.assembly import Assembly
from bench.typescript import blocks, write_app

STRING = {"primitive": "string"}


def jsii_class(name: str, terraform_type: str, *, attributes: tuple[str, ...] = ()) -> dict[str, Any]:
    fqn = f"@cdktf/provider-aws.{name.lower()}.{name}"
    return {
        "name": name,
        "base": "cdktf.TerraformResource",
        "docs": {"summary": f"Represents a {{@link https://example.com/docs/resources/x {terraform_type}}}."},
        "symbolId": f"src/{name.lower()}/index:{name}",
        "initializer": {"parameters": [{}, {}, {"type": {"fqn": f"{fqn}Config"}}]},
        "properties": [{"name": attribute, "type": STRING} for attribute in attributes],
    }


def jsii_struct(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"datatype": True, "properties": [{"name": name, "type": type} for name, type in properties.items()]}


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    rule = {"fqn": "@cdktf/provider-aws.group.GroupRule"}
    types = {
        "@cdktf/provider-aws.vpc.Vpc": jsii_class("Vpc", "aws_vpc", attributes=("id",)),
        "@cdktf/provider-aws.vpc.VpcConfig": jsii_struct(
            cidrBlock=STRING, tags={"collection": {"kind": "map", "elementtype": STRING}}
        ),
        "@cdktf/provider-aws.group.Group": jsii_class("Group", "aws_group"),
        "@cdktf/provider-aws.group.GroupConfig": jsii_struct(
            vpcId=STRING, rule={"collection": {"kind": "array", "elementtype": rule}}, name=STRING
        ),
        "@cdktf/provider-aws.group.GroupRule": jsii_struct(fromPort={"primitive": "number"}),
    }
    (tmp_path / ".jsii").write_text(json.dumps({"types": types}), encoding="utf-8")
    return Assembly(tmp_path)


STACK = {
    "resource": {
        "aws_group": {
            "web": {
                "vpc_id": "${aws_vpc.main.id}",
                "name": "web-${aws_vpc.main.id}-${aws_vpc.other.id}",
                "rule": [{"from_port": "${var.port}"}],
                "lifecycle": {"prevent_destroy": True},
            }
        },
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", "tags": {"some_tag": "1"}, "//": {"metadata": {}}}},
    }
}


def test_block_comes_after_the_blocks_that_it_refers_to() -> None:
    assert [block.name for block in blocks(STACK)] == ["main", "web"]


def test_the_app_reads_attributes_and_names_things_as_typescript_does(assembly: Assembly) -> None:
    source = write_app({"dev": STACK}, assembly).splitlines()

    assert 'import { Vpc } from "@cdktf/provider-aws/lib/vpc";' in source
    assert (
        'const v0 = new Vpc(stack, "aws_vpc-main", { cidrBlock: "10.0.0.0/16", tags: { "some_tag": "1" } });' in source
    )
    assert 'v0.overrideLogicalId("main");' in source
    assert (
        'const v1 = new Group(stack, "aws_group-web", { vpcId: v0.id, '
        'name: "web-" + v0.id + "-${aws_vpc.other.id}", '
        'rule: [{ fromPort: Token.asNumber("${var.port}") }] });'
    ) in source
    assert 'v1.addOverride("lifecycle", {"prevent_destroy": true});' in source
    assert 'fill_dev(new TerraformStack(app, "dev"));' in source


def test_terraforms_own_resource_is_a_class_of_cdktf(assembly: Assembly) -> None:
    stack = {"resource": {"terraform_data": {"time": {"input": "now", "triggers_replace": ["a"]}}}}

    source = write_app({"dev": stack}, assembly).splitlines()

    assert 'import { DataResource } from "cdktf";' in source
    assert (
        'const v0 = new DataResource(stack, "terraform_data-time", { input: "now", triggersReplace: ["a"] });' in source
    )
