"""The rights that an environment needs, compared with those of the account's roles before anything is planned.

The apply role's rights follow from the environment file, and only a person changes them, with `make bootstrap`. A plan
that needs more than the role has would otherwise end in the middle of the apply, with AccessDenied.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from iam.comparison import Grant, beyond, grants
from iam.evaluation import Statement, listed, statements
from modules.delivery.pipeline.role_names import rights_name, role_name
from modules.environment_files import EnvironmentFile
from modules.foundation.names import account_stack_name
from ops.errors import ExitCode, OpsError
from ops.target import Target
from ops.workspace import stack_folder

#: The most actions that an error names.
MOST_NAMED = 5


@dataclass(frozen=True)
class Rights:
    """The policies of an environment's apply role, and the permissions boundary of the roles that it creates."""

    role: list[Statement]
    boundary: list[Statement]

    def missing(self, needed: "Rights") -> list[str]:
        """Return the actions that are needed and not in these rights."""
        lost = [*_missing(self.role, needed.role), *_missing(self.boundary, needed.boundary)]
        return sorted({action for grant in lost for action in _written(grant)})


def require_rights(target: Target, file: EnvironmentFile) -> None:
    """Raise OpsError if the account's roles lack what the synthesized environment needs.

    An environment without a `pipeline` block needs nothing.
    """
    settings = file.settings
    if not settings.pipeline:
        return
    folder = stack_folder(target.output, account_stack_name(settings.account_id))
    needed = needed_rights(json.loads((folder / "cdk.tf.json").read_text()), file)
    session: Any = target.session(settings.account_id)
    actual = actual_rights(session.client("iam", region_name=settings.state_region), file)
    missing = actual.missing(needed)
    if missing:
        raise OpsError(_message(file, missing), ExitCode.BOOTSTRAP_FIRST)


def needed_rights(account: Mapping[str, Any], file: EnvironmentFile) -> Rights:
    """Return the rights of an environment in its account's synthesized stack."""
    role = role_name(file.settings.account_names, file.settings.name, "apply")
    resources = account["resource"]
    policies = {each["name"]: each for name, each in resources["aws_iam_policy"].items() if name != "//"}
    boundary = policies.pop(file.settings.names.boundary_name)
    address = next(name for name, each in resources["aws_iam_role"].items() if name != "//" and each["name"] == role)
    own = [policies[name] for name in _managed_policies(file) if name in policies]
    documents = [resources["aws_iam_role_policy"][address]["policy"], *(each["policy"] for each in own)]
    return Rights([each for text in documents for each in statements(text)], list(statements(boundary["policy"])))


def _managed_policies(file: EnvironmentFile) -> list[str]:
    """Return the names of the managed policies of the apply role, of which an account may have fewer."""
    return [rights_name(file.settings.account_names, file.settings.name, number) for number in range(1, 21)]


def actual_rights(iam: Any, file: EnvironmentFile) -> Rights:
    """Return the rights of an environment in its account; none if it is not bootstrapped."""
    names = file.settings.names
    role = role_name(file.settings.account_names, file.settings.name, "apply")
    try:
        return Rights(list(_role_statements(iam, role)), list(_policy(iam, str(names.boundary_arn))))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return Rights([], [])


def _role_statements(iam: Any, role: str) -> Iterator[Statement]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from statements(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        yield from _policy(iam, attached["PolicyArn"])


def _policy(iam: Any, arn: str) -> Iterator[Statement]:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    yield from statements(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _missing(actual: Iterable[Statement], needed: Iterable[Statement]) -> list[Grant]:
    there = grants(actual, "Allow")
    # Usually all are the same, which is found much faster than what covers each.
    same = {(each.action, each.resource, each.lines) for each in there}
    others = [each for each in grants(needed, "Allow") if (each.action, each.resource, each.lines) not in same]
    return beyond(others, there)


def _written(grant: Grant) -> list[str]:
    """Return the actions of a grant as its statement writes them; a grant has them in lowercase."""
    actions = listed(grant.statement.get("Action", grant.statement.get("NotAction", [])))
    return [each for each in actions if each.lower() in grant.action.patterns]


def _message(file: EnvironmentFile, missing: list[str]) -> str:
    env, more = file.settings.name, len(missing) - MOST_NAMED
    named = ", ".join(missing[:MOST_NAMED]) + (f", and {more} more" if more > 0 else "")
    return (
        f"{file.place('pipeline')}: the roles of {env}'s pipeline lack what this environment needs ({named}); "
        f"somebody with administrator permissions in account {file.settings.account_id} runs this first: "
        f"make bootstrap ENV={env}"
    )
