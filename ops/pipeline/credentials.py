"""Credentials of CI jobs: the server's ID token for one role, and no long-term keys."""

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, MutableMapping
from functools import partial
from typing import Any, Literal

from modules.delivery.pipeline.role_names import Right, application_role_arn, role_arn
from modules.environment import Environment
from modules.foundation.ci_servers import ApplicationPipeline, GithubRepository
from ops.errors import ExitCode, OpsError
from ops.pipeline.protection import is_unprotected
from ops.pipeline.renewal import renew_in_background, token_file

#: The variable in which a GitLab job requests the token (`id_tokens`).
TOKEN_VARIABLE = "AWS_ID_TOKEN"
#: [GitHub, OpenID Connect reference, Methods for requesting the OIDC token]
#: (https://docs.github.com/en/actions/reference/security/oidc): in jobs with the permission `id-token: write`.
REQUEST_URL, _REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_REQUEST_TIMEOUT_SECONDS = 30


def use_role(settings: Environment, right: Right, environment: MutableMapping[str, str] = os.environ) -> None:
    """Make Terraform and boto3 assume the state's role with the job's token, or the shell's credentials without one.

    Both read these variables themselves ("AWS SDKs and Tools, Assume role with web identity").

    Raises OpsError for an apply from a ref that is not protected, and for a public repository.
    """
    token = _token(environment)
    if not token:
        return
    found = claims(token)
    if right == "apply":
        _require_protected_ref(found)
    _require_private_repository(found)
    if settings.pipeline and settings.pipeline.github:
        _require_ids(found, settings.pipeline.github.repository_id)
    _assume(role_arn(settings.account_names, settings.name, right), token, environment)


def use_application_role(
    settings: Environment,
    application: ApplicationPipeline | None,
    kind: str,
    name: str,
    verb: str,
    environment: MutableMapping[str, str] = os.environ,
) -> None:
    """Make boto3 assume the role that may change a block with the token of a job; see `use_role`.

    Not if the block names no project of a CI server: no token is accepted then, and the shell's credentials are used.
    """
    if application and application.role is None and (token := _token(environment)):
        _assume(application_role_arn(settings.names, kind, name, verb), token, environment)


def has_token(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this is a job with an ID token, or one that can request it."""
    return any(environment.get(name) for name in (TOKEN_VARIABLE, REQUEST_URL))


def claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a token, whose signature AWS verifies. Raises OpsError if it is not a JSON Web Token."""
    try:
        payload = token.split(".")[1]
        found: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise OpsError(
            "the job's ID token is not a JSON Web Token of GitLab or GitHub; regenerate the pipeline: make pipeline",
            ExitCode.REFUSED,
        )
    return found


def _token(environment: Mapping[str, str]) -> str | None:
    """Return the job's token: GitLab passes it in a variable, GitHub answers a request. None outside of a job."""
    if token := environment.get(TOKEN_VARIABLE):
        return token
    url = environment.get(REQUEST_URL)
    return _requested(url, environment.get(_REQUEST_TOKEN, "")) if url else None


def _requested(url: str, bearer: str) -> str:
    request = urllib.request.Request(
        f"{url}&audience={GithubRepository.issuer.audience}", headers={"Authorization": f"Bearer {bearer}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_REQUEST_TIMEOUT_SECONDS) as answer:
            return str(json.load(answer)["value"])
    except (urllib.error.URLError, TimeoutError, ValueError, KeyError) as error:
        raise OpsError(f"GitHub gave the job no ID token: {error}; run the job again", ExitCode.UNAVAILABLE) from None


def _assume(role: str, token: str, environment: MutableMapping[str, str]) -> None:
    path = token_file(token)
    if TOKEN_VARIABLE not in environment:
        renew_in_background(path, partial(_requested, environment[REQUEST_URL], environment[_REQUEST_TOKEN]))
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = str(path)
    environment["AWS_ROLE_ARN"] = role
    # CloudTrail then shows the job.
    environment["AWS_ROLE_SESSION_NAME"] = _session_name(environment)


def _session_name(environment: Mapping[str, str]) -> str:
    if run := environment.get("GITHUB_RUN_ID"):
        return f"github-{run}-{environment.get('GITHUB_RUN_ATTEMPT', '1')}"
    return f"gitlab-{environment.get('CI_JOB_ID', 'job')}"


def _require_protected_ref(found: Mapping[str, Any]) -> None:
    """Raise OpsError for an apply from a ref that is not protected, which anyone with push access can create.

    AWS cannot check this: neither server's `ref_protected` is a condition key of trust policies. What is applied from a
    tag on GitHub is approved by a reviewer of the environment, which `ops.pipeline.approval` requires.
    """
    server: Literal["gitlab", "github"] = "gitlab" if "project_path" in found else "github"
    if is_unprotected(server, is_tag=found.get("ref_type") == "tag", reported=found.get("ref_protected")):
        ref = found.get("ref", "this ref")
        project = found.get("project_path") or found.get("repository") or "the project"
        where = (
            "GitLab (Settings, Repository, Protected branches or Protected tags)"
            if server == "gitlab"
            else "GitHub (Settings, Rules, Rulesets)"
        )
        raise OpsError(
            f"{ref} is not protected in {project}: anyone with push access could apply from such a ref. Protect it in "
            f"{where}, then push or tag again",
            ExitCode.REFUSED,
        )


def _require_private_repository(found: Mapping[str, Any]) -> None:
    """Raise OpsError for a public repository on GitHub: everyone could read its logs and artifacts."""
    if found.get("repository_visibility") == "public":
        raise OpsError(
            f"{found.get('repository', 'the repository')} is public, so everyone could download the plan with its "
            "confidential values; make the repository private (docs/release-policy.md)",
            ExitCode.REFUSED,
        )


def _require_ids(found: Mapping[str, Any], repository_id: int | None) -> None:
    """Raise OpsError if the subject contains the repository's ID, and the trust policy does not: AWS says no more."""
    if repository_id is None and "@" in str(found.get("sub")):
        raise OpsError(
            "the repository's tokens contain IDs, so AWS rejects them; write in the `github` block of each environment "
            f"owner_id = {found.get('repository_owner_id')} and repository_id = {found.get('repository_id')}, then run "
            "make bootstrap",
            ExitCode.BOOTSTRAP_FIRST,
        )
