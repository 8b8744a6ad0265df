"""Each planted difference is found and named; the three expected values are not."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from exit.comparing import compare, stacks
from exit.pairs import PAIRS

PAIR = PAIRS[0]

HERE: dict[str, Any] = {
    "//": {"metadata": {"version": "0.21.0", "stackName": "dev"}},
    "terraform": {
        "backend": {"s3": {"key": "dev"}},
        "required_providers": {"aws": {"source": "aws", "version": "5.100.0"}},
    },
    "resource": {"aws_vpc": {"network_vpc": {"cidr_block": "10.0.0.0/16", "tags": [{"a": 1}]}}},
    "data": {"aws_route53_zone": {"dns": {"name": "example.com"}}},
}


def moved() -> dict[str, Any]:
    """Return the same stack as the pair would write it."""
    there = copy.deepcopy(HERE)
    there["//"]["metadata"]["version"] = PAIR.library_version
    there["terraform"]["required_providers"]["aws"] = {"source": "hashicorp/aws", "version": PAIR.provider}
    return there


def found(there: dict[str, Any]) -> list[str]:
    return [str(difference) for difference in compare({"dev": HERE}, {"dev": there}, PAIR)]


def test_three_expected_values_are_no_difference() -> None:
    assert found(moved()) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "resource.aws_vpc.network_vpc.cidr_block",
            "10.1.0.0/16",
            'dev: aws_vpc.network_vpc: cidr_block: "10.0.0.0/16" -> "10.1.0.0/16"',
        ),
        ("resource.aws_vpc.network_vpc.region", "x", 'dev: aws_vpc.network_vpc: region: "(absent)" -> "x"'),
        ("resource.aws_vpc.network_vpc.tags", [{"a": True}], "dev: aws_vpc.network_vpc: tags.0.a: 1 -> true"),
        ("resource.aws_vpc.network_vpc.tags", [], 'dev: aws_vpc.network_vpc: tags: [{"a": 1}] -> []'),
        ("resource.aws_eip.nat", {}, 'dev: aws_eip: (all): "(absent)" -> {"nat": {}}'),
        ("data.aws_route53_zone.dns.name", "x", 'dev: data.aws_route53_zone.dns: name: "example.com" -> "x"'),
        ("terraform.backend.s3.key", "x", 'dev: terraform: backend.s3.key: "dev" -> "x"'),
        # Another provider to the state, and other releases than the pair's.
        (
            "terraform.required_providers.aws.source",
            "cdktn/aws",
            'dev: terraform: required_providers.aws.source: "aws" -> "cdktn/aws"',
        ),
        (
            "terraform.required_providers.aws.version",
            "7.0.0",
            'dev: terraform: required_providers.aws.version: "5.100.0" -> "7.0.0"',
        ),
        ("//.metadata.version", "9", 'dev: //: metadata.version: "0.21.0" -> "9"'),
        ("//.metadata.stackName", "x", 'dev: //: metadata.stackName: "dev" -> "x"'),
    ],
)
def test_planted_difference_is_named_with_address_and_key(path: str, value: Any, expected: str) -> None:
    there = moved()
    *parents, last = path.split(".")
    target = there
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
    assert found(there) == [expected]


def test_missing_and_additional_stacks_are_differences() -> None:
    differences = compare({"dev": HERE}, {"prod": HERE}, PAIR)
    assert [(each.stack, each.address, each.key) for each in differences] == [
        ("dev", "stack", "(all)"),
        ("prod", "stack", "(all)"),
    ]


def test_stacks_are_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "stacks" / "dev").mkdir(parents=True)
    (tmp_path / "stacks" / "dev" / "cdk.tf.json").write_text(json.dumps(HERE))
    assert stacks(tmp_path) == {"dev": HERE}
