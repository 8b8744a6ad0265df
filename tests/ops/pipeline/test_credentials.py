"""The pipeline's credentials: the role that a job's token is used for, and the refs that may use it."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from modules.environment import Environment
from modules.environment_files import load
from ops.errors import ExitCode, OpsError
from ops.pipeline.credentials import use_role
from tests.support.environments import DEV, write


@pytest.fixture
def dev(tmp_path: Path) -> Environment:
    return load(write(tmp_path, {"dev": DEV}))["dev"].settings


def token(**claims: Any) -> str:
    """Return a token like GitLab's, without a valid signature."""
    parts = ({"alg": "RS256"}, {"project_path": "community/groundwork", "ref": "main", **claims})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "signature"])


def test_protected_ref_assumes_the_apply_role(dev: Environment) -> None:
    environment = {"AWS_ID_TOKEN": token(ref_protected="true"), "CI_JOB_ID": "7"}
    use_role(dev, "apply", environment)
    assert environment["AWS_ROLE_ARN"] == "arn:aws:iam::111111111111:role/agora-account-dev-apply"
    assert environment["AWS_ROLE_SESSION_NAME"] == "gitlab-7"
    path = Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"])
    assert path.read_text() == environment["AWS_ID_TOKEN"]
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()


@pytest.mark.parametrize("claims", [{"ref_protected": "false"}, {}])
def test_apply_from_unprotected_ref_is_refused(dev: Environment, claims: dict[str, str]) -> None:
    environment = {"AWS_ID_TOKEN": token(ref="v1.4.2", **claims)}
    with pytest.raises(OpsError, match=r"v1\.4\.2 is not protected in community/groundwork") as error:
        use_role(dev, "apply", environment)
    assert error.value.code == ExitCode.REFUSED
    assert "AWS_ROLE_ARN" not in environment


def test_unprotected_ref_can_plan(dev: Environment) -> None:
    environment = {"AWS_ID_TOKEN": token(ref_protected="false")}
    use_role(dev, "plan", environment)
    assert environment["AWS_ROLE_ARN"].endswith("agora-account-dev-plan")
    Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).unlink()


@pytest.mark.parametrize("wrong", ["token", "a.b.c", "a.W10.c"])
def test_invalid_token_is_refused(dev: Environment, wrong: str) -> None:
    with pytest.raises(OpsError, match="AWS_ID_TOKEN is not an ID token of GitLab"):
        use_role(dev, "apply", {"AWS_ID_TOKEN": wrong})


def test_without_token_shell_credentials_are_used(dev: Environment) -> None:
    environment = {"AWS_PROFILE": "dev"}
    use_role(dev, "apply", environment)
    assert environment == {"AWS_PROFILE": "dev"}
