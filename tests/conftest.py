"""Shared fixtures: each folder of environments is synthesized once per session."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import modules  # noqa: F401 - the bindings are lazy before a test imports cdktf
from modules.environment_files import chosen, load
from ops.functions import build
from ops.tools import tool_environment
from ops.workspace import PROJECT, Workspace, stack_folder
from tests.support.template import Template

REFERENCE = PROJECT / "envs"
FURTHER = PROJECT / "tests" / "environments"

pytest_plugins = ["tests.support.processes"]

# How long an example takes depends on the machine.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

Synthesize = Callable[[Path], Path]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose build folder is the session's own."""
    return Workspace(REFERENCE, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def synthesize(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Run main.py on a folder of environment files, and return the output folder."""

    def run(envs: Path) -> Path:
        output = tmp_path_factory.mktemp("synth")
        build(workspace.packages, chosen(load(envs), None), os.environ)
        environment = {
            **tool_environment(Workspace(envs, workspace.build), os.environ),
            "CDKTF_OUTDIR": str(output),
        }
        environment.pop("ENV", None)
        done = subprocess.run(
            [sys.executable, "main.py"], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        # jsii's banners and warnings would end up before every user.
        assert done.stderr == ""
        return output

    return run


@pytest.fixture(scope="session")
def reference(synthesize: Synthesize) -> Path:
    """The output folder of the reference environments."""
    return synthesize(REFERENCE)


@pytest.fixture(scope="session")
def further(synthesize: Synthesize) -> Path:
    """The output folder of the environments under tests/environments."""
    return synthesize(FURTHER)


def _template(folder: str, stack: str) -> Any:
    """Return a fixture: a stack of `reference` or `further`."""

    @pytest.fixture(scope="session")
    def template(request: pytest.FixtureRequest) -> Template:
        return Template(stack_folder(request.getfixturevalue(folder), stack))

    return template


dev = _template("reference", "dev")
staging = _template("reference", "staging")
prod = _template("reference", "prod")
account = _template("reference", "account-333333333333")
mobile_staging = _template("further", "account-555555555555")
archive = _template("further", "archive")
corporate = _template("further", "corporate")
events = _template("further", "events")
mobile = _template("further", "mobile")
tasks = _template("further", "tasks")
corporate_account = _template("further", "account-444444444444")
mobile_account = _template("further", "account-888888888888")
