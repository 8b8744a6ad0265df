"""A second bootstrap of an account changes nothing.

Runs after the checks of requests, whose file name sorts before this one: these requests are those of a person, not of
the pipeline's roles.
"""

from collections.abc import Mapping

import pytest

from modules.environment_files import EnvironmentFile
from ops.bootstrap import bootstrap
from ops.target import Target
from tests.local.applied import Applied


@pytest.mark.parametrize("name", ["prod", "events"])
def test_second_bootstrap_changes_nothing(
    name: str, applied: Mapping[str, Applied], bootstrapped: Mapping[str, tuple[EnvironmentFile, Target]]
) -> None:
    file, administrator = bootstrapped[name]
    bootstrap(administrator, file.settings.account_id, name, agreed=_unexpected)


def _unexpected(_: object) -> bool:
    raise AssertionError("the second plan of the bootstrap is not empty")
