"""Logins and commands of clients."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from ops.connect.logins import (
    MysqlClient,
    PostgresClient,
    cache_command,
    cache_token,
    kubeconfig,
    write_private,
)


def test_cache_token_is_a_signed_request_without_its_scheme() -> None:
    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret", region_name="ap-northeast-2")
    token = cache_token(session, "ap-northeast-2", "agora-dev-sessions", "agora-dev-sessions-app")
    found = urlsplit(f"http://{token}")
    query = parse_qs(found.query)
    assert found.netloc == "agora-dev-sessions"
    assert (query["Action"], query["User"], query["X-Amz-Expires"]) == (
        ["connect"],
        ["agora-dev-sessions-app"],
        ["900"],
    )
    assert "/ap-northeast-2/elasticache/aws4_request" in query["X-Amz-Credential"][0]
    assert query["X-Amz-Signature"]


@pytest.mark.parametrize(
    ("tls", "user", "expected"),
    [
        (
            True,
            "u",
            'REDISCLI_AUTH="$(cat /run/login)" valkey-cli -h 127.0.0.1 -p 7 --tls --sni c.example --user u',
        ),
        (True, None, "valkey-cli -h 127.0.0.1 -p 7 --tls --sni c.example"),
        (False, None, "valkey-cli -h 127.0.0.1 -p 7"),
    ],
)
def test_cache_command(tls: bool, user: str | None, expected: str) -> None:
    command = cache_command("valkey-cli", host="c.example", port=7, tls=tls, user=user, login=Path("/run/login"))
    assert command == expected


def test_certificates_make_clients_verify_the_server() -> None:
    bundle = Path("/etc/rds.pem")
    assert "sslmode=verify-full sslrootcert=/etc/rds.pem" in PostgresClient("h", 1, "d", bundle).command(Path("l"), "u")
    lines = MysqlClient(1, "d", bundle).login("u", 'quote " and \\').splitlines()
    assert {"loose-ssl-mode=VERIFY_CA", "ssl-ca=/etc/rds.pem", 'password="quote \\" and \\\\"'} <= set(lines)


def test_kubeconfig_verifies_the_endpoint_and_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "agora-dev")
    text = kubeconfig(name="blue", endpoint="https://X.eks.example", certificate="Q0E=", port=7, region="eu-west-1")
    found = json.loads(text)
    assert found["clusters"][0]["cluster"] == {
        "server": "https://127.0.0.1:7",
        "tls-server-name": "X.eks.example",
        "certificate-authority-data": "Q0E=",
    }
    (user,) = found["users"]
    assert user["user"]["exec"]["args"][:4] == ["--region", "eu-west-1", "eks", "get-token"]
    assert user["user"]["exec"]["env"] == [{"name": "AWS_PROFILE", "value": "agora-dev"}]


def test_private_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
