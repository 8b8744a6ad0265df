"""The table of people, as roles that must be in AWS."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iam.evaluation import listed, statements
from modules.account.notify.keys.events import event_regions
from modules.account.people.keys.rights import (
    MANAGED_POLICIES,
    POLICY_NAME,
    Right,
    arn_of,
    boundary_name,
    break_glass_name,
    role_name,
)
from modules.account.people.keys.trust import trust_policy
from modules.account.people.settings import PeopleSettings
from modules.environment import Environment
from modules.environment_files import EnvironmentFile
from modules.foundation.names import Names
from modules.foundation.policies import as_sent, aws_policy
from ops.errors import ExitCode, OpsError


@dataclass(frozen=True)
class ExpectedRole:
    """A role of people, as the account file describes it."""

    name: str
    right: str
    """read, operate, administer, or break_glass."""
    people: Mapping[str, str]
    """User names by label."""
    directly: Sequence[str]
    """The labels of those whose right it is; others have a higher one."""
    trust_policy: Mapping[str, Any]
    managed_policies: frozenset[str]
    inline_policies: frozenset[str]
    boundary: str | None
    session_seconds: int


@dataclass(frozen=True)
class Table:
    """The roles with which people use an environment, and what else the account may have."""

    env: str
    file: str
    """The account file."""
    roles: Sequence[ExpectedRole]
    prefix: str
    """What the names of all roles of people begin with, those of the account's other environments too."""
    all_roles: frozenset[str]
    users: frozenset[str]
    """The names of the IAM users that the account may have."""


def expected_roles(file: EnvironmentFile, environments: Sequence[Environment]) -> Table:
    """Return the table for an environment, among those of the folder. Raises OpsError if there is none."""
    account = file.account
    people = account.settings.people if account else None
    if account is None or people is None:
        raise OpsError(
            f"no account file has a people block for account {file.settings.account_id}; write one into "
            "envs/accounts (docs/runbooks/people.md)",
            ExitCode.REFUSED,
        )
    names, env = file.settings.account_names, file.settings.name
    own = [each for each in environments if each.account_id == names.account_id]
    roles = [_role(names, people, env, right) for each, right in people.roles() if each == env]
    if people.break_glass():
        regions = event_regions([names.region, *(each.region for each in own)])
        roles.append(_break_glass(names, people, regions))
    source = people.identity_account
    has_users = source is not None and source.account_id == names.account_id
    return Table(
        env,
        account.document.file,
        roles,
        names.of("people-"),
        frozenset(
            [
                *([break_glass_name(names)] if people.break_glass() else []),
                *(role_name(names, each, right) for each, right in people.roles()),
            ]
        ),
        frozenset(map(people.user_name, people.person) if has_users else ()),
    )


def _role(names: Names, people: PeopleSettings, env: str, right: Right) -> ExpectedRole:
    labels = people.who_may(env, right)
    return ExpectedRole(
        role_name(names, env, right),
        right,
        _users(people, labels),
        [label for label in labels if people.person[label].access[env] == right],
        _parsed(trust_policy(names, people, labels)),
        frozenset([aws_policy(MANAGED_POLICIES[right])]),
        frozenset() if right == "administer" else frozenset([POLICY_NAME]),
        arn_of(names, "policy", boundary_name(names, env)),
        people.hours(right) * 3600,
    )


def _break_glass(names: Names, people: PeopleSettings, regions: Sequence[str]) -> ExpectedRole:
    labels = people.break_glass()
    return ExpectedRole(
        break_glass_name(names),
        "break_glass",
        _users(people, labels),
        labels,
        _parsed(trust_policy(names, people, labels, regions=regions)),
        frozenset([aws_policy("AdministratorAccess")]),
        frozenset([POLICY_NAME]),
        None,
        3600,
    )


def _users(people: PeopleSettings, labels: Sequence[str]) -> Mapping[str, str]:
    return {label: people.user_name(label) for label in labels}


def _parsed(policy: str) -> Mapping[str, Any]:
    """Return the policy as AWS has it."""
    found: Mapping[str, Any] = json.loads(as_sent(policy))
    return found


def trusted(policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield whom a trust policy trusts: user names of IAM Identity Center, or ARNs and IDs of other principals."""
    for statement in statements(policy):
        users = statement.get("Condition", {}).get("StringLike", {}).get("aws:userid")
        if users is not None:
            yield from (each.removeprefix("*:") for each in listed(users))
            continue
        principal = statement.get("Principal", {})
        kinds = principal.values() if isinstance(principal, Mapping) else [principal]
        yield from (each for values in kinds for each in listed(values))


def normalized(value: Any) -> Any:
    """Return a policy with every value as a sorted list: IAM returns a list of one value as the value."""
    if isinstance(value, Mapping):
        return {key: normalized(each) for key, each in value.items()}
    values = value if isinstance(value, list | tuple) else [value]
    found = [normalized(each) if isinstance(each, Mapping) else str(each) for each in values]
    return sorted(found, key=json.dumps)
