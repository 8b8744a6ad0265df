"""The committed list of addresses: an address is never lost unnoticed."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.addresses import compare, list_path, write
from ops.errors import OpsError

VPC, SUBNET = "aws_vpc.network_vpc", "aws_subnet.network_app_a"


def stack(output: Path, *addresses: str, **more: Any) -> None:
    resources: dict[str, dict[str, Any]] = {}
    for address in addresses:
        kind, name = address.split(".")
        resources.setdefault(kind, {})[name] = {}
    folder = output / "stacks" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": resources, **more}))


@pytest.fixture
def committed(tmp_path: Path) -> tuple[Path, Path]:
    envs, output = tmp_path / "envs", tmp_path / "out"
    envs.mkdir()
    stack(output, VPC, SUBNET)
    write(envs, output, [])
    return envs, output


def test_a_new_address_is_a_difference_until_it_is_written(committed: tuple[Path, Path]) -> None:
    envs, output = committed
    stack(output, VPC, SUBNET, "aws_eip.x")
    (difference,) = compare(envs, output)
    assert str(difference) == "dev: aws_eip.x is new"
    assert write(envs, output, []) == [list_path(envs, "dev")]
    assert compare(envs, output) == []


def test_a_lost_address_is_refused_and_nothing_is_written(committed: tuple[Path, Path]) -> None:
    envs, output = committed
    stack(output, VPC, "aws_eip.x")
    with pytest.raises(OpsError, match=f"--give-up {SUBNET}"):
        write(envs, output, [])
    assert SUBNET in list_path(envs, "dev").read_text()


def test_moved_address_can_be_removed(committed: tuple[Path, Path]) -> None:
    envs, output = committed
    stack(output, VPC, "aws_subnet.network_app_x", moved=[{"from": SUBNET, "to": "aws_subnet.network_app_x"}])
    write(envs, output, [])
    assert SUBNET not in list_path(envs, "dev").read_text()


def test_address_that_is_given_up_by_name_can_be_removed(committed: tuple[Path, Path]) -> None:
    envs, output = committed
    stack(output, VPC)
    write(envs, output, [SUBNET])
    assert list_path(envs, "dev").read_text().split() == [VPC]
