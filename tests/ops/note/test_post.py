"""Posting: one note per environment, updated in place, with nothing for forks, and no token in any message."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.note.api import TryAgainError
from ops.note.post import ATTEMPTS, post, request_of, summaries
from ops.note.server import Server
from tests.ops.note.servers import TOKEN, FakeServer, note, running

MARKER = "<!-- groundwork: plan of prod -->"
SERVER = Server(job="https://ci.example/jobs/1", head="f" * 40)
GITLAB_NOTES = "/api/v4/projects/5/merge_requests/3/notes"
GITHUB_COMMENTS = "/repos/owner/name/issues/3/comments"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


def gitlab(server: FakeServer, **more: str) -> dict[str, str]:
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": f"{server.url}/api/v4",
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
        "GROUNDWORK_NOTE_TOKEN": TOKEN,
        **more,
    }


def github(server: FakeServer, folder: Path, source: Any = "owner/name", **more: str) -> dict[str, str]:
    event = folder / "event.json"
    head = {"sha": "f" * 40, "repo": {"full_name": source} if source else None}
    event.write_text(json.dumps({"pull_request": {"number": 3, "head": head}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_TOKEN": TOKEN,
        **more,
    }


@pytest.fixture(params=["gitlab", "github"])
def variables(request: pytest.FixtureRequest, server: FakeServer, tmp_path: Path) -> dict[str, str]:
    return gitlab(server) if request.param == "gitlab" else github(server, tmp_path)


def posted(variables: dict[str, str], summary: str | None = "the plan") -> str:
    request = request_of(variables)
    assert not isinstance(request, str)
    return post(request, "prod", summary, SERVER, wait=lambda _: None)


def test_note_is_created_and_then_updated_in_place(server: FakeServer, variables: dict[str, str]) -> None:
    assert posted(variables, "first").startswith("prod: note created on ")
    assert posted(variables, "second").startswith("prod: note updated on ")
    assert [each["body"] for each in server.notes] == [f"{MARKER}\nsecond"]


def test_gitlab_requests(server: FakeServer) -> None:
    posted(gitlab(server))
    posted(gitlab(server))
    assert server.changes() == [("POST", GITLAB_NOTES), ("PUT", f"{GITLAB_NOTES}/1")]
    assert {each.headers["private-token"] for each in server.requests} == {TOKEN}
    assert all("authorization" not in each.headers for each in server.requests)
    assert [each.body for each in server.requests if each.body] == [{"body": f"{MARKER}\nthe plan"}] * 2


def test_github_requests(server: FakeServer, tmp_path: Path) -> None:
    posted(github(server, tmp_path))
    posted(github(server, tmp_path))
    assert server.changes() == [("POST", GITHUB_COMMENTS), ("PATCH", "/repos/owner/name/issues/comments/1")]
    for each in server.requests:
        assert each.headers["authorization"] == f"Bearer {TOKEN}"
        assert each.headers["accept"] == "application/vnd.github+json"
        assert each.headers["x-github-api-version"] == "2022-11-28"


def test_own_note_is_found_behind_many_others(server: FakeServer, variables: dict[str, str]) -> None:
    server.notes = [note(number, "looks good", ours=False) for number in range(1, 251)]
    server.notes += [note(251, f"{MARKER}\nold")]
    posted(variables)
    assert server.notes[250]["body"] == f"{MARKER}\nthe plan"
    assert len(server.notes) == 251


def test_note_of_a_person_or_of_another_environment_is_not_updated(
    server: FakeServer, variables: dict[str, str]
) -> None:
    others = [note(1, f"{MARKER}\nquoted", ours=False), note(2, f"> {MARKER}"), note(3, MARKER.replace("prod", "dev"))]
    server.notes = [dict(each) for each in others]
    assert "created" in posted(variables)
    assert server.notes[:3] == others


def test_merge_request_of_fork_gets_no_note(server: FakeServer, tmp_path: Path) -> None:
    own_pipeline = gitlab(server, CI_MERGE_REQUEST_SOURCE_PROJECT_ID="6")
    pipeline_of_fork = {**own_pipeline, "CI_PROJECT_ID": "6"}
    for variables in (own_pipeline, pipeline_of_fork):
        assert request_of(variables) == "the merge request comes from a fork; nothing is posted"
    for source in ("somebody/name", None):  # without a repository if the fork was deleted
        found = request_of(github(server, tmp_path, source=source))
        assert found == "the pull request comes from a fork; nothing is posted"
    assert server.requests == []


def test_without_token_the_message_says_what_to_set(server: FakeServer, tmp_path: Path) -> None:
    without_token = request_of(gitlab(server, GROUNDWORK_NOTE_TOKEN="", CI_JOB_TOKEN="job"))
    assert isinstance(without_token, str) and "GROUNDWORK_NOTE_TOKEN, a project access token" in without_token
    without_token = request_of(github(server, tmp_path, GITHUB_TOKEN=""))
    assert isinstance(without_token, str) and "GITHUB_TOKEN: ${{ github.token }}" in without_token
    assert server.requests == []


def test_other_jobs_post_nothing(server: FakeServer, tmp_path: Path) -> None:
    push = tmp_path / "push.json"
    push.write_text('{"ref": "refs/heads/main"}')
    for variables in (
        gitlab(server, CI_MERGE_REQUEST_IID=""),
        github(server, tmp_path, GITHUB_EVENT_PATH=str(push)),
        github(server, tmp_path, GITHUB_EVENT_PATH=str(tmp_path / "missing")),
        {},
    ):
        found = request_of(variables)
        assert isinstance(found, str) and found.endswith("nothing is posted")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_failure_of_server_is_tried_again(status: int, server: FakeServer, variables: dict[str, str]) -> None:
    server.failures = [(status, {}, "later")] * (ATTEMPTS - 1)
    assert "created" in posted(variables)


def test_server_decides_how_long_to_wait(server: FakeServer, variables: dict[str, str]) -> None:
    server.failures = [(429, {"Retry-After": "7"}, ""), (403, {"Retry-After": "9000"}, ""), (502, {}, "")]
    waits: list[float] = []
    request = request_of(variables)
    assert not isinstance(request, str)
    post(request, "prod", "the plan", SERVER, wait=waits.append)
    assert waits == [7.0, 60.0, 8.0]


def test_note_that_was_created_before_a_failure_is_not_created_twice(
    server: FakeServer, variables: dict[str, str]
) -> None:
    server.fails_after_create = 1
    assert "updated" in posted(variables)
    assert len(server.notes) == 1


def test_lasting_failure_names_the_url(server: FakeServer, variables: dict[str, str]) -> None:
    server.failures = [(503, {}, "down for maintenance")] * ATTEMPTS
    with pytest.raises(
        TryAgainError, match=r"GET http://127\.0\.0\.1.*HTTP 503 down for maintenance; run the job again"
    ) as error:
        posted(variables)
    assert error.value.code == ExitCode.UNAVAILABLE


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refused_token_names_the_remedy_and_not_the_token(
    status: int, server: FakeServer, variables: dict[str, str]
) -> None:
    server.failures = [(status, {}, json.dumps({"message": f"the token {TOKEN} is invalid"}))]
    with pytest.raises(OpsError, match=f"HTTP {status}") as error:
        posted(variables)
    assert error.value.code == ExitCode.REFUSED
    assert TOKEN not in str(error.value) and "***" in str(error.value)
    assert "docs/runbooks/plan.md" in str(error.value)


def test_token_is_not_sent_to_another_address(server: FakeServer, variables: dict[str, str]) -> None:
    with running() as other:
        server.failures = [(302, {"Location": f"{other.url}/x"}, "")]
        with pytest.raises(OpsError, match="HTTP 302"):
            posted(variables)
        assert other.requests == []


def test_unreachable_server_is_an_error_without_traceback(server: FakeServer) -> None:
    with pytest.raises(TryAgainError, match="run the job again"):
        posted(gitlab(server, CI_API_V4_URL="http://127.0.0.1:1/api/v4"))


def test_response_that_is_not_json_is_an_error(server: FakeServer, variables: dict[str, str]) -> None:
    server.failures = [(200, {}, "<html>")]
    with pytest.raises(OpsError, match="the response is not JSON"):
        posted(variables)


def test_failed_plan_replaces_the_note_of_an_older_commit(server: FakeServer, variables: dict[str, str]) -> None:
    assert "there is no plan, and no note" in posted(variables, None)
    assert server.notes == []
    posted(variables)
    assert "updated" in posted(variables, None)
    text = "Planning commit `ffffffffffff` failed. [Its job](https://ci.example/jobs/1) says why."
    assert text in server.notes[0]["body"]


def test_summaries_of_named_environments_or_all(tmp_path: Path) -> None:
    for env in ("dev", "prod"):
        (tmp_path / env).mkdir()
        (tmp_path / env / "summary.md").write_text(f"plan of {env}")
    (tmp_path / "staging").mkdir()
    assert summaries(tmp_path, []) == {"dev": "plan of dev", "prod": "plan of prod"}
    assert summaries(tmp_path, ["prod", "staging"]) == {"prod": "plan of prod", "staging": None}


def test_command_posts_each_summary(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for env in ("dev", "prod"):
        (tmp_path / "ci" / env).mkdir(parents=True)
        (tmp_path / "ci" / env / "summary.md").write_text(f"plan of {env}")
    for name, value in gitlab(server, GROUNDWORK_BUILD=str(tmp_path)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    result = CliRunner().invoke(app, ["ci", "note"])
    assert result.exit_code == 0, result.output
    assert result.stdout == "dev: note created on merge request !3\nprod: note created on merge request !3\n"
    assert [each["body"] for each in server.notes] == [
        f"<!-- groundwork: plan of {env} -->\nplan of {env}" for env in ("dev", "prod")
    ]


def test_command_outside_ci_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(app, ["ci", "note", "--env", "prod"])
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "nothing is posted" in result.stderr
