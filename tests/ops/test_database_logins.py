"""`python -m ops database logins`: invokes the functions of databases, and says what they did."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile, load
from ops.database_logins import create_users
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT


class Lambda:
    """Records invocations, and responds to each with a value or an error."""

    def __init__(self, value: Any = None, error: str = "", missing: bool = False) -> None:
        self.invoked: dict[str, Any] = {}
        self._value = value
        self._error = error
        self._missing = missing

    def invoke(self, **given: Any) -> dict[str, Any]:
        if self._missing:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}, "Invoke")
        self.invoked[given["FunctionName"]] = json.loads(given["Payload"])
        if self._error:
            return {
                "FunctionError": "Unhandled",
                "Payload": io.BytesIO(json.dumps({"errorMessage": self._error}).encode()),
            }
        return {"Payload": io.BytesIO(json.dumps(self._value).encode())}


@pytest.fixture(scope="module")
def corporate() -> EnvironmentFile:
    return load(PROJECT / "tests" / "environments")["corporate"]


def test_every_function_gets_the_users_of_its_database(corporate: EnvironmentFile) -> None:
    client = Lambda({"created": ["gw_function_figures"], "locked": [], "not_granted": []})
    results = create_users(client, corporate)
    legacy = "mobile/corporate/database/legacy/gw_function_figures"
    users = client.invoked["mobile-corporate-database-legacy-logins"]["users"]
    assert users["gw_function_figures"] == {"access": "read_only", "secret": legacy}
    assert set(client.invoked) == {f"mobile-corporate-database-{label}-logins" for label in ("legacy", "main")}
    assert results[0].lines()[0] == "legacy: created gw_function_figures"


def test_one_database_can_be_chosen(corporate: EnvironmentFile) -> None:
    client = Lambda({"created": [], "locked": [], "not_granted": []})
    (result,) = create_users(client, corporate, "main")
    assert result.lines()[0] == "main: no changes"
    assert list(client.invoked) == ["mobile-corporate-database-main-logins"]


def test_a_function_that_fails_is_reported_with_its_log_group(corporate: EnvironmentFile) -> None:
    (result,) = create_users(Lambda(error="timed out"), corporate, "main")
    assert result.lines() == [
        "main: failed: timed out; its log group is /mobile/corporate/function/database-main-logins"
    ]


def test_a_database_without_users_is_refused(corporate: EnvironmentFile) -> None:
    with pytest.raises(
        OpsError, match='has no database "other" with users; those with users are legacy, main'
    ) as error:
        create_users(Lambda(), corporate, "other")
    assert error.value.code == ExitCode.REFUSED


def test_a_function_that_is_not_applied_is_refused(corporate: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match="does not exist yet; run `make deploy ENV=corporate`"):
        create_users(Lambda(missing=True), corporate)
