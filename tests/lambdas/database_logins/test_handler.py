"""Events of the function: users that settings want, and the steps of a rotation."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from moto import mock_aws

from lambdas.database_logins import passwords
from lambdas.database_logins.mysql import Mysql
from modules.data.database.keys.users import USER_PREFIX
from tests.lambdas.database_logins.conftest import ADMINISTRATOR, DATABASE
from tests.support.database_servers import HOST, Server
from tests.support.lambdas import RUNTIME, Context, started

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

USER = "gw_service_api"
CERTIFICATES = Path("lambdas/database_logins/rds-certificates.pem").resolve()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManagerClient"]:
    for name, value in RUNTIME.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="administrator", SecretString=json.dumps(_written(ADMINISTRATOR)))
        client.create_secret(Name=USER)
        yield client


@pytest.fixture
def function(mysql_database: Mysql, mariadb_server: Server, secrets: Any) -> Iterator[ModuleType]:
    del mysql_database, secrets
    variables = {
        "ENGINE": "mysql",
        "HOST": HOST,
        "PORT": str(mariadb_server.port),
        "NAME": DATABASE,
        "ADMINISTRATOR_SECRET_ARN": "administrator",
    }
    with started("database_logins", variables) as module, pytest.MonkeyPatch.context() as patch:
        patch.setattr("lambdas.database_logins.tls.CERTIFICATES", mariadb_server.authority)
        yield module


def _written(login: Any) -> dict[str, str]:
    return {"username": login.user, "password": login.password}


def _password(secrets: "SecretsManagerClient", stage: str = "AWSCURRENT") -> str:
    content = json.loads(secrets.get_secret_value(SecretId=USER, VersionStage=stage)["SecretString"])
    assert content["username"] == USER
    return str(content["password"])


def _rotate(function: ModuleType, step: str, version: str) -> Any:
    event = {"Step": step, "SecretId": USER, "ClientRequestToken": version}
    return function.handler(event, Context())


def test_the_first_run_generates_a_password_and_the_second_keeps_it(
    function: ModuleType, secrets: "SecretsManagerClient"
) -> None:
    event = {"users": {USER: {"access": "read_write", "secret": USER}}}
    assert function.handler(event, Context()) == {"created": [USER], "locked": [], "not_granted": []}
    first = _password(secrets)
    assert function.handler(event, Context()) == {"created": [], "locked": [], "not_granted": []}
    assert _password(secrets) == first
    function.database.log_in(function.read(secrets, USER))


def test_a_rotation_replaces_the_password_in_four_steps(function: ModuleType, secrets: "SecretsManagerClient") -> None:
    function.handler({"users": {USER: {"access": "read_write", "secret": USER}}}, Context())
    first, version = _password(secrets), "6e1c1fd9-0c4e-4d2b-8a54-6d1a0c7f2b11"
    for step in ("createSecret", "createSecret", "setSecret", "setSecret", "testSecret"):  # steps may be repeated
        _rotate(function, step, version)
    assert _password(secrets) == first
    _rotate(function, "finishSecret", version)
    _rotate(function, "finishSecret", version)
    assert _password(secrets) != first
    function.database.log_in(function.read(secrets, USER))


def test_a_rotation_of_a_user_that_is_not_ours_is_rejected(
    function: ModuleType, secrets: "SecretsManagerClient"
) -> None:
    version = "6e1c1fd9-0c4e-4d2b-8a54-6d1a0c7f2b11"
    secrets.put_secret_value(SecretId=USER, SecretString=json.dumps(_written(ADMINISTRATOR)))
    _rotate(function, "createSecret", version)
    with pytest.raises(ValueError, match="'dbadmin' is not a user"):
        _rotate(function, "setSecret", version)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({}, "the event has no users"),
        ({"users": {"dbadmin": {"access": "read_write"}}}, "'dbadmin' is not a user"),
        ({"users": {USER: {"access": "all"}}}, "'all' is not an access"),
        ({"users": {USER: {"access": "read_only", "secret": 1}}}, "the secret is not a name"),
        ({"Step": "undo", "SecretId": USER, "ClientRequestToken": ""}, "'undo' is not a step"),
    ],
)
def test_an_invalid_event_is_rejected(function: ModuleType, event: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function.handler(event, Context())


class Delayed:
    """Denies a number of requests, as until IAM has distributed a change."""

    def __init__(self, denied: int) -> None:
        self.left = denied

    def get_secret_value(self, **which: str) -> dict[str, str]:
        if self.left:
            self.left -= 1
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "denied"}}, "GetSecretValue")
        assert which == {"SecretId": "administrator", "VersionStage": "AWSCURRENT"}
        return {"SecretString": json.dumps(_written(ADMINISTRATOR))}


def test_a_right_that_is_not_distributed_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAITS", (0, 0))
    assert passwords.read(cast("Any", Delayed(2)), "administrator") == ADMINISTRATOR
    with pytest.raises(ClientError):
        passwords.read(cast("Any", Delayed(3)), "administrator")


def test_the_prefix_of_users_is_that_of_the_settings(function: ModuleType) -> None:
    assert function.checked(f"{USER_PREFIX}x") == f"{USER_PREFIX}x"


def test_certificates_are_authorities_that_do_not_expire_soon() -> None:
    ssl.create_default_context(cafile=str(CERTIFICATES))
    for each in x509.load_pem_x509_certificates(CERTIFICATES.read_bytes()):
        assert each.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert each.not_valid_after_utc > datetime.now(UTC) + timedelta(days=5 * 365)
