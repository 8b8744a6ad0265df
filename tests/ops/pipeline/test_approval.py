"""The approval of an apply on GitHub: the environment's required reviewers."""

from collections.abc import Iterator
from typing import Any

import pytest

from ops.errors import ExitCode, OpsError
from ops.pipeline.approval import require_approval
from tests.support.github_server import GithubServer, github_server


@pytest.fixture
def github() -> Iterator[GithubServer]:
    with github_server() as server:
        yield server


def variables(github: GithubServer) -> dict[str, str]:
    return {
        **github.token_variables,
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "agora/infrastructure",
        "GITHUB_TOKEN": "token",
    }


def test_environment_with_a_reviewer_is_accepted(github: GithubServer) -> None:
    require_approval("prod", variables(github))
    assert github.paths == ["/repos/agora/infrastructure/environments/prod"]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"protection_rules": []},
        {"protection_rules": [{"type": "branch_policy"}, {"type": "wait_timer", "wait_timer": 30}]},
        {"protection_rules": [{"type": "required_reviewers", "reviewers": []}]},
    ],
)
def test_environment_without_reviewers_is_refused(github: GithubServer, environment: dict[str, Any]) -> None:
    github.environment = environment
    with pytest.raises(OpsError, match="the environment prod of agora/infrastructure has no required revi") as error:
        require_approval("prod", variables(github))
    assert error.value.code == ExitCode.REFUSED


def test_answer_without_permission_is_an_error(github: GithubServer) -> None:
    github.environment = None
    with pytest.raises(OpsError, match=r"HTTP 404 .*actions: read") as error:
        require_approval("prod", variables(github))
    assert error.value.code == ExitCode.REFUSED


def test_person_in_a_shell_needs_no_environment() -> None:
    require_approval("prod", {})
