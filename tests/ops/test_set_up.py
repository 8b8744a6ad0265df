"""Setup reports missing and outdated tools, and how to install them."""

import os
import sys
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
        set_up.once("things", tmp_path, "package-lock.json", lambda: installed.append(1))
    assert installed == [1]


def test_failed_installation_fails_setup_but_keeps_the_other_one(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    for name in ("VENV", "NODE_MODULES"):
        monkeypatch.setattr(set_up, name, tools / name)
        (tools / name).mkdir()
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
