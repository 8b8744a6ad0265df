"""The audit log on the embedded AWS: what each line says, and what happens without a log group."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import start, stop
from modules.environment_files import EnvironmentFile, load
from ops.audit import AuditLog
from ops.errors import OpsError
from ops.run_terraform import changes_something
from ops.secrets import put
from ops.target import Target, clients_of, local
from ops.workspace import Workspace
from tests.support.environments import DEV, write

JOB = {
    "CI_JOB_URL": "https://gitlab.example/j/7",
    "CI_COMMIT_SHA": "c" * 40,
    "GITLAB_USER_LOGIN": "jisoo",
    "CI": "true",
}
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    envs = write(tmp_path_factory.mktemp("envs"), {"dev": DEV + 'secret "slack-webhook" {\n}\n'})
    return Workspace(envs, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def file(workspace: Workspace) -> EnvironmentFile:
    return load(workspace.envs)["dev"]


@pytest.fixture(scope="module")
def empty(workspace: Workspace) -> Iterator[Target]:
    """An account in which nothing is applied."""
    yield local(workspace, start(workspace.local))
    stop(workspace.local)


@pytest.fixture
def target(empty: Target, file: EnvironmentFile) -> Iterator[Target]:
    logs = clients_of(empty, file)("logs")
    logs.create_log_group(logGroupName="/agora/dev/audit")
    yield empty
    logs.delete_log_group(logGroupName="/agora/dev/audit")


def lines(target: Target, file: EnvironmentFile) -> list[dict[str, Any]]:
    return [dict(each.fields) for each in AuditLog(target, file).entries(LONG_AGO)]


def test_line_says_what_was_done_by_whom_and_in_which_job(target: Target, file: EnvironmentFile) -> None:
    AuditLog(target, file, JOB).write("connect", database="main")
    (line,) = lines(target, file)
    assert line.pop("who").startswith("arn:aws:sts::111111111111:assumed-role/")
    assert line == {
        "event": "connect",
        "environment": "dev",
        "job": "https://gitlab.example/j/7",
        "commit": "c" * 40,
        "user": "jisoo",
        "database": "main",
    }


def test_line_of_a_github_job_names_the_run(target: Target, file: EnvironmentFile) -> None:
    job = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "agora/infrastructure",
        "GITHUB_RUN_ID": "42",
        "GITHUB_SHA": "c" * 40,
        "GITHUB_ACTOR": "jisoo",
    }
    AuditLog(target, file, job).write("deploy")
    (line,) = lines(target, file)
    assert line["job"] == "https://github.com/agora/infrastructure/actions/runs/42"
    assert (line["commit"], line["user"]) == ("c" * 40, "jisoo")


def test_deployment_has_a_line_for_each_unlock_and_one_with_its_result(target: Target, file: EnvironmentFile) -> None:
    changes = {"create": 1, "update": 0, "delete": 2}
    with AuditLog(target, file, {}).deployment(changes, ["loss aws_s3_bucket.bucket_old"]):
        pass
    with pytest.raises(ZeroDivisionError), AuditLog(target, file, {}).deployment(changes, []):
        _ = 1 / 0
    found = [
        (each["event"], each.get("result"), each.get("allowed"), each.get("changes")) for each in lines(target, file)
    ]
    assert sorted(found, key=str) == [
        ("deploy", "done", None, changes),
        ("deploy", "failed", None, changes),
        ("unlock", None, "loss aws_s3_bucket.bucket_old", None),
    ]


def test_setting_a_secret_leaves_a_line_without_the_value(target: Target, file: EnvironmentFile) -> None:
    clients_of(target, file)("secretsmanager").create_secret(Name="agora/dev/slack-webhook")
    put(target, file, "slack-webhook", "https://hooks.example/T0")
    (line,) = lines(target, file)
    assert (line["event"], line["secret"]) == ("secret", "slack-webhook")
    assert "hooks" not in json.dumps(line)


def test_without_a_log_group_write_fails_and_record_warns_with_the_line(
    empty: Target, file: EnvironmentFile, capsys: pytest.CaptureFixture[str]
) -> None:
    log = AuditLog(empty, file, {})
    with pytest.raises(OpsError, match="cannot write to the audit log /agora/dev/audit"):
        log.write("connect", database="main")
    log.record("secret", secret="slack-webhook")
    printed = " ".join(capsys.readouterr().err.split())
    assert 'not recorded: {"event": "secret", "secret": "slack-webhook"}' in printed


def test_entry_is_one_line_of_text(target: Target, file: EnvironmentFile) -> None:
    AuditLog(target, file, {}).write("deploy", changes={"create": 1}, result="done")
    (entry,) = AuditLog(target, file).entries(LONG_AGO)
    assert str(entry).endswith('changes={"create": 1}  result=done')
    assert entry.as_json()["event"] == "deploy"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["force-unlock", "1"], True),
        (["state", "rm", "a.b"], True),
        (["state", "list"], False),
        (["plan"], False),
        ([], False),
    ],
)
def test_terraform_commands_that_change_something_are_recorded(arguments: list[str], expected: bool) -> None:
    assert changes_something(arguments) is expected


def test_every_environment_has_an_audit_log(tmp_path: Path) -> None:
    from tests.support.stacks import stack_of

    group = stack_of(tmp_path, DEV).resource("aws_cloudwatch_log_group.foundation_audit_log_group")
    assert group["name"] == "/agora/env/audit"
    assert group["kms_key_id"]
