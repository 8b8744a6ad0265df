"""Links to the CI server, by its variables."""

import json
from pathlib import Path

from ops.note.server import append_to_step_summary, server_of


def test_gitlab() -> None:
    server = server_of(
        environment={
            "GITLAB_CI": "true",
            "CI_PROJECT_URL": "https://gitlab.example/group/project",
            "CI_COMMIT_SHA": "merged",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "pushed",
            "CI_JOB_URL": "https://gitlab.example/group/project/-/jobs/7",
        }
    )
    assert server.link("envs/prod.hcl", 240) == "https://gitlab.example/group/project/-/blob/merged/envs/prod.hcl#L240"
    assert (server.head, server.job) == ("pushed", "https://gitlab.example/group/project/-/jobs/7")


def test_github(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": "pushed"}}}))
    server = server_of(
        environment={
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_SHA": "merged",
            "GITHUB_RUN_ID": "9",
            "GITHUB_EVENT_PATH": str(event),
        }
    )
    assert server.link("envs/a b.hcl", 1) == "https://github.example/owner/name/blob/merged/envs/a%20b.hcl#L1"
    assert (server.head, server.job) == ("pushed", "https://github.example/owner/name/actions/runs/9")


def test_outside_ci_nothing_is_linked() -> None:
    server = server_of("abc", {})
    assert (server.link("envs/prod.hcl", 1), server.head, server.job) == ("", "abc", "")


def test_file_outside_the_repository_is_not_linked() -> None:
    server = server_of(environment={"GITLAB_CI": "true", "CI_PROJECT_URL": "https://x", "CI_COMMIT_SHA": "c"})
    assert server.link("/tmp/prod.hcl", 1) == server.link("../prod.hcl", 1) == ""


def test_step_summary_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    for text in ("one", "two"):
        append_to_step_summary(text, {"GITHUB_STEP_SUMMARY": str(path)})
    append_to_step_summary("three", {})
    assert path.read_text() == "one\ntwo\n"
