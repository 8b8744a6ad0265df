"""The pipeline's roles of an environment, with which its own Terraform runs here as in its jobs.

A job's web identity is a token; the embedded AWS accepts any, since it does not check trust policies.
"""

from dataclasses import replace

from modules.delivery.pipeline.role_names import Right, role_arn
from modules.environment_files import EnvironmentFile
from ops.target import Target

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def with_role(target: Target, file: EnvironmentFile, right: Right) -> Target:
    """Return the target with the credentials of a role of the pipeline; the target itself without a pipeline."""
    settings = file.settings
    if not settings.pipeline:
        return target
    token = target.workspace.build / "token"
    token.parent.mkdir(parents=True, exist_ok=True)
    token.write_text("token")
    role = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_ARN": role_arn(settings.account_names, settings.name, right),
        "AWS_ROLE_SESSION_NAME": right,
    }
    environments = [
        {name: value for name, value in each.items() if name not in _KEYS} | role
        for each in (target.environment, target.init_environment)
    ]
    return replace(target, environment=environments[0], init_environment=environments[1], local_role=None)
