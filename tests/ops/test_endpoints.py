"""Custom endpoints in environment variables and in the AWS profile."""

from pathlib import Path

import pytest

from ops.endpoints import ALLOWED, refuse_endpoints
from ops.errors import ExitCode, OpsError

SERVICES = "[profile work]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n"


def environment(folder: Path, config: str = "", credentials: str = "") -> dict[str, str]:
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(credentials)
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_PROFILE": "work",
    }


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_S3_ENDPOINT"])
def test_endpoint_variable_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OpsError, match=f"{name} is set, so requests would not go to AWS; run `unset {name}`"):
        refuse_endpoints({**environment(tmp_path), name: "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("config", "credentials", "message"),
    [
        ("[profile work]\nendpoint_url = http://127.0.0.1:1\n", "", "config, profile work: endpoint_url = http://127"),
        ("", "[work]\nendpoint_url = http://127.0.0.1:1\n", "credentials, profile work: endpoint_url = http://127"),
        (SERVICES, "", "config, services mine, s3: endpoint_url = http://127"),
    ],
)
def test_endpoint_in_profile_is_refused(tmp_path: Path, config: str, credentials: str, message: str) -> None:
    shell = environment(tmp_path, config, credentials)
    with pytest.raises(OpsError) as caught:
        refuse_endpoints(shell)
    assert caught.value.code == ExitCode.REFUSED
    assert message in str(caught.value)
    refuse_endpoints({**shell, ALLOWED: "http://127.0.0.1:1"})
    refuse_endpoints({**shell, "AWS_PROFILE": "another"})


def test_missing_profile_files_are_no_error(tmp_path: Path) -> None:
    refuse_endpoints({"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")})
