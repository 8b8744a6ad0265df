"""Checks of every request of the applies, second plans, and teardown against AWS's models and the pipeline's roles.

Runs after the teardown, whose file name sorts before this one.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from local_aws.requests import RecordedRequest, read
from modules.delivery.pipeline.rights.table import requested, supplements
from ops.backend import Backend
from ops.workspace import stack_folder
from tests.aws_facts.iam_actions import action_of
from tests.aws_facts.models import faults
from tests.aws_facts.pipeline_roles import plan_requests, refused, role_statements
from tests.conftest import FURTHER, REFERENCE
from tests.local.applied import Applied
from tests.support.template import Template

#: Parameters that AWS accepts although its models do not, by the start of the message.
MODEL_GAPS: Mapping[str, str] = {
    f"cognito-idp {operation}UserPoolDomain: .Domain: 'auth.archive.mobile.example' does not match": (
        'The pattern is that of a prefix; "For custom domains, this is the fully-qualified domain name" '
        "(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html)"
    )
    for operation in ("Create", "Describe", "Delete")
}
PIPELINES = [
    path.stem
    for folder in (REFERENCE, FURTHER)
    for path in sorted(folder.glob("*.hcl"))
    if "\npipeline {" in path.read_text()
]


@pytest.fixture(scope="session")
def requests(applied: Mapping[str, Applied], record: Path, bootstrap_end: int) -> list[RecordedRequest]:
    """Terraform's requests for the environments, without those for account stacks, which a person applies.

    Other tests apply stacks of other accounts.
    """
    accounts = {each.file.settings.account_id for each in applied.values()}
    first = read(record, end=bootstrap_end)
    of_accounts = {action_of(each) for each in first if each.is_terraforms} - _in_table()
    return [
        each
        for each in read(record, bootstrap_end)
        if each.is_terraforms
        and each.account in accounts
        and action_of(each) not in of_accounts
        and not _is_of_an_accounts_state(each)
    ]


def _in_table() -> set[str]:
    rows = (*requested().values(), *supplements())
    return {action for row in rows for action in (*row.read, *row.create, *row.update, *row.delete)}


def _is_of_an_accounts_state(request: RecordedRequest) -> bool:
    return request.service == "s3" and "/account/" in request.parameters.get("Key", "")


def test_request_parameters_match_the_service_models(record: Path, applied: Mapping[str, Applied]) -> None:
    found = {
        f"{each.service} {each.operation}: {fault}"
        for each in read(record)
        if each.shape is not None
        for fault in faults(each.shape, each.parameters)
    }
    assert sorted(each for each in found if not each.startswith(tuple(MODEL_GAPS))) == []


@pytest.mark.parametrize("name", PIPELINES)
def test_plan_role_allows_all_requests_of_plans(
    name: str, applied: Mapping[str, Applied], requests: list[RecordedRequest]
) -> None:
    environment = applied[name]
    backend = Backend.of(environment.terraform.folder)
    ours = [each for each in requests if each.account == backend.account_id]
    statements = role_statements(_account(environment), f"delivery_{name}_plan")
    assert len(ours) > 100
    assert refused(statements, plan_requests(ours, backend.bucket, backend.key)) == []


@pytest.mark.parametrize("name", PIPELINES)
def test_apply_role_allows_all_requests_of_applies_and_destroys(
    name: str, applied: Mapping[str, Applied], requests: list[RecordedRequest]
) -> None:
    environment = applied[name]
    ours = [each for each in requests if each.account == environment.file.settings.account_id]
    statements = role_statements(_account(environment), f"delivery_{name}_apply")
    assert refused(statements, ours) == []


def _account(environment: Applied) -> Template:
    """Return the stack of the environment's account, which creates the roles."""
    stack = f"account-{environment.file.settings.account_id}"
    return Template(stack_folder(environment.target.output, stack))


def test_table_of_rights_has_what_was_requested_and_nothing_else(requests: list[RecordedRequest]) -> None:
    made = {action_of(each) for each in requests if not _is_of_a_state(each) and each.service != "sts"}
    rows = requested().values()
    in_table = {action for row in rows for action in (*row.read, *row.create, *row.delete)}
    supplied = {action for row in supplements() for action in (*row.read, *row.create, *row.delete)}
    assert sorted(made - in_table - supplied) == [], "run `make rights`"
    assert sorted(in_table - made) == [], "run `make rights`"


def _is_of_a_state(request: RecordedRequest) -> bool:
    return request.service == "s3" and "-state-" in str(request.parameters.get("Bucket", ""))
