"""Setup reports missing and outdated tools, and how to install them."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ops import set_up


def program(folder: Path, name: str, prints: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program(tmp_path, "node", "v22.23.3")
    program(tmp_path, "npm", "11.1.0")
    program(tmp_path, "terraform", "Terraform v1.11.4")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    return tmp_path


def test_installed_tools_have_no_problems(tools: Path) -> None:
    assert os.environ["PATH"] == str(tools)
    assert list(set_up.missing_tools()) == []


def test_missing_and_old_tools_are_all_reported(tools: Path) -> None:
    (tools / "npm").unlink()
    program(tools, "terraform", "Terraform v1.9.8")
    npm, terraform = set_up.missing_tools()
    assert npm == "npm is missing: it comes with Node.js, https://nodejs.org/en/download"
    assert terraform.startswith("terraform 1.9 is too old; 1.10 is required: install it, https://developer.hashicorp")


def test_open_tofu_is_selected_by_the_variable_of_the_cdktf_cli(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tools / "terraform").unlink()
    program(tools, "tofu", "OpenTofu v1.10.1")
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "tofu")
    assert list(set_up.missing_tools()) == []


def test_old_python_is_reported(monkeypatch: pytest.MonkeyPatch, tools: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10))
    (problem,) = set_up.missing_tools()
    assert "3.11 is required" in problem
    assert tools.is_dir()


def test_installed_lock_file_is_not_installed_again(tmp_path: Path) -> None:
    installed = []
    for _ in range(2):
        set_up.once("things", tmp_path, "pnpm-lock.yaml", lambda: installed.append(1))
    assert installed == [1]


def test_failed_installation_fails_setup_but_keeps_the_other_one(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    for name in ("VENV", "NODE_MODULES"):
        monkeypatch.setattr(set_up, name, tools / name)
        (tools / name / "bin").mkdir(parents=True)
    monkeypatch.setattr(set_up, "install_python", lambda *_: sys.exit(set_up.FAILED))
    monkeypatch.setattr(set_up, "install_node", lambda: done.append("node"))
    monkeypatch.setattr(set_up, "index_bindings", lambda: done.append("index"))
    with pytest.raises(SystemExit) as ended:
        set_up.main()
    assert ended.value.code == set_up.FAILED
    assert done == ["node"]
    monkeypatch.setattr(set_up, "install_python", lambda *_: done.append("python"))
    assert set_up.main() == 0
    assert done == ["node", "python", "index"]


def test_folder_that_cannot_be_written_is_reported(
    tools: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("VENV", "NODE_MODULES"):
        monkeypatch.setattr(set_up, name, tools / "node" / name)
    monkeypatch.setattr(set_up, "install_python", lambda *_: None)
    monkeypatch.setattr(set_up, "install_node", lambda: None)
    assert set_up.main() == set_up.FAILED
    assert f"error {tools}/node/VENV/" in capsys.readouterr().err


#: What `pip config list` prints.
PIP_CONFIG = ("global.index-url='https://mirror.example/simple'", ":env:.find-links='/a /b'")


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for uv, in which its installation is recorded instead of done."""
    folder = tmp_path / "bootstrap"

    def install() -> None:
        (folder / "bin").mkdir(parents=True)
        python = folder / "bin" / "python"
        python.write_text("#!/bin/sh\n" + "".join(f'echo "{line}"\n' for line in PIP_CONFIG))
        python.chmod(0o755)

    monkeypatch.setattr(set_up, "BOOTSTRAP", folder)
    monkeypatch.setattr(set_up, "install_uv", install)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    return folder


def test_uv_of_the_machine_is_used_if_recent(tools: Path, bootstrap: Path) -> None:
    program(tools, "uv", "uv 0.13.9")
    assert set_up.find_uv()[0] == "uv"
    assert not bootstrap.exists()


@pytest.mark.parametrize("version", ["uv 0.4.30", "segmentation fault"])
def test_old_or_broken_uv_is_not_used(tools: Path, bootstrap: Path, version: str) -> None:
    program(tools, "uv", version)
    assert set_up.find_uv()[0] == str(bootstrap / "bin" / "uv")


def test_pip_settings_apply_to_uv(tools: Path, bootstrap: Path) -> None:
    assert tools.is_dir()
    environment = set_up.find_uv()[1]
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_FIND_LINKS"] == "/a,/b"
    assert bootstrap.is_dir()


def test_uv_variable_overrides_pip_setting(tools: Path, bootstrap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tools.is_dir()
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert set_up.find_uv()[1]["UV_DEFAULT_INDEX"] == "https://other.example/simple"
    assert bootstrap.is_dir()


def test_groundwork_is_another_name_for_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(set_up, "VENV", tmp_path)
    monkeypatch.setattr(set_up, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr(set_up, "install_python", lambda *_: None)
    set_up.install_project()
    # The protocol of Click, with which a shell asks for completions.
    asked = {"_GROUNDWORK_COMPLETE": "complete_bash", "COMP_WORDS": "groundwork plan --env ", "COMP_CWORD": "3"}
    done = subprocess.run(
        [tmp_path / "bin" / "groundwork"],
        env={**os.environ, **asked, "ENVS": str(set_up.PROJECT / "envs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["dev", "prod", "staging"]


def pinned(lock: str) -> dict[str, str]:
    """Return the version and the hashes of each package in a lock file."""
    blocks = re.split(r"^(?=[a-z0-9])", (set_up.PROJECT / lock).read_text(), flags=re.M)
    return {block.partition("==")[0]: block.partition("==")[2] for block in blocks if "==" in block}


def test_commands_have_the_packages_of_the_other_lock_file() -> None:
    everything, commands = pinned("requirements.lock"), pinned("requirements-commands.lock")
    assert {name: everything.get(name) for name in commands} == commands


#: Imports modules while every package outside of a lock file is missing.
IMPORT_WITHOUT = """\
import importlib, sys
modules, missing = (text.split(",") for text in sys.argv[1:])
sys.modules.update(dict.fromkeys(missing))
for module in modules:
    importlib.import_module(module)
"""
#: What the pipelines of applications run.
COMMANDS = (
    "ops.__main__",
    "ops.pipeline.credentials",
    "ops.target",
    "ops.application.images",
    # `ci app`, which writes them.
    "ops.application.github",
    "ops.application.gitlab",
    "ops.application.source",
    "ops.pipeline.approval",
    "ops.release.release",
)


def test_commands_of_applications_need_only_their_packages() -> None:
    commands = pinned("requirements-commands.lock")
    missing = [
        module
        for module, distributions in packages_distributions().items()
        if not {each.lower().replace("_", "-").replace(".", "-") for each in distributions} & commands.keys()
    ]
    assert {"cdktf", "moto", "grimp"} <= set(missing)
    command = [sys.executable, "-c", IMPORT_WITHOUT, ",".join(COMMANDS), ",".join(missing)]
    done = subprocess.run(command, cwd=set_up.PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_setup_for_commands_needs_no_node_and_no_terraform(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm", "terraform"):
        (tools / name).unlink()
    monkeypatch.setattr(set_up, "VENV", tools / "venv")
    (tools / "venv" / "bin").mkdir(parents=True)
    installed: list[str] = []
    monkeypatch.setattr(set_up, "install_python", lambda _, lock: installed.append(lock))
    assert set_up.main(only_commands=True) == 0
    assert set_up.main(only_commands=True) == 0
    assert installed == ["requirements-commands.lock"]


def test_setup_for_commands_keeps_a_complete_setup(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "VENV", tools)
    set_up.stamp(tools, "requirements.lock").touch()
    monkeypatch.setattr(set_up, "install_python", lambda *_: pytest.fail("is installed"))
    assert set_up.main(only_commands=True) == 0
