"""Names of the roles by which the pipeline comes into an account. Pure: the commands know them too."""

from typing import Literal

from modules.foundation.names import Names

#: The name of what an account has only one of, where an environment's name would stand.
ACCOUNT = "account"
Right = Literal["plan", "apply"]


def role_name(names: Names, env: str, right: Right) -> str:
    """Return the name of the role that may plan, or apply, one environment; `names` are the account's."""
    return names.role(f"{env}-{right}")


def role_arn(names: Names, env: str, right: Right) -> str:
    """Return that role's ARN."""
    return f"arn:aws:iam::{names.account_id}:role/{role_name(names, env, right)}"
