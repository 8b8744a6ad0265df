"""Users of the VPN: private keys stay here, and the server's document is run with checked parameters."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from modules.environment_files import load
from ops.commands import app
from ops.errors import OpsError
from ops.vpn import keys, users
from ops.vpn.commands import _NAME
from ops.vpn.host import Host, host_of
from tests.support.environments import DEV, write

VPN = """\
vpn {
  allowed_cidrs     = ["203.0.113.0/24"]
  client_cidr       = "172.30.0.0/22"
  availability_zone = "a"
}
"""
PROFILE = "client\nremote 198.51.100.9 1194\n<ca>\nCA\n</ca>\n<cert>\nCERTIFICATE\n</cert>\n"


class Ssm:
    """Systems Manager with one host, whose command ends as a test says."""

    def __init__(self, output: str = "", status: str = "Success", errors: str = "", late: int = 0) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self._answer = {"Status": status, "StandardOutputContent": output, "StandardErrorContent": errors}
        self._late = late

    def send_command(self, **request: Any) -> dict[str, Any]:
        self.sent.append(request)
        return {"Command": {"CommandId": "c-1"}}

    def get_command_invocation(self, **_: Any) -> dict[str, Any]:
        self._late -= 1
        if self._late == 1:
            raise ClientError({"Error": {"Code": "InvocationDoesNotExist"}}, "GetCommandInvocation")
        return {"Status": "InProgress"} if self._late >= 0 else self._answer


class Ec2:
    """EC2 with these running instances."""

    def __init__(self, *ids: str) -> None:
        self._ids = ids
        self.filters: Any = None

    def get_paginator(self, _: str) -> "Ec2":
        return self

    def paginate(self, Filters: Any) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        self.filters = Filters
        return [{"Reservations": [{"Instances": [{"InstanceId": each} for each in self._ids]}]}]


def host(ssm: Ssm) -> Host:
    return Host("i-1", "agora-dev-vpn-users", ssm, sleep=lambda _: None)


def test_request_has_the_users_name_and_only_the_public_key() -> None:
    pair = keys.create("alice")
    request = x509.load_pem_x509_csr(pair.request.encode())
    assert request.subject.rfc4514_string() == "CN=alice"
    assert request.is_signature_valid
    private = serialization.load_pem_private_key(pair.key.encode(), None)
    assert private.public_key() == request.public_key()
    assert "PRIVATE" not in pair.request


def test_private_key_is_never_sent() -> None:
    ssm, pair = Ssm(PROFILE), keys.create("alice")
    profile = users.add(host(ssm), "alice", pair.request)
    (sent,) = ssm.sent
    assert sent["Parameters"]["Action"] == ["add"]
    assert sent["Parameters"]["UserName"] == ["alice"]
    assert base64.b64decode(sent["Parameters"]["Request"][0]).decode() == pair.request
    secret = "".join(pair.key.splitlines()[1:-1])
    assert secret not in str(sent)
    assert users.with_key(profile, pair.key).count("<key>") == 1


def test_command_that_ends_late_is_awaited() -> None:
    ssm = Ssm("alice\tvalid\t271127222438Z\t\n", late=4)
    (found,) = users.certificates(host(ssm))
    assert (found.user, found.state, found.expires, found.revoked) == ("alice", "valid", "2027-11-27", None)


def test_revoked_certificate_has_the_date() -> None:
    ssm = Ssm("alice\trevoked\t271127222438Z\t261127222455Z\nbob\tvalid\t20510102000000Z\t\n")
    found = users.certificates(host(ssm))
    assert [(each.user, each.revoked or each.expires) for each in found] == [
        ("alice", "2026-11-27"),
        ("bob", "2051-01-02"),
    ]


def test_refusal_of_the_server_is_the_message() -> None:
    ssm = Ssm(status="Failed", errors="noise\nalice exists\nfailed to run commands: exit status 11\n")
    with pytest.raises(OpsError, match=r"^the server refused: alice exists$"):
        users.add(host(ssm), "alice", "request")


def test_command_that_never_reached_the_host_says_what_to_look_at() -> None:
    with pytest.raises(OpsError, match="ended with TimedOut; is the server's SSM agent online"):
        users.revoke(host(Ssm(status="TimedOut")), "alice")


def test_command_that_does_not_end_names_the_command() -> None:
    with pytest.raises(OpsError, match="--command-id c-1"):
        users.revoke(host(Ssm(late=1000)), "alice")


def test_empty_output_is_no_profile() -> None:
    with pytest.raises(OpsError, match="printed no profile"):
        users.add(host(Ssm()), "alice", "request")


def test_host_is_the_running_instance_of_the_environment(tmp_path: Path) -> None:
    file = load(write(tmp_path, {"dev": DEV + VPN}))["dev"]
    ec2 = Ec2("i-7")
    found = host_of(file, lambda service: ec2 if service == "ec2" else Ssm())
    assert (found.instance_id, found.document) == ("i-7", "agora-dev-vpn-users")
    assert {"Name": "tag:Name", "Values": ["agora-dev-vpn"]} in ec2.filters


@pytest.mark.parametrize(
    ("text", "says"), [(DEV, "has no `vpn` block"), (DEV + VPN, "apply dev, or start the instance")]
)
def test_environment_without_a_running_host_is_an_error(tmp_path: Path, text: str, says: str) -> None:
    file = load(write(tmp_path, {"dev": text}))["dev"]
    with pytest.raises(OpsError, match=says):
        host_of(file, lambda _: Ec2())


def test_file_with_a_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "alice.ovpn"
    keys.write_private(path, "secret")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OpsError, match="exists; remove it"):
        keys.write_private(path, "other")
    assert path.read_text() == "secret"


def test_request_of_the_user_is_read_and_must_have_the_name(tmp_path: Path) -> None:
    path = tmp_path / "alice.csr"
    path.write_text(keys.create("alice").request)
    assert keys.read_request(path, "alice") == path.read_text()
    with pytest.raises(OpsError, match="is a request for alice; the user creates one"):
        keys.read_request(path, "bob")
    path.write_text("nonsense")
    with pytest.raises(OpsError, match="is not a certificate request"):
        keys.read_request(path, "alice")


def test_request_command_writes_a_private_key_and_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["vpn", "user", "request", "alice"])
    assert done.exit_code == 0
    assert done.stdout == "alice.csr\n"
    assert (tmp_path / "alice.key").stat().st_mode & 0o777 == 0o600
    assert keys.read_request(tmp_path / "alice.csr", "alice")


@pytest.mark.parametrize("name", ["Alice", "server-1", "a b", "-a", "", "$(id)", "a" * 32])
def test_name_that_the_server_would_refuse_is_an_error(name: str) -> None:
    done = CliRunner().invoke(app, ["vpn", "user", "request", "--", name])
    assert isinstance(done.exception, OpsError)
    assert "is not a user's name" in str(done.exception)


def test_names_are_those_that_the_document_allows() -> None:
    from modules.access.vpn.documents import _USER_PARAMETERS

    assert _USER_PARAMETERS["UserName"][1] == f"^({_NAME.pattern})?$"
