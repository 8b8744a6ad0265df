"""Names of the roles that the pipeline assumes in an account. Pure, since the commands use them too."""

from typing import Literal

from modules.foundation.names import POLICY_NAME_LIMIT, Names

Right = Literal["plan", "apply"]


def role_name(names: Names, env: str, right: Right) -> str:
    """Return the name of the role that may plan or apply one environment; `names` are the account's."""
    return names.role(f"{env}-{right}")


def role_arn(names: Names, env: str, right: Right) -> str:
    """Return the ARN of that role."""
    return f"arn:aws:iam::{names.account_id}:role/{role_name(names, env, right)}"


def application_role(kind: str, name: str, verb: str) -> str:
    """Return the purpose of the role with which a pipeline changes a block: `service-api-deploy`."""
    return f"{kind}-{name}-{verb}"


def application_role_arn(names: Names, kind: str, name: str, verb: str) -> str:
    """Return the ARN of that role; `names` are the environment's."""
    return f"arn:aws:iam::{names.account_id}:role/{names.role(application_role(kind, name, verb))}"


def rights_name(names: Names, env: str, number: int) -> str:
    """Return the name of a managed policy of the apply role; `names` are the account's."""
    return names.of(f"{env}-apply-{number}", POLICY_NAME_LIMIT)
