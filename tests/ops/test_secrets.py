"""`python -m ops secret` on the embedded AWS: the value goes only to Secrets Manager."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from botocore.exceptions import ClientError

from local_aws.process import start, stop
from modules.environment_files import EnvironmentFile, load
from ops.errors import ExitCode, OpsError
from ops.secrets import VALUE_LIMIT, put, read_value, states
from ops.target import Target, local
from ops.workspace import PROJECT, Workspace
from tests.support.environments import DEV, write

VALUE = "a value that nobody sees: ümläut ☂"
SECRETS = 'secret "slack-webhook" {\n}\nsecret "partner-login" {\n}\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    envs = write(tmp_path_factory.mktemp("envs"), {"dev": DEV + SECRETS})
    return Workspace(envs, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def file(workspace: Workspace) -> EnvironmentFile:
    return load(workspace.envs)["dev"]


@pytest.fixture(scope="module")
def target(workspace: Workspace) -> Iterator[Target]:
    local_aws = start(workspace.local)
    target = local(workspace, local_aws)
    client = target.session("111111111111").client("secretsmanager", region_name="ap-northeast-2")
    client.create_secret(Name="agora/dev/slack-webhook")
    logs = target.session("111111111111").client("logs", region_name="ap-northeast-2")
    logs.create_log_group(logGroupName="/agora/dev/audit")
    yield target
    stop(workspace.local)


def stored(target: Target) -> str:
    client = target.session("111111111111").client("secretsmanager", region_name="ap-northeast-2")
    return str(client.get_secret_value(SecretId="agora/dev/slack-webhook")["SecretString"])


def ops(workspace: Workspace, *arguments: str, value: str | None = None) -> "subprocess.CompletedProcess[str]":
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "ENV"))}
    return subprocess.run(
        [sys.executable, "-m", "ops", "secret", *arguments, "--envs", str(workspace.envs), "--env", "dev"],
        cwd=PROJECT,
        env={**kept, "COLUMNS": "80", "GROUNDWORK_BUILD": str(workspace.build)},
        input=value or "",
        capture_output=True,
        text=True,
        check=False,
    )


def test_set_value_is_listed(workspace: Workspace, target: Target) -> None:
    before = ops(workspace, "list", "--local").stdout.splitlines()
    assert before == [
        "partner-login  agora/dev/partner-login  not applied yet",
        "slack-webhook  agora/dev/slack-webhook  no value yet",
    ]
    done = ops(workspace, "set", "slack-webhook", "--local", value=f"{VALUE}\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "agora/dev/slack-webhook: value set\n", "")
    assert stored(target) == VALUE
    after = json.loads(ops(workspace, "list", "--local", "--json").stdout)
    assert after[1]["label"] == "slack-webhook"
    assert after[1]["state"].startswith("has a value, last changed ")


def test_value_is_not_printed_or_logged(workspace: Workspace, target: Target) -> None:
    secret = "kept-out-of-everything-4711"
    ops(workspace, "set", "slack-webhook", "--local", value=secret)
    assert stored(target) == secret
    for path in workspace.build.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_prompt_has_no_echo(workspace: Workspace, target: Target) -> None:
    typed = "typed-at-the-prompt"
    person, terminal = pty.openpty()
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "ENV"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "ops", "secret", "set", "slack-webhook", "--local", "--envs", str(workspace.envs)],
        cwd=PROJECT,
        env={**kept, "GROUNDWORK_BUILD": str(workspace.build)},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    while b"Value of slack-webhook in dev" not in shown:
        shown += os.read(person, 1024)
    # getpass turns echo off before it reads, and discards earlier input.
    while b": " not in shown:
        shown += os.read(person, 1024)
    os.write(person, f"{typed}\n".encode())
    try:
        while chunk := os.read(person, 1024):
            shown += chunk
    except OSError:
        pass  # the terminal's other end is closed
    assert process.wait(30) == 0, shown
    os.close(person)
    assert stored(target) == typed
    assert typed.encode() not in shown


def test_value_is_not_accepted_as_argument(workspace: Workspace) -> None:
    done = ops(workspace, "set", "slack-webhook", VALUE, "--local")
    assert done.returncode == 2
    assert "unexpected extra argument" in done.stderr


def test_undeclared_secret_is_refused(workspace: Workspace) -> None:
    done = ops(workspace, "set", "slack", "--local", value=VALUE)
    assert done.returncode == ExitCode.REFUSED
    assert 'dev.hcl declares no secret "slack", it declares partner-login, slack-webhook; add' in done.stderr


def test_unapplied_secret_has_its_state(target: Target, file: EnvironmentFile) -> None:
    with pytest.raises(
        OpsError, match="agora/dev/partner-login does not exist in 111111111111; apply dev first"
    ) as caught:
        put(target, file, "partner-login", VALUE)
    assert VALUE not in str(caught.value)
    assert caught.value.__suppress_context__  # a traceback would show the request


def test_secret_being_deleted_has_its_state(target: Target, file: EnvironmentFile) -> None:
    client = target.session("111111111111").client("secretsmanager", region_name="ap-northeast-2")
    client.create_secret(Name="agora/dev/partner-login")
    client.delete_secret(SecretId="agora/dev/partner-login", RecoveryWindowInDays=7)
    assert states(target, file)[0].state == "being deleted"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidRequestException", "It may be scheduled for deletion"),
        ("AccessDeniedException", "check whether these credentials have permission"),
    ],
)
def test_secrets_manager_error_has_a_message(file: EnvironmentFile, code: str, words: str) -> None:
    """The embedded AWS allows both."""
    error = ClientError({"Error": {"Code": code, "Message": "..."}}, "PutSecretValue")

    class Refusing:
        def session(self, _account: str) -> "Refusing":
            return self

        def client(self, _service: str, region_name: str) -> "Refusing":
            assert region_name == "ap-northeast-2"
            return self

        def put_secret_value(self, **_request: str) -> None:
            raise error

    with pytest.raises(OpsError, match=words) as caught:
        put(cast("Target", Refusing()), file, "slack-webhook", VALUE)
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize("value", ["", "\n", "  \n"])
def test_empty_value_is_refused(value: str) -> None:
    with pytest.raises(OpsError, match="the value is empty"):
        read_value(lambda: "", io.StringIO(value))


def test_trailing_newline_is_removed() -> None:
    assert read_value(lambda: "", io.StringIO("a\nb\n\n")) == "a\nb\n"
    assert read_value(lambda: "", io.StringIO("a\r\n")) == "a"


def test_too_long_value_is_refused() -> None:
    with pytest.raises(OpsError, match="longer than 65536 bytes"):
        read_value(lambda: "", io.StringIO("ü" * (VALUE_LIMIT // 2 + 1)))


def test_custom_endpoint_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"dev": DEV + SECRETS})
    done = subprocess.run(
        [sys.executable, "-m", "ops", "secret", "list", "--envs", str(tmp_path)],
        cwd=PROJECT,
        env={**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.REFUSED
    assert "AWS_ENDPOINT_URL is set" in done.stderr
