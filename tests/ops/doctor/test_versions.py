"""The doctor's check of running versions."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from modules.environment_files import load
from ops.doctor import versions as checks
from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding
from ops.doctor.versions import Running, versions
from ops.target import Target
from ops.workspace import Workspace
from tests.foundation.test_calendar import TODAY, calendar, day, row
from tests.support.environments import DEV, write

REGION = "ap-northeast-2"
STACK = {
    "aws_rds_cluster": {"database_main": {"cluster_identifier": "agora-dev-main"}},
    "aws_db_instance": {"database_old_1": {"identifier": "agora-dev-old-1"}},
    "aws_eks_cluster": {"eks_blue": {"name": "agora-dev-blue"}},
    "aws_lambda_function": {"function_x": {"function_name": "agora-dev-x"}},
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


@pytest.fixture
def context(tmp_path: Path) -> Context:
    workspace = Workspace(write(tmp_path, {"dev": DEV}), tmp_path / "build")
    return Context(load(tmp_path)["dev"], Target(workspace, workspace.cloud_output, {}, {}), boto3.Session())


def client(service: str) -> Any:
    return boto3.client(cast("Any", service), region_name=REGION)


def looked(context: Context, today: datetime.date = TODAY) -> list[Finding]:
    return list(versions(context, Stack({"resource": STACK}, frozenset()), today))


def judged(running: Running, left: int, extended: int | None = None) -> list[Finding]:
    """Return the findings for a version whose standard support ends in this many days."""
    end = None if extended is None else day(extended)
    rows = calendar(row(running.version, left, running.kind, end_of_extended_support=end))
    return list(checks._judged(running, TODAY, rows))


def test_unapplied_environment_has_no_running_versions(context: Context) -> None:
    assert looked(context) == [Finding("ok", "versions", "nothing with a version is running")]


def test_running_version_is_the_one_from_aws(context: Context) -> None:
    rds = client("rds")
    login = {"MasterUsername": "dbadmin", "MasterUserPassword": "not-a-secret"}
    cluster = {"DBClusterIdentifier": "agora-dev-main", "Engine": "aurora-mysql"}
    rds.create_db_cluster(**cluster, EngineVersion="8.0.mysql_aurora.3.08.2", **login)
    instance = {"DBInstanceIdentifier": "agora-dev-old-1", "DBInstanceClass": "db.m7g.large", "Engine": "postgres"}
    rds.create_db_instance(**instance, EngineVersion="16.15", AllocatedStorage=20, **login)
    role = f"arn:aws:iam::{'1' * 12}:role/eks"
    client("eks").create_cluster(
        name="agora-dev-blue", version="1.34", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]}
    )
    control_plane, kubernetes = looked(context)
    assert str(control_plane) == (
        "error    versions: agora-dev-main runs aurora-mysql 8.0.mysql_aurora.3.08.2, which left standard support on "
        '2026-08-31; write "8.0.mysql_aurora.3.10.6", supported until 2028-04-30'
    )
    assert kubernetes.level == "warning"
    assert kubernetes.message.startswith(
        "agora-dev-blue runs kubernetes 1.34, which leaves standard support on 2026-12-02"
    )


def test_supported_versions_are_listed(context: Context) -> None:
    function = {"aws_lambda_function": STACK["aws_lambda_function"]}
    role = client("iam").create_role(RoleName="x", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    client("lambda").create_function(
        FunctionName="agora-dev-x", Runtime="python3.13", Role=role, Handler="x.y", Code=code
    )
    (found,) = versions(context, Stack({"resource": function}, frozenset()), TODAY)
    assert found == Finding("ok", "versions", "agora-dev-x lambda python3.13")


@pytest.mark.parametrize(
    ("extended_support", "left", "extended", "level"),
    [
        (False, 180, 400, "warning"),
        (False, 0, 400, "error"),
        (True, 0, 400, "warning"),
        (True, -400, 0, "error"),
        (True, -5, None, "error"),
    ],
)
def test_ended_version_is_an_error_unless_extended_support_continues(
    extended_support: bool, left: int, extended: int | None, level: str
) -> None:
    (found,) = judged(Running("agora-dev-blue", "kubernetes", "1.33", extended_support), left, extended)
    assert found.level == level


def test_supported_version_is_not_reported() -> None:
    assert judged(Running("agora-dev-blue", "kubernetes", "1.36"), 181) == []


@pytest.mark.parametrize(
    ("support", "extended", "after"),
    [
        ("STANDARD", False, "EKS upgrades the cluster automatically"),
        ("EXTENDED", True, "EKS charges for extended support"),
    ],
)
def test_upgrade_policy_determines_what_follows_standard_support(support: str, extended: bool, after: str) -> None:
    class Eks:
        def describe_cluster(self, name: str) -> dict[str, Any]:
            return {"cluster": {"name": name, "version": "1.33", "upgradePolicy": {"supportType": support}}}

    running = checks._kubernetes(Eks(), "agora-dev-blue")
    assert (running.extended, running.after.startswith(after)) == (extended, True)


@pytest.mark.parametrize(
    ("answered", "extended"),
    [
        ({}, True),
        ({"EngineLifecycleSupport": "open-source-rds-extended-support"}, True),
        ({"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"}, False),
    ],
)
def test_database_has_extended_support_unless_disabled(answered: dict[str, str], extended: bool) -> None:
    answer = {"Engine": "mysql", "EngineVersion": "8.0.46", **answered}
    assert checks._database("agora-dev-old-1", answer).extended is extended


def test_version_missing_from_calendar_is_unseen() -> None:
    (found,) = checks._judged(Running("agora-dev-blue", "kubernetes", "1.99"), TODAY, calendar())
    assert (found.level, found.remedy) == ("unseen", "run `.venv/bin/python -m ops calendar`")
