"""Stock and lazy bindings synthesize the same bytes."""

import os
import sys
from pathlib import Path

import pytest

from modules.environment_files import chosen, load
from ops.functions import build
from ops.workspace import Workspace
from tests.bindings.synthesis import REPOSITORY, synthesize

SAMPLE = [sys.executable, str(Path(__file__).with_name("sample_app.py"))]


@pytest.mark.parametrize("envs", ["envs", "tests/environments"])
def test_every_environment_is_the_same_with_stock_and_with_lazy_bindings(tmp_path: Path, envs: str) -> None:
    # All environments of a folder in one run, because the stock import takes most of the time.
    workspace = Workspace(REPOSITORY / envs, tmp_path)
    build(workspace.packages, chosen(load(workspace.envs), None), os.environ)
    command, environment = [sys.executable, "main.py"], {"ENVS": envs, "GROUNDWORK_BUILD": str(tmp_path)}

    of_lazy = synthesize(command, tmp_path / "lazy", environment=environment)
    of_stock = synthesize(command, tmp_path / "stock", stock=True, environment=environment)

    assert of_lazy == of_stock
    environments = {file.stem for file in (REPOSITORY / envs).glob("*.hcl")}
    assert environments and {f"stacks/{name}/cdk.tf.json" for name in environments} <= of_lazy.keys()


def test_stock_and_lazy_bindings_write_the_same_bytes(tmp_path: Path) -> None:
    lazy, stock = tmp_path / "lazy.txt", tmp_path / "stock.txt"

    of_lazy = synthesize(SAMPLE, tmp_path / "lazy", environment={"SAMPLE_IMPORTS": str(lazy)})
    of_stock = synthesize(SAMPLE, tmp_path / "stock", stock=True, environment={"SAMPLE_IMPORTS": str(stock)})

    assert of_lazy == of_stock
    assert {"manifest.json", "stacks/sample/cdk.tf.json"} <= of_lazy.keys()
    # Each run has used the bindings that it should.
    assert len(stock.read_text().split()) > 2_000
    assert {"vpc", "iam_role", "dynamodb_table"} <= set(lazy.read_text().split())
    assert len(lazy.read_text().split()) < 20
