"""The doctor's checks of the account, each with one thing broken."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.stub import Stubber
from moto import mock_aws

from modules.environment_files import load
from ops.doctor import contents, state
from ops.doctor import examine as examination
from ops.doctor.backups import backups
from ops.doctor.context import Context, Stack
from ops.doctor.examine import examine, looked
from ops.doctor.finding import Finding, Findings
from ops.doctor.quotas import fargate, quotas
from ops.errors import ExitCode, OpsError
from ops.target import Target
from ops.workspace import Workspace
from tests.ops.test_commands import ops
from tests.support.days import READ
from tests.support.environments import DEV, write

REGION = "ap-northeast-2"
#: Moto's default account, which all requests in this process use.
ACCOUNT = "123456789012"
BUCKET, KEY = f"agora-account-state-{ACCOUNT}-{REGION}", "agora/dev/terraform.tfstate"
BACKEND = {"bucket": BUCKET, "key": KEY, "region": REGION, "allowed_account_ids": [ACCOUNT]}
MORE = 'secret "token" {\n}\n'
BACKED_UP = """
backup {
}

bucket "content" {
  backup = "daily"
}

database "main" {
  engine         = "aurora-postgresql"
  engine_version = "17.7"
  serverless_v2_scaling {
    min_capacity = 0.5
    max_capacity = 2
  }
  backup = "daily"
}
"""
API = """
repository "api" {
}

ecs "main" {
}

service "api" {
  image         = "api:1.4.2"
  cpu           = 1024
  memory        = 2048
  desired_count = MOST
}
"""
LOCK = {"ID": "0b7f2c52", "Operation": "OperationTypeApply", "Who": "mina@laptop", "Created": "2026-11-21T03:40:35Z"}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "envs").mkdir()
    return Workspace(write(tmp_path / "envs", {"dev": DEV.replace("1" * 12, ACCOUNT) + MORE}), tmp_path / "build")


@pytest.fixture
def context(workspace: Workspace) -> Context:
    target = Target(workspace, workspace.cloud_output, {}, {})
    return Context(load(workspace.envs)["dev"], target, boto3.Session())


def client(service: str) -> Any:
    return boto3.client(cast("Any", service), region_name=REGION)


def stack(*applied: str, **resources: dict[str, Any]) -> Stack:
    return Stack({"terraform": {"backend": {"s3": BACKEND}}, "resource": resources}, frozenset(applied))


def keep_state(text: str, key: str = KEY) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key=key, Body=text)


def test_missing_state_bucket_is_an_error(context: Context) -> None:
    (found,) = state.bucket_and_lock(context, stack())
    assert (found.level, found.remedy) == ("error", "run `make bootstrap ENV=dev`")
    assert BUCKET in found.message


def test_lock_holder_is_named(context: Context) -> None:
    keep_state(json.dumps(LOCK), f"{KEY}.tflock")
    (found,) = state.bucket_and_lock(context, stack())
    assert (found.level, found.message) == ("warning", "locked by mina@laptop: apply, since 2026-11-21T03:40:35Z")
    assert "run `.venv/bin/python -m ops terraform --env dev -- force-unlock 0b7f2c52`" in found.remedy


def test_unlocked_state_is_ok(context: Context) -> None:
    resources = [
        {"mode": "managed", "type": "aws_vpc", "name": "network_vpc"},
        {"mode": "data", "type": "a", "name": "b"},
    ]
    keep_state(json.dumps({"resources": resources}))
    remote = stack().remote(context)
    assert remote.addresses() == {"aws_vpc.network_vpc"}
    (found,) = state.bucket_and_lock(context, stack("aws_vpc.network_vpc"))
    assert (found.level, found.message) == ("ok", f"{BUCKET}, not locked, 1 resources")


def test_pending_move_is_a_warning(context: Context) -> None:
    moved = [{"from": "aws_vpc.old", "to": "aws_vpc.new"}, {"from": "aws_eip.gone", "to": "aws_eip.new"}]
    (found,) = state.moves(context, Stack({"moved": moved}, frozenset({"aws_vpc.old", "aws_eip.new"})))
    assert (found.level, found.message) == ("warning", "aws_vpc.old becomes aws_vpc.new at the next apply")
    assert "`make deploy ENV=dev`" in found.remedy
    (found,) = state.moves(context, Stack({"moved": moved}, frozenset({"aws_vpc.new"})))
    assert found == Finding("ok", "moves", "none of 2 is waiting for an apply")


def test_exceeded_quota_is_an_error(context: Context) -> None:
    ec2 = client("ec2")
    for _ in range(5 - len(ec2.describe_vpcs()["Vpcs"])):
        ec2.create_vpc(CidrBlock="10.20.0.0/20")
    exceeded, _ = quotas(context, stack(aws_vpc={"network_vpc": {}}))
    assert (exceeded.level, exceeded.message) == ("error", "VPCs: 5 of 5 used, and the next apply creates 1 more")
    assert "--service-code vpc --quota-code L-F678F1CE --desired-value 6 --region ap-northeast-2`" in exceeded.remedy


def test_existing_resource_needs_no_quota(context: Context) -> None:
    (found,) = quotas(context, stack("aws_vpc.network_vpc", aws_vpc={"network_vpc": {}}))
    assert found == Finding("ok", "quotas", "the next apply creates nothing that counts")


def test_sufficient_quota_is_ok(context: Context) -> None:
    gateways = len(client("ec2").describe_internet_gateways()["InternetGateways"])
    (found,) = quotas(context, stack(aws_internet_gateway={"network_gateway": {}}))
    assert found == Finding("ok", "quotas", f"internet gateways {gateways} + 1 of 5")


@pytest.mark.parametrize(
    ("most", "level", "message"),
    [
        (3, "ok", "on demand: up to 6 vCPUs of 6"),
        (4, "warning", "Fargate vCPUs, on demand: the quota is 6, this environment needs up to 8"),
    ],
)
def test_peak_above_fargate_quota_is_a_warning(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, most: int, level: str, message: str
) -> None:
    text = DEV.replace("1" * 12, ACCOUNT) + API.replace("MOST", str(most))
    file = load(write(workspace.envs, {"dev": text}))["dev"]
    service_quotas = client("service-quotas")
    monkeypatch.setattr(Context, "client", lambda *_: service_quotas)
    with Stubber(service_quotas) as stubber:
        stubber.add_response("get_service_quota", {"Quota": {"Value": 6.0}})
        (found,) = fargate(Context(file, Target(workspace, workspace.cloud_output, {}, {}), boto3.Session()))
    assert (found.level, found.message) == (level, message)
    assert ("--service-code fargate --quota-code L-3032A538 --desired-value 8" in found.remedy) == (level != "ok")


def test_secret_without_value_is_an_error(context: Context) -> None:
    secrets = client("secretsmanager")
    assert [each.level for each in contents.secrets(context)] == ["ok"]  # not applied yet
    secrets.create_secret(Name="agora/dev/token")
    (found,) = contents.secrets(context)
    assert (found.level, found.message) == ("error", "agora/dev/token has no value")
    assert found.remedy == "run `.venv/bin/python -m ops secret set token --env dev`"
    secrets.put_secret_value(SecretId="agora/dev/token", SecretString="x")
    assert [each.level for each in contents.secrets(context)] == ["ok"]


def test_missing_image_is_a_warning(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "images_in", lambda _: iter([(("service", "api", "image"), "api:1.4.2")]))
    ecr = client("ecr")
    for repository in (False, True):
        if repository:
            ecr.create_repository(repositoryName="agora/api")
        (found,) = contents.images(context)
        assert (found.level, found.message) == ("warning", "api:1.4.2 is not in the registry")
        assert f"docker push {ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/agora/api:1.4.2" in found.remedy
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
    ecr.put_image(repositoryName="agora/api", imageTag="1.4.2", imageManifest=json.dumps(manifest))
    assert [each.message for each in contents.images(context)] == ["1 declared, all in the registry"]


@pytest.mark.parametrize(
    ("switched_on", "level", "message"),
    [
        ({"Aurora": True, "S3": True}, "ok", "AWS Backup backs up Aurora, S3"),
        (
            {"Aurora": False},
            "error",
            "AWS Backup does not back up Aurora or S3 in this account and Region: not opted in",
        ),
    ],
)
def test_resource_type_not_opted_in_is_an_error(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, switched_on: dict[str, bool], level: str, message: str
) -> None:
    text = DEV.replace("1" * 12, ACCOUNT) + BACKED_UP
    file = load(write(workspace.envs, {"dev": text}))["dev"]
    backup = client("backup")
    monkeypatch.setattr(Context, "client", lambda *_: backup)
    with Stubber(backup) as stubber:
        stubber.add_response("describe_region_settings", {"ResourceTypeOptInPreference": switched_on})
        (found,) = backups(Context(file, Target(workspace, workspace.cloud_output, {}, {}), boto3.Session()))
    assert (found.level, found.message) == (level, message)
    assert ("--resource-type-opt-in-preference Aurora=true,S3=true --region" in found.remedy) == (level == "error")


def test_environment_without_backup_is_ok(context: Context) -> None:
    assert [each.message for each in backups(context)] == ["no resource uses AWS Backup"]


@pytest.mark.parametrize(
    "error",
    [OpsError("refused"), NoCredentialsError(), ClientError({"Error": {"Code": "AccessDenied"}}, "ListBuckets")],
)
def test_failed_check_does_not_stop_other_checks(error: Exception) -> None:
    def check() -> Findings:
        yield Finding("ok", "one", "seen")
        raise error

    (found,) = looked("one", check)
    assert (found.level, found.subject) == ("unseen", "one")
    assert found.message


def examined(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
    """Return the doctor's findings by subject, without a synth or a network."""

    def synthesize(target: Target, _: object) -> None:
        folder = target.output / "stacks" / "dev"
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(dict(stack().synthesized)))

    monkeypatch.setattr(examination, "synthesize", synthesize)
    monkeypatch.setattr(examination, "clock", lambda *_: iter([Finding("ok", "clock", "right")]))
    return {each.subject: each for each in examine(workspace, load(workspace.envs)["dev"], READ, on_local=False)}


def test_healthy_environment_has_no_errors(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_state(json.dumps({"resources": []}))
    found = examined(workspace, monkeypatch)
    assert {each.level for each in found.values()} == {"ok"}
    assert found["credentials"].message.startswith(f"for account {ACCOUNT}, as in ")
    assert list(found)[-6:] == ["backups", "connections", "state", "moves", "quotas", "versions"]


def test_credentials_of_another_account_are_an_error(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    write(workspace.envs, {"dev": DEV})
    found = examined(workspace, monkeypatch)
    assert found["credentials"].level == "error"
    assert (
        f"credentials belong to account {ACCOUNT}, but the environment is in account 111111111111"
        in found["credentials"].message
    )
    assert found["account"].level == "unseen"


def test_custom_endpoint_is_an_error(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "run `unset AWS_ENDPOINT_URL`" in examined(workspace, monkeypatch)["AWS"].message


def test_command_prints_findings_and_exit_code(workspace: Workspace) -> None:
    options = ("--env", "dev", "--envs", str(workspace.envs), "--local", "--json")
    done = ops("doctor", *options, GROUNDWORK_BUILD=str(workspace.build))
    assert done.returncode == ExitCode.UNHEALTHY
    found = {each["subject"]: each for each in json.loads(done.stdout)}
    assert found["tools"]["level"] == "ok"
    assert found["AWS"] == {
        "level": "error", "subject": "AWS", "remedy": "",
        "message": "the embedded AWS is not running; run `make local`",
    }  # fmt: skip
    assert (
        "error    AWS: the embedded AWS is not running"
        in ops("doctor", *options[:-1], GROUNDWORK_BUILD=str(workspace.build)).stdout
    )
