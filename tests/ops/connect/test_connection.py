"""A connection from its task to its end, with a fake AWS and a fake plugin."""

import json
import os
import signal
import socket
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile, load
from modules.foundation.problems import SettingsError
from ops.connect import connection, task
from ops.connect.connection import Open, connect
from ops.connect.destinations import Options, destination
from ops.errors import ExitCode, OpsError
from ops.interrupts import Interrupted, handled, interrupt
from tests.ops.connect.conftest import Plugin
from tests.support.environments import DEV, write

TEXT = (
    DEV
    + """
database "main" {
  engine         = "aurora-postgresql"
  engine_version = "17.7"
  instance_class = "db.t4g.medium"
  database_name  = "agora"
}
database "old" {
  engine         = "mysql"
  engine_version = "8.4.11"
  instance_class = "db.t4g.medium"
  database_name  = "old"
  login          = "password"

  storage {
    allocated_storage = 20
  }
}
cache "sessions" {
  node_type = "cache.t4g.micro"
  user "app" {
    access = "~* +@all"
  }
}
ecs "main" {}
repository "api" {}
service "api" {
  image = "api:1.4.2"
  port  = 8080
}
developers {
  databases = { main = "read_only", old = "read_write" }
  caches    = ["sessions"]
  services  = ["api"]
}
"""
)
PASSWORD = r"p:a\s#s"
TASK = "arn:aws:ecs:ap-northeast-2:111111111111:task/agora-env-developers/0a1b"
RDS_HOST = "main.cluster-x.ap-northeast-2.rds.amazonaws.com"


@dataclass
class Aws:
    """A fake AWS, as boto3 session and clients."""

    statuses: list[str] = field(default_factory=lambda: ["PENDING", "RUNNING"])
    started: list[dict[str, Any]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    groups: int = 1
    failures: list[dict[str, str]] = field(default_factory=list)
    fails_to_stop: bool = False
    meta: Any = field(default_factory=lambda: SimpleNamespace(endpoint_url="https://ssm.ap-northeast-2.amazonaws.com"))
    events: Any = None

    def client(self, *_: str, **__: str) -> Any:
        return self

    def get_caller_identity(self) -> Any:
        return {"Arn": "arn:aws:sts::111111111111:assumed-role/developers/kim@agora.example"}

    def describe_security_groups(self, **_: Any) -> Any:
        return {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}] * self.groups}

    def describe_subnets(self, **request: Any) -> Any:
        assert request["Filters"][0] == {"Name": "vpc-id", "Values": ["vpc-1"]}
        return {"Subnets": [{"SubnetId": f"subnet-{name}"} for name in request["Filters"][1]["Values"]]}

    def run_task(self, **request: Any) -> Any:
        self.started.append(request)
        return {"tasks": [] if self.failures else [{"taskArn": TASK}], "failures": self.failures}

    def describe_tasks(self, **_: Any) -> Any:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        container = {"runtimeId": "0a1b-99", "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": status}]}
        found = {"lastStatus": status, "desiredStatus": status, "containers": [container]}
        return {"tasks": [{**found, "stoppedReason": "CannotPullContainerError"}]}

    def stop_task(self, **request: Any) -> None:
        if self.fails_to_stop:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "a test"}}, "StopTask")
        self.ended.append(request["task"])

    def start_session(self, **_: Any) -> Any:
        return {"SessionId": "kim-1", "TokenValue": "a-token", "StreamUrl": "wss://127.0.0.1/", "ResponseMetadata": {}}

    def terminate_session(self, **request: Any) -> None:
        self.ended.append(request["SessionId"])

    def describe_db_clusters(self, **request: Any) -> Any:
        assert request["DBClusterIdentifier"] == "agora-env-main"
        return {"DBClusters": [{"Endpoint": RDS_HOST}]}

    def describe_db_instances(self, **request: Any) -> Any:
        assert request["DBInstanceIdentifier"] == "agora-env-old-1"
        return {"DBInstances": [{"Endpoint": {"Address": "old.rds.amazonaws.com"}}]}

    def get_secret_value(self, **request: Any) -> Any:
        assert request["SecretId"] == "agora/env/database/old/gw_developers"
        return {"SecretString": json.dumps({"username": "gw_developers", "password": PASSWORD})}

    def generate_db_auth_token(self, host: str, port: int, user: str) -> str:
        return f"{host}:{port}/?DBUser={user}"

    def describe_replication_groups(self, **_: Any) -> Any:
        node = {"PrimaryEndpoint": {"Address": "master.agora-env-sessions.cache.amazonaws.com"}}
        return {"ReplicationGroups": [{"NodeGroups": [node]}]}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "_POLL_SECONDS", 0.0)


@pytest.fixture
def file(tmp_path: Path) -> EnvironmentFile:
    folder = tmp_path / "envs"
    folder.mkdir()
    return load(write(folder, {"env": TEXT}))["env"]


def interrupted_when_open(found: Callable[[Open], None], number: int = signal.SIGINT) -> Callable[[Open], None]:
    """Return what `opened` does: look at the connection, and press Ctrl-C a little later, in the main thread."""

    def opened(each: Open) -> None:
        found(each)
        threading.Timer(0.2, os.kill, (os.getpid(), number)).start()

    return opened


def run(
    file: EnvironmentFile,
    aws: Aws,
    opened: Callable[[Open], None],
    kind: Any = "database",
    label: str = "main",
    **options: Any,
) -> None:
    to = destination(file, kind, label, aws, Options(**options))
    with handled(interrupt):
        connect(file, to, aws.client, local_port=None, opened=opened, show=lambda _: None)


def test_bytes_pass_through_and_ctrl_c_ends_session_and_task(plugin: Plugin, file: EnvironmentFile) -> None:
    aws, answers = Aws(), []

    def exchange(found: Open) -> None:
        with socket.create_connection(("127.0.0.1", found.port), timeout=10) as client:
            client.sendall(b"select 1\n")
            answers.append(client.recv(100))

    run(file, aws, interrupted_when_open(exchange))
    assert answers == [b"SELECT 1\n"]
    assert aws.ended == ["kim-1", TASK]
    (only,) = aws.started
    assert (only["cluster"], only["enableExecuteCommand"]) == ("agora-env-developers", True)
    assert only["startedBy"] == "connect/kim-agora-example"
    network = only["networkConfiguration"]["awsvpcConfiguration"]
    assert network["subnets"] == ["subnet-agora-env-app-a", "subnet-agora-env-app-c"]
    assert (network["securityGroups"], network["assignPublicIp"]) == (["sg-1"], "DISABLED")


def test_plugin_gets_what_the_aws_cli_would_give_it(plugin: Plugin, file: EnvironmentFile) -> None:
    run(file, Aws(), interrupted_when_open(lambda _: None))
    (given,) = plugin.runs
    assert given["request"] == {
        "Target": "ecs:agora-env-developers_0a1b_0a1b-99",
        "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
        "Parameters": {"host": [RDS_HOST], "portNumber": ["5432"]},
    }
    assert (given["region"], given["operation"]) == ("ap-northeast-2", "StartSession")
    assert given["endpoint"] == "https://ssm.ap-northeast-2.amazonaws.com"
    assert given["response"]["TokenValue"] == "a-token"
    assert not any("a-token" in each for each in given["argv"]), "every user of the machine sees arguments"


def test_token_is_in_a_private_file_until_the_end(plugin: Plugin, file: EnvironmentFile) -> None:
    seen: list[Path] = []

    def look(found: Open) -> None:
        assert found.access.user == "gw_developers"
        assert "DBUser" not in json.dumps(found.as_json())
        path = Path(found.access.command.split()[0].partition("=")[2])
        seen.append(path)
        assert path.read_text() == f"*:{found.port}:*:gw_developers:{RDS_HOST}\\:5432/?DBUser=gw_developers\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        words = f"host={RDS_HOST} hostaddr=127.0.0.1 port={found.port} dbname=agora user=gw_developers sslmode=require"
        assert found.access.command.endswith(f"psql '{words}'")

    run(file, Aws(), interrupted_when_open(look))
    assert seen and not seen[0].parent.exists()


def test_mysql_password_from_the_users_secret_is_in_an_option_file(plugin: Plugin, file: EnvironmentFile) -> None:
    def look(found: Open) -> None:
        path = Path(found.access.command.split("--defaults-extra-file=")[1].split()[0])
        lines = path.read_text().splitlines()
        assert {"user=gw_developers", f"port={found.port}", "loose-enable-cleartext-plugin"} <= set(lines)
        assert 'password="p:a\\\\s#s"' in lines

    run(file, Aws(), interrupted_when_open(look), label="old")


def test_service_is_called_by_its_private_name(plugin: Plugin, file: EnvironmentFile) -> None:
    run(file, Aws(), interrupted_when_open(lambda _: None), "service", "api")
    assert plugin.runs[0]["request"]["Parameters"] == {"host": ["api.svc.env.internal"], "portNumber": ["8080"]}


def test_two_connections_at_once_have_their_own_tasks_and_ports(plugin: Plugin, file: EnvironmentFile) -> None:
    aws, ports = Aws(statuses=["RUNNING"]), []

    def second(found: Open) -> None:
        ports.append(found.port)
        run(file, aws, interrupted_when_open(lambda other: ports.append(other.port)), "service", "api")
        raise Interrupted(signal.SIGINT)

    with pytest.raises(Interrupted):
        run(file, aws, second)
    assert len(set(ports)) == 2
    assert (len(aws.started), aws.ended) == (2, ["kim-1", TASK, "kim-1", TASK])


def test_closed_terminal_ends_everything_and_keeps_its_exit_code(plugin: Plugin, file: EnvironmentFile) -> None:
    aws = Aws()
    with pytest.raises(Interrupted) as caught:
        run(file, aws, interrupted_when_open(lambda _: None, signal.SIGTERM))
    assert (caught.value.code, aws.ended) == (ExitCode.TERMINATED, ["kim-1", TASK])


def test_session_that_ends_by_itself_is_an_error(
    plugin: Plugin, file: EnvironmentFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_PLUGIN_END", "1")
    aws = Aws()
    with pytest.raises(OpsError, match="the session has ended") as caught:
        run(file, aws, lambda _: None)
    assert (caught.value.code, aws.ended) == (ExitCode.UNAVAILABLE, ["kim-1", TASK])


def test_plugin_that_opens_no_port_is_an_error(
    plugin: Plugin, file: EnvironmentFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_PLUGIN_FAIL", "1")
    aws = Aws()
    with pytest.raises(OpsError, match=r"did not open a port.*Cannot perform start session: a test"):
        run(file, aws, lambda _: pytest.fail("not open"))
    assert aws.ended == ["kim-1", TASK]


def test_task_that_stops_is_an_error_with_its_reason(plugin: Plugin, file: EnvironmentFile) -> None:
    aws = Aws(statuses=["PENDING", "STOPPED"])
    with pytest.raises(OpsError, match="the task stopped: CannotPullContainerError"):
        run(file, aws, lambda _: None)
    assert aws.ended == [TASK]


def test_task_that_ecs_does_not_start_is_an_error(plugin: Plugin, file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match="ECS did not start a task: RESOURCE:ENI"):
        run(file, Aws(failures=[{"reason": "RESOURCE:ENI"}]), lambda _: None)


def test_block_that_is_not_applied_yet_names_the_next_command(plugin: Plugin, file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match="run `make deploy ENV=env`"):
        run(file, Aws(groups=0), lambda _: None)


def test_failed_stop_is_a_warning(plugin: Plugin, file: EnvironmentFile, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, Aws(fails_to_stop=True), interrupted_when_open(lambda _: None))
    assert f"the task {TASK} was not stopped, and ends by itself" in capsys.readouterr().err


def test_plugin_that_is_missing_or_too_old_starts_no_task(
    plugin: Plugin, file: EnvironmentFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = Aws()
    monkeypatch.setenv("FAKE_PLUGIN_VERSION", "1.2.497.0")
    with pytest.raises(OpsError, match=r"1\.2\.536 or later is needed") as old:
        run(file, aws, lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OpsError, match=r"session-manager-plugin is missing.*install it as in https://") as missing:
        run(file, aws, lambda _: None)
    assert (old.value.code, missing.value.code, aws.started) == (ExitCode.MISSING_TOOL, ExitCode.MISSING_TOOL, [])


def test_login_is_renewed_before_its_token_expires(
    plugin: Plugin, file: EnvironmentFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_RENEW_SECONDS", -1)
    monkeypatch.setattr(connection, "_TICK_SECONDS", 0.01)
    tokens: list[str] = []
    aws = Aws()

    def token(*_: Any) -> str:
        tokens.append(f"token-{len(tokens)}")
        return tokens[-1]

    monkeypatch.setattr(aws, "generate_db_auth_token", token)
    run(file, aws, interrupted_when_open(lambda _: None), user="kim")
    assert len(tokens) > 1


@pytest.mark.parametrize(
    ("kind", "label", "options", "message"),
    [
        ("database", "other", {}, r'developers.databases \["main", "old"\] does not list other'),
        ("cluster", "main", {}, r"developers.clusters \[\] does not list main"),
        ("cache", "sessions", {"user": "kim"}, "cache.sessions has no user kim; it has app"),
    ],
)
def test_what_the_file_does_not_list_is_refused_with_its_line(
    file: EnvironmentFile, kind: Any, label: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=rf"env.hcl:\d+: {message}"):
        destination(file, kind, label, Aws(), Options(**options))
