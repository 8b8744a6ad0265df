"""The command line: exit codes, output streams, and refused commands."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from ops.errors import ExitCode
from ops.workspace import PROJECT
from tests.support.days import READ
from tests.support.environments import DEV, PROD, write


def ops(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ENV"))}
    return subprocess.run(
        [sys.executable, "-m", "ops", *arguments],
        cwd=PROJECT,
        env={**kept, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_validate_prints_valid_environments_on_stdout() -> None:
    done = ops("validate", "--today", READ.isoformat())
    assert (done.returncode, done.stdout, done.stderr) == (0, "envs: dev, prod, staging: valid\n", "")


def test_validate_names_each_problem_on_stderr_and_exits_with_2(tmp_path: Path) -> None:
    write(tmp_path, {"dev": DEV.replace('"agora"', "var.x").replace("/20", "/x"), "prod": "network {\n"})
    done = ops("validate", "--envs", str(tmp_path))
    assert (done.returncode, done.stdout) == (ExitCode.INVALID_SETTINGS, "")
    assert done.stderr.splitlines() == [
        f"{tmp_path}/dev.hcl:1: product var.x is an expression; an environment file is data, and Terraform would "
        "evaluate this; write the value itself",
        f"{tmp_path}/prod.hcl:1: '{{' is never closed; write the missing '}}'",
    ]


def test_validate_prints_json(tmp_path: Path) -> None:
    write(tmp_path, {"dev": DEV.replace("/20", "/16")})
    report = json.loads(ops("validate", "--envs", str(tmp_path), "--json").stdout)
    assert report["environments"] == ["dev"]
    assert report["problems"] == []
    (warning,) = report["warnings"]
    assert (warning["line"], warning["subject"]) == (7, "network.cidr 10.20.0.0/16")


def test_envs_variable_sets_the_folder(tmp_path: Path) -> None:
    write(tmp_path, {"dev": DEV, "prod": PROD})
    assert ops("validate", ENVS=str(tmp_path)).stdout == f"{tmp_path}: dev, prod: valid\n"


def test_validate_does_not_load_the_cdktf_engine_or_the_emulator() -> None:
    """Importing them takes longer than a whole validate."""
    script = (
        "import sys; sys.argv = ['ops', 'validate']; from ops.commands import app; app(standalone_mode=False); "
        "print(sorted({'cdktf', 'jsii', 'moto'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["plan", "deploy", "bootstrap", "destroy"])
def test_no_deploy_to_an_endpoint_that_is_not_aws(command: str) -> None:
    done = ops(command, "--env", "dev", AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")
    assert done.returncode == ExitCode.REFUSED
    assert "AWS_ENDPOINT_URL_S3 is set" in done.stderr
    assert "unset AWS_ENDPOINT_URL_S3" in done.stderr


def test_production_is_never_destroyed() -> None:
    done = ops("destroy", "--env", "prod")
    assert done.returncode == ExitCode.REFUSED
    assert "prod is production (envs/prod.hcl:6)" in done.stderr


def test_auto_approve_is_refused_in_production() -> None:
    done = ops("deploy", "--env", "prod", "--auto-approve")
    assert done.returncode == ExitCode.REFUSED
    assert "a person must read the plan first" in done.stderr


@pytest.mark.parametrize("command", ["local", "plan", "deploy", "synth", "destroy", "bootstrap"])
def test_an_environment_that_does_not_exist(command: str) -> None:
    done = ops(command, "--env", "test")
    assert done.returncode == ExitCode.INVALID_SETTINGS
    assert "envs: ENV=test is not an environment of this folder; write one of dev, prod, staging" in done.stderr


def test_terraform_itself_needs_a_running_emulator(tmp_path: Path) -> None:
    done = ops("terraform", "--local", "--env", "dev", "--", "state", "list", GROUNDWORK_BUILD=str(tmp_path))
    assert done.returncode == ExitCode.REFUSED
    assert "the embedded AWS is not running; run `make local`" in done.stderr


def test_main_reports_invalid_settings_without_traceback(tmp_path: Path) -> None:
    write(tmp_path, {"dev": DEV.replace("/20", "/33")})
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=PROJECT,
        env={**os.environ, "ENVS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path}/dev.hcl:7: network.cidr 10.20.0.0/33 is not an IPv4 range")
    assert "Traceback" not in done.stderr


def test_main_packages_functions_and_pins_the_provider(tmp_path: Path) -> None:
    envs, lambdas, output = tmp_path / "envs", tmp_path / "lambdas", tmp_path / "out"
    envs.mkdir()
    write(envs, {"dev": f'{DEV}\nfunction "hello" {{}}\n'})
    (lambdas / "hello").mkdir(parents=True)
    (lambdas / "hello" / "handler.py").write_text("def handler(event, context): ...\n")
    folders = {
        "ENVS": str(envs),
        "LAMBDAS": str(lambdas),
        "GROUNDWORK_BUILD": str(tmp_path),
        "CDKTF_OUTDIR": str(output),
    }
    run = partial(subprocess.run, [sys.executable, "main.py"], cwd=PROJECT, env={**os.environ, **folders, "ENV": ""})
    done = run(capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name.split("-")[0] for path in (tmp_path / "functions").iterdir()] == ["hello"]
    pinned = (output / "stacks" / "dev" / ".terraform.lock.hcl").read_text()
    assert pinned == (PROJECT / ".terraform.lock.hcl").read_text()


def test_main_reports_a_function_that_cannot_be_packaged(tmp_path: Path) -> None:
    write(tmp_path, {"dev": f'{DEV}\nfunction "hello" {{}}\n'})
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "handler.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "hello" / "requirements.lock").write_text(f"missing==1.0 --hash=sha256:{'0' * 64}\n")
    folders = {"ENVS": str(tmp_path), "LAMBDAS": str(tmp_path), "GROUNDWORK_BUILD": str(tmp_path), "ENV": ""}
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=PROJECT,
        env={**os.environ, **folders, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("the functions could not be packaged: ")
    assert f"the wheels of {tmp_path}/hello/requirements.lock cannot be downloaded" in done.stderr.replace("\n", " ")


def test_make_alone_lists_the_targets() -> None:
    printed = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "local", "local-stop", "test", "test-fast", "synth", "plan", "deploy", "destroy", "lint"):
        assert f"  make {target} " in printed
