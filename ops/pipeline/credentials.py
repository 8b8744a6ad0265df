"""The pipeline's credentials: GitLab's signed token for one of the two roles of a state, and no key anywhere."""

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from modules.delivery.role_names import ACCOUNT, Right, role_arn
from modules.environment import Environment
from modules.foundation.names import Names

#: What `.gitlab-ci.yml` asks GitLab for (`id_tokens`).
TOKEN_VARIABLE = "AWS_ID_TOKEN"


def use_role(settings: Environment, right: Right, environment: MutableMapping[str, str] = os.environ) -> None:
    """Let Terraform and boto3 take the state's role by the job's token; without one they use what the shell has.

    Both read these variables by themselves ("AWS SDKs and Tools, Assume role with web identity").
    """
    token = environment.get(TOKEN_VARIABLE)
    if not token:
        return
    names = Names(settings.product, ACCOUNT, settings.account_id, settings.state_region)
    handle, path = tempfile.mkstemp(prefix="groundwork-token-")
    os.close(handle)
    Path(path).write_text(token)
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = path
    environment["AWS_ROLE_ARN"] = role_arn(names, settings.name, right)
    # CloudTrail then tells which job did it.
    environment["AWS_ROLE_SESSION_NAME"] = f"gitlab-{environment.get('CI_JOB_ID', 'job')}"
