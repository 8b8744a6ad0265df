"""`python -m ops push-credentials` on the embedded AWS: credentials go only to SNS."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process import start, stop
from modules.environment_files import load
from ops.errors import ExitCode, OpsError
from ops.push_credentials import put
from ops.target import Target, local
from ops.workspace import PROJECT, Workspace
from tests.support.environments import DEV, write

PUSH = """\
secret "apns-key" { }
secret "fcm-account" { }
push "mobile" {
  apns {
    secret    = "apns-key"
    key_id    = "ABCDE12345"
    team_id   = "TEAM123456"
    bundle_id = "example.agora.app"
  }
  fcm { secret = "fcm-account" }
}
"""
ARNS = {
    "APNS_SANDBOX": "arn:aws:sns:ap-northeast-2:111111111111:app/APNS_SANDBOX/agora-dev-mobile",
    "GCM": "arn:aws:sns:ap-northeast-2:111111111111:app/GCM/agora-dev-mobile",
}
KEY = "-----BEGIN PRIVATE KEY-----\nkept-out-of-everything-4711\n-----END PRIVATE KEY-----"
ACCOUNT = {
    "type": "service_account",
    "project_id": "agora",
    "private_key": KEY,
    "client_email": "push@agora.iam.gserviceaccount.com",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    envs = write(tmp_path_factory.mktemp("envs"), {"dev": DEV + PUSH})
    return Workspace(envs, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def target(workspace: Workspace) -> Iterator[Target]:
    target = local(workspace, start(workspace.local))
    client_of(target, "logs").create_log_group(logGroupName="/agora/dev/audit")
    yield target
    stop(workspace.local)


@pytest.fixture
def secrets(target: Target) -> Iterator[None]:
    client = client_of(target, "secretsmanager")
    values = {"apns-key": f"{KEY}\n", "fcm-account": json.dumps(ACCOUNT)}
    for name, value in values.items():
        client.create_secret(Name=f"agora/dev/{name}", SecretString=value)
    yield
    for name in values:
        client.delete_secret(SecretId=f"agora/dev/{name}", ForceDeleteWithoutRecovery=True)
    sns = client_of(target, "sns")
    for application in sns.list_platform_applications()["PlatformApplications"]:
        sns.delete_platform_application(PlatformApplicationArn=application["PlatformApplicationArn"])


def client_of(target: Target, service: str) -> Any:
    session: Any = target.session("111111111111")
    return session.client(service, region_name="ap-northeast-2")


def attributes(target: Target, arn: str) -> dict[str, str]:
    found = client_of(target, "sns").get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert isinstance(found, dict)
    return found


def run(workspace: Workspace, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "ENV"))}
    return subprocess.run(
        [sys.executable, "-m", "ops", "push-credentials", *arguments, "--envs", str(workspace.envs), "--local"],
        cwd=PROJECT,
        env={**kept, "GROUNDWORK_BUILD": str(workspace.build)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("secrets")
def test_applications_are_created_then_updated(workspace: Workspace, target: Target) -> None:
    done = run(workspace)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"mobile  {platform}  {arn}  created" for platform, arn in ARNS.items()]
    assert attributes(target, ARNS["APNS_SANDBOX"]) == {
        "PlatformPrincipal": "ABCDE12345",
        "PlatformCredential": KEY,
        "ApplePlatformTeamID": "TEAM123456",
        "ApplePlatformBundleID": "example.agora.app",
    }
    assert json.loads(attributes(target, ARNS["GCM"])["PlatformCredential"]) == ACCOUNT

    rotated = KEY.replace("4711", "4712")
    client_of(target, "secretsmanager").put_secret_value(SecretId="agora/dev/apns-key", SecretString=rotated)
    again = run(workspace, "mobile", "--json")
    assert [(each["platform"], each["done"]) for each in json.loads(again.stdout)] == [
        ("APNS_SANDBOX", "updated"),
        ("GCM", "updated"),
    ]
    assert attributes(target, ARNS["APNS_SANDBOX"])["PlatformCredential"] == rotated

    for text in (done.stdout, done.stderr, again.stdout, again.stderr):
        assert "4711" not in text
        assert "4712" not in text
    for path in workspace.build.rglob("*"):
        assert not path.is_file() or b"kept-out-of-everything" not in path.read_bytes(), path


def test_secret_without_value_is_an_error(workspace: Workspace, target: Target) -> None:
    done = run(workspace)
    assert done.returncode == ExitCode.REFUSED
    assert (
        "agora/dev/apns-key has no value yet; apply dev, then `.venv/bin/python -m ops secret set apns-key"
        in " ".join(done.stderr.split())
    )


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    ("secret", "value", "message"),
    [
        ("apns-key", "hunter2", "the value of secret apns-key is not a signing key; set it to the file from Apple"),
        ("fcm-account", "hunter2", "the value of secret fcm-account is not the key of a service account"),
        ("fcm-account", '{"type": "service_account"}', "the value of secret fcm-account is not the key of a service"),
        ("fcm-account", "[]", "the value of secret fcm-account is not the key of a service account"),
    ],
)
def test_secret_without_valid_key_is_refused(
    workspace: Workspace, target: Target, secret: str, value: str, message: str
) -> None:
    client_of(target, "secretsmanager").put_secret_value(SecretId=f"agora/dev/{secret}", SecretString=value)
    with pytest.raises(OpsError, match=message) as error:
        list(put(target, load(workspace.envs)["dev"], None))
    assert "hunter2" not in str(error.value)
    # No application was created or updated.
    assert client_of(target, "sns").list_platform_applications()["PlatformApplications"] == []


def test_undeclared_push_is_refused(workspace: Workspace, target: Target) -> None:
    done = run(workspace, "web")
    assert done.returncode == ExitCode.REFUSED
    assert 'declares no push "web", it declares mobile; add' in " ".join(done.stderr.split())


@pytest.mark.usefixtures("secrets")
def test_sns_error_text_is_not_repeated(workspace: Workspace, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    session = target.session("111111111111")
    client: Any = session.client

    def refusing(service: str, **arguments: Any) -> Any:
        created = client(service, **arguments)
        if service == "sns":

            def refuse(**_: Any) -> None:
                raise ClientError({"Error": {"Code": "InvalidParameter", "Message": KEY}}, "Create")

            created.create_platform_application = refuse
        return created

    monkeypatch.setattr(session, "client", refusing)
    monkeypatch.setattr(Target, "session", lambda *_: session)
    with pytest.raises(OpsError, match=r"SNS refused .*: InvalidParameter; check whether the key is revoked") as caught:
        list(put(target, load(workspace.envs)["dev"], "mobile"))
    assert "4711" not in str(caught.value)
    assert caught.value.__suppress_context__
