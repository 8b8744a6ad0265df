"""What people can be allowed to do, and the names of their roles."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from modules.foundation.names import POLICY_NAME_LIMIT, Names

Right = Literal["read", "operate", "administer"]
#: From the least to the most; a right includes those before it.
RIGHTS: Sequence[Right] = get_args(Right)
BREAK_GLASS = "people-break-glass"
#: The AWS managed policy of each role: [AWS managed policies for job functions]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html).
MANAGED_POLICIES: Mapping[Right, str] = {
    "read": "ReadOnlyAccess",
    "operate": "ReadOnlyAccess",
    "administer": "AdministratorAccess",
}
#: The name of the inline policies.
POLICY_NAME = "people"


def includes(right: Right, other: Right) -> bool:
    """Return whether who has a right may also assume the role of another."""
    return RIGHTS.index(right) >= RIGHTS.index(other)


def role_purpose(env: str, right: Right) -> str:
    """Return the purpose in the role's name."""
    return f"people-{env}-{right}"


def role_name(names: Names, env: str, right: Right) -> str:
    """Return the name of the role for an environment; `names` are the account's."""
    return names.role(role_purpose(env, right))


def break_glass_name(names: Names) -> str:
    """Return the name of the role for emergencies; `names` are the account's."""
    return names.role(BREAK_GLASS)


def boundary_name(names: Names, env: str) -> str:
    """Return the name of the permissions boundary of an environment's roles; `names` are the account's.

    It does not end in `-boundary` as those of the pipeline's environments do, which could have the same name.
    """
    return names.of(f"people-{env}", POLICY_NAME_LIMIT)


def arn_of(names: Names, kind: str, name: str) -> str:
    """Return the ARN of an object in IAM, for example a role."""
    return f"arn:aws:iam::{names.account_id}:{kind}/{name}"
