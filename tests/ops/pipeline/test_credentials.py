"""The pipeline's credentials: the role that a job's token is used for, and the refs that may use it."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from modules.delivery.pipeline.role_names import Right
from modules.environment import Environment
from modules.environment_files import load
from modules.foundation.ci_servers import ApplicationPipeline
from ops.errors import ExitCode, OpsError
from ops.pipeline import credentials
from ops.pipeline.credentials import use_application_role, use_role
from tests.support.environments import DEV, write
from tests.support.id_tokens import github_claims
from tests.support.id_tokens import token as github_token


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
    with pytest.raises(OpsError, match="the job's ID token is not a JSON Web Token"):
        use_role(dev, "apply", {"AWS_ID_TOKEN": wrong})


def test_without_token_shell_credentials_are_used(dev: Environment) -> None:
    environment = {"AWS_PROFILE": "dev"}
    use_role(dev, "apply", environment)
    assert environment == {"AWS_PROFILE": "dev"}


GITHUB = (
    DEV
    + """
pipeline {
  github {
    repository = "agora/infrastructure"
  }
}
"""
)


@pytest.fixture
def on_github(tmp_path: Path) -> Environment:
    return load(write(tmp_path, {"dev": GITHUB}))["dev"].settings


@contextmanager
def github(answer: str, status: int = 200) -> Iterator[tuple[dict[str, str], list[tuple[str, str]]]]:
    """Serve GitHub's endpoint for ID tokens; yield the variables of a job, and the requests that were made."""
    requests: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/token?api-version=2.0"
    yield (
        {
            "ACTIONS_ID_TOKEN_REQUEST_URL": url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
            "GITHUB_RUN_ID": "42",
            "GITHUB_RUN_ATTEMPT": "2",
        },
        requests,
    )
    server.shutdown()
    server.server_close()


def test_github_job_requests_a_token_for_aws_and_assumes_the_role(on_github: Environment) -> None:
    value = token(ref_protected="true", sub="repo:agora/infrastructure:environment:dev")
    with github(json.dumps({"value": value})) as (environment, requests):
        use_role(on_github, "apply", environment)
    assert requests == [("/token?api-version=2.0&audience=sts.amazonaws.com", "Bearer bearer")]
    assert environment["AWS_ROLE_ARN"] == "arn:aws:iam::111111111111:role/agora-account-dev-apply"
    assert environment["AWS_ROLE_SESSION_NAME"] == "github-42-2"
    assert Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text() == value
    Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).unlink()


def test_apply_from_unprotected_ref_on_github_is_refused(on_github: Environment) -> None:
    claims = {
        "ref_protected": "false",
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "repository": "agora/infrastructure",
    }
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    message = r"not protected in agora/infrastructure: .* GitHub \(Settings, Rules"
    with (
        github(json.dumps({"value": f"a.{encoded}.c"})) as (environment, _),
        pytest.raises(OpsError, match=message),
    ):
        use_role(on_github, "apply", environment)
    assert "AWS_ROLE_ARN" not in environment


def test_tag_on_github_is_applied_though_no_tag_is_reported_as_protected(on_github: Environment) -> None:
    claims = github_claims("agora/infrastructure", "environment:dev", "refs/tags/v1.4.2")
    assert claims["ref_protected"] == "false"
    with github(json.dumps({"value": github_token(**claims)})) as (environment, _):
        use_role(on_github, "apply", environment)
    assert environment["AWS_ROLE_ARN"].endswith("agora-account-dev-apply")
    Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).unlink()


@pytest.mark.parametrize("right", ["plan", "apply"])
def test_public_repository_is_refused(right: Right, on_github: Environment) -> None:
    claims = github_claims("agora/infrastructure", "environment:dev", "refs/heads/main", repository_visibility="public")
    with (
        github(json.dumps({"value": github_token(**claims)})) as (environment, _),
        pytest.raises(OpsError, match="agora/infrastructure is public, so everyone could download the plan") as error,
    ):
        use_role(on_github, right, environment)
    assert error.value.code == ExitCode.REFUSED
    assert "AWS_ROLE_ARN" not in environment


def test_token_of_github_is_renewed_while_the_command_runs(
    on_github: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[tuple[Path, Callable[[], str]]] = []
    monkeypatch.setattr(credentials, "renew_in_background", lambda path, request: renewed.append((path, request)))
    value = github_token(**github_claims("agora/infrastructure", "environment:dev", "refs/heads/main"))
    with github(json.dumps({"value": value})) as (environment, requests):
        use_role(on_github, "apply", environment)
        ((path, request),) = renewed
        assert request() == value
    assert len(requests) == 2
    assert environment["AWS_WEB_IDENTITY_TOKEN_FILE"] == str(path)
    path.unlink()


def test_ids_that_the_trust_policy_lacks_are_named(on_github: Environment) -> None:
    value = token(sub="repo:agora@12/infrastructure@34:pull_request", repository_owner_id="12", repository_id="34")
    message = "owner_id = 12 and repository_id = 34, then run make bootstrap"
    with (
        github(json.dumps({"value": value})) as (environment, _),
        pytest.raises(OpsError, match=message) as error,
    ):
        use_role(on_github, "plan", environment)
    assert error.value.code == ExitCode.BOOTSTRAP_FIRST


@pytest.mark.parametrize(("answer", "status"), [("{}", 200), ("<html>", 200), ("{}", 403)])
def test_github_without_a_token_is_an_error(answer: str, status: int, on_github: Environment) -> None:
    with (
        github(answer, status) as (environment, _),
        pytest.raises(OpsError, match="GitHub gave the job no ID token"),
    ):
        use_role(on_github, "plan", environment)


def test_application_role_is_assumed_with_the_jobs_token(dev: Environment) -> None:
    application = ApplicationPipeline(gitlab="community/agora-api")
    environment = {"AWS_ID_TOKEN": token()}
    use_application_role(dev, application, "service", "api", "deploy", environment)
    assert environment["AWS_ROLE_ARN"] == "arn:aws:iam::111111111111:role/agora-dev-service-api-deploy"
    Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).unlink()
    use_application_role(dev, application, "service", "api", "deploy", without := {"AWS_PROFILE": "dev"})
    assert without == {"AWS_PROFILE": "dev"}


@pytest.mark.parametrize("application", [None, ApplicationPipeline(role="arn:aws:iam::333333333333:role/builder")])
def test_role_that_accepts_no_token_is_not_assumed_with_one(
    application: ApplicationPipeline | None, dev: Environment
) -> None:
    environment = {"AWS_ID_TOKEN": token()}
    use_application_role(dev, application, "service", "api", "deploy", environment)
    assert "AWS_ROLE_ARN" not in environment
