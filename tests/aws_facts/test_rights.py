"""The table of rights: complete for every type of the environments, and current with CloudFormation's schemas."""

import re
from pathlib import Path

import pytest

from modules.delivery.pipeline.rights.table import TypeRights, known_types, requested, supplements
from modules.foundation.names import is_account_stack
from ops.workspace import PROJECT
from tests.aws_facts.iam_actions import canonical
from tests.aws_facts.updates import NAMES, updates
from tests.conftest import FURTHER, REFERENCE

#: Types outside modules/account that only the stacks of accounts have, which a person applies.
OF_ACCOUNTS = {"aws_iam_policy", "aws_iam_service_linked_role"}
#: Types that no request is sent for.
WITHOUT_REQUESTS = {"terraform_data"}


@pytest.mark.parametrize("folder", [REFERENCE, FURTHER], ids=lambda folder: folder.name)
def test_every_type_of_the_environments_has_rights(folder: Path) -> None:
    lists = [path for path in (folder / "addresses").glob("*.txt") if not is_account_stack(path.stem)]
    types = {address.partition(".")[0] for path in lists for address in path.read_text().split()}
    assert types - known_types() - WITHOUT_REQUESTS == set(), "run `make rights`"


def test_every_type_that_modules_create_has_rights() -> None:
    imported = re.compile(r"from cdktf_cdktf_provider_aws\.(?!data_aws_|provider )(\w+) import")
    files = (path for path in (PROJECT / "modules").rglob("*.py") if "account" not in path.parts)
    types = {f"aws_{name}" for path in files for name in imported.findall(path.read_text())}
    assert types - known_types() == OF_ACCOUNTS


def test_actions_of_updates_are_those_of_cloudformations_schemas() -> None:
    for name, row in requested().items():
        assert list(row.update) == updates(name, row.create), f"{name}: run `make rights`"


def test_every_action_exists() -> None:
    rows: list[TypeRights] = [*requested().values(), *supplements()]
    actions = {each for row in rows for each in (*row.read, *row.create, *row.update, *row.delete)}
    assert {each for each in actions if canonical(each) != each} == set()


def test_every_name_of_a_type_is_used() -> None:
    assert NAMES.keys() - requested().keys() == set()
