"""`.gitlab-ci.yml`: the committed file is current, and its jobs have only the permissions they need."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.environment_files import load
from ops.pipeline.gitlab import FILE, NIGHTLY, WEEKLY, pipeline
from ops.pipeline.release_policy import CANDIDATE_TAG, RELEASE_TAG
from ops.pipeline.touched import touched
from ops.workspace import PROJECT

STATES = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def text() -> str:
    environments = [file.settings for file in load(PROJECT / "envs").values()]
    return pipeline(environments, touched(environments, Path("envs")))


@pytest.fixture(scope="module")
def jobs(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def test_committed_file_is_current(text: str) -> None:
    assert (PROJECT / FILE).read_text() == text, "run `make pipeline`"


@pytest.mark.parametrize("name", STATES)
def test_jobs_of_one_state_share_a_resource_group(name: str, jobs: dict[str, Any]) -> None:
    plan, apply = jobs[f"plan:{name}"], jobs[f"apply:{name}"]
    assert plan["resource_group"] == apply["resource_group"] == name
    assert plan["interruptible"] is True
    assert apply.get("interruptible", jobs["default"]["interruptible"]) is False
    assert apply["needs"] == [{"job": f"plan:{name}", "artifacts": True}]
    assert plan["environment"]["action"] == "prepare"


@pytest.mark.parametrize("name", STATES)
def test_apply_timeout_allows_node_replacement(name: str, jobs: dict[str, Any]) -> None:
    # Without a timeout, GitLab ends a job after the project's default of an hour, and tokens expire after 5 minutes.
    assert jobs[f"apply:{name}"]["timeout"] == "3h"
    assert jobs[f"plan:{name}"]["timeout"] == jobs[f"drift:{name}"]["timeout"] == "1h"


@pytest.mark.parametrize("name", STATES)
def test_apply_job_is_manual_and_uses_its_own_plan(name: str, jobs: dict[str, Any]) -> None:
    for rule in jobs[f"apply:{name}"]["rules"]:
        assert rule["when"] == "manual"
        assert "merge_request" not in rule["if"]
        assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"] or "$CI_COMMIT_TAG" in rule["if"]
    planned = [rule for rule in jobs[f"plan:{name}"]["rules"] if "merge_request" not in rule["if"]]
    assert [{**rule, "when": "manual"} for rule in planned] == jobs[f"apply:{name}"]["rules"]


@pytest.mark.parametrize("name", STATES)
def test_artifacts_are_private_and_expire(name: str, jobs: dict[str, Any]) -> None:
    artifacts = jobs[f"plan:{name}"]["artifacts"]
    assert artifacts["access"] == "developer"
    assert artifacts["expire_in"] == "3 days"
    assert artifacts["reports"] == {"terraform": f"build/ci/{name}/terraform-report.json"}


@pytest.mark.parametrize("name", STATES)
def test_plan_is_posted_even_if_the_guard_refuses_it(name: str, jobs: dict[str, Any]) -> None:
    # GitLab runs `after_script` after a failed `script`, and ignores its exit code.
    assert jobs[f"plan:{name}"]["after_script"] == [f".venv/bin/python -m ops ci note --env {name}"]
    assert "after_script" not in jobs[f"apply:{name}"]


def test_jobs_have_no_access_keys(text: str, jobs: dict[str, Any]) -> None:
    assert "AWS_ACCESS_KEY" not in text
    for name in STATES:
        for job in ("plan", "apply", "drift"):
            assert jobs[f"{job}:{name}"]["id_tokens"] == {"AWS_ID_TOKEN": {"aud": "https://gitlab.com"}}


def test_merge_request_previews_only_allowed_environments(jobs: dict[str, Any]) -> None:
    previews = {
        name: [rule["changes"]["compare_to"] for rule in jobs[f"plan:{name}"]["rules"] if "merge_request" in rule["if"]]
        for name in STATES
    }
    assert previews == {"dev": ["refs/heads/main"], "staging": ["refs/heads/main"], "prod": []}


@pytest.mark.parametrize(
    ("tag", "release", "candidate"),
    [
        ("v1.4.2", True, False),
        ("v0.10.0", True, False),
        ("v1.4.2-rc.1", False, True),
        ("v1.4.2-rc.01", False, False),
        ("v01.4.2", False, False),
        ("v1.4", False, False),
        ("1.4.2", False, False),
        ("v1.4.2-beta", False, False),
        ("vx1.4.2", False, False),
    ],
)
def test_tags(tag: str, release: bool, candidate: bool, jobs: dict[str, Any]) -> None:
    assert bool(re.search(RELEASE_TAG, tag)) is release
    assert bool(re.search(CANDIDATE_TAG, tag)) is candidate
    assert RELEASE_TAG in jobs["apply:prod"]["rules"][0]["if"]
    assert CANDIDATE_TAG in jobs["apply:staging"]["rules"][0]["if"]


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_only_protected_tags_are_applied(name: str, jobs: dict[str, Any]) -> None:
    (rule,) = jobs[f"apply:{name}"]["rules"]
    assert '$CI_COMMIT_REF_PROTECTED == "true"' in rule["if"]


def test_drift_runs_only_on_the_nightly_schedule(jobs: dict[str, Any]) -> None:
    for name in STATES:
        assert jobs[f"drift:{name}"]["rules"] == [{"if": NIGHTLY}]
        for job in ("plan", "apply"):
            for rule in jobs[f"{job}:{name}"]["rules"]:
                assert "CI_COMMIT_BRANCH" not in rule["if"] or '!= "schedule"' in rule["if"]


def test_exit_runs_only_on_the_weekly_schedule(jobs: dict[str, Any]) -> None:
    assert jobs["exit"]["script"] == ["make exit"]
    assert jobs["exit"]["rules"] == [{"if": WEEKLY}]
    assert '!= "schedule"' in jobs["check"]["rules"][1]["if"]
