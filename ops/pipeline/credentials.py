"""The pipeline's credentials: GitLab's ID token for one of the two roles of a state, and no long-term keys."""

import base64
import json
import os
import tempfile
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from modules.delivery.pipeline.role_names import Right, role_arn
from modules.environment import Environment
from ops.errors import ExitCode, OpsError

#: The variable in which `.gitlab-ci.yml` requests the token (`id_tokens`).
TOKEN_VARIABLE = "AWS_ID_TOKEN"


def use_role(settings: Environment, right: Right, environment: MutableMapping[str, str] = os.environ) -> None:
    """Make Terraform and boto3 assume the state's role with the job's token, or the shell's credentials without one.

    Both read these variables themselves ("AWS SDKs and Tools, Assume role with web identity"), and assume the role
    again with the same token when a session expires: the token is valid until the job's timeout.

    Raises OpsError for an apply from a ref that is not protected.
    """
    token = environment.get(TOKEN_VARIABLE)
    if not token:
        return
    if right == "apply":
        _require_protected_ref(claims(token))
    handle, path = tempfile.mkstemp(prefix="groundwork-token-")
    os.close(handle)
    Path(path).write_text(token)
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = path
    environment["AWS_ROLE_ARN"] = role_arn(settings.account_names, settings.name, right)
    # CloudTrail then shows the job.
    environment["AWS_ROLE_SESSION_NAME"] = f"gitlab-{environment.get('CI_JOB_ID', 'job')}"


def claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a token, whose signature AWS verifies. Raises OpsError if it is not a JSON Web Token."""
    try:
        payload = token.split(".")[1]
        found: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise OpsError(
            f"{TOKEN_VARIABLE} is not an ID token of GitLab; regenerate .gitlab-ci.yml: make pipeline",
            ExitCode.REFUSED,
        )
    return found


def _require_protected_ref(found: Mapping[str, Any]) -> None:
    """Raise OpsError for an apply from a ref that is not protected, which anyone with push access can create.

    AWS cannot check this: it compares `sub`, which contains only the project, the ref type, and the ref ("OpenID
    Connect (OIDC) Authentication Using ID Tokens", https://docs.gitlab.com/ci/secrets/id_token_authentication/).
    """
    if str(found.get("ref_protected")).lower() != "true":
        ref, project = found.get("ref", "this ref"), found.get("project_path", "the project")
        raise OpsError(
            f"{ref} is not protected in {project}: anyone with push access could apply from such a ref. Protect it in "
            "GitLab (Settings, Repository, Protected branches or Protected tags), then push or tag again",
            ExitCode.REFUSED,
        )
