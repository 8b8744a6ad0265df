"""`.gitlab-ci.yml`: current, and what its jobs may do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.environment_files import load
from ops.pipeline.gitlab import CANDIDATE_TAG, FILE, RELEASE_TAG, pipeline
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


def test_the_committed_file_is_current(text: str) -> None:
    assert (PROJECT / FILE).read_text() == text, "run `make pipeline`"


@pytest.mark.parametrize("name", STATES)
def test_a_plan_and_its_apply_are_of_one_state_at_a_time(name: str, jobs: dict[str, Any]) -> None:
    plan, apply = jobs[f"plan:{name}"], jobs[f"apply:{name}"]
    assert plan["resource_group"] == apply["resource_group"] == name
    assert plan["interruptible"] is True
    assert apply.get("interruptible", jobs["default"]["interruptible"]) is False
    assert apply["needs"] == [{"job": f"plan:{name}", "artifacts": True}]
    assert plan["environment"]["action"] == "prepare"


@pytest.mark.parametrize("name", STATES)
def test_an_apply_has_time_for_nodes_to_be_replaced(name: str, jobs: dict[str, Any]) -> None:
    # Without one GitLab ends a job after the project's hour, and its token expires after five minutes.
    assert jobs[f"apply:{name}"]["timeout"] == "3h"
    assert jobs[f"plan:{name}"]["timeout"] == jobs[f"drift:{name}"]["timeout"] == "1h"


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_applied_but_by_a_person_from_its_own_pipeline(name: str, jobs: dict[str, Any]) -> None:
    for rule in jobs[f"apply:{name}"]["rules"]:
        assert rule["when"] == "manual"
        assert "merge_request" not in rule["if"]
        assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"] or "$CI_COMMIT_TAG" in rule["if"]
    planned = [rule for rule in jobs[f"plan:{name}"]["rules"] if "merge_request" not in rule["if"]]
    assert [{**rule, "when": "manual"} for rule in planned] == jobs[f"apply:{name}"]["rules"]


@pytest.mark.parametrize("name", STATES)
def test_artifacts_are_private_and_short_lived(name: str, jobs: dict[str, Any]) -> None:
    artifacts = jobs[f"plan:{name}"]["artifacts"]
    assert artifacts["access"] == "developer"
    assert artifacts["expire_in"] == "3 days"
    assert artifacts["reports"] == {"terraform": f"build/ci/{name}/terraform-report.json"}


def test_no_job_holds_a_key(text: str, jobs: dict[str, Any]) -> None:
    assert "AWS_ACCESS_KEY" not in text
    for name in STATES:
        for job in ("plan", "apply", "drift"):
            assert jobs[f"{job}:{name}"]["id_tokens"] == {"AWS_ID_TOKEN": {"aud": "https://gitlab.com"}}


def test_merge_requests_preview_what_any_branch_may_read(jobs: dict[str, Any]) -> None:
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
    assert bool(re.search(RELEASE_TAG.strip("/"), tag)) is release
    assert bool(re.search(CANDIDATE_TAG.strip("/"), tag)) is candidate
    assert RELEASE_TAG in jobs["apply:prod"]["rules"][0]["if"]
    assert CANDIDATE_TAG in jobs["apply:staging"]["rules"][0]["if"]


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_only_protected_tags_are_applied(name: str, jobs: dict[str, Any]) -> None:
    (rule,) = jobs[f"apply:{name}"]["rules"]
    assert '$CI_COMMIT_REF_PROTECTED == "true"' in rule["if"]


def test_drift_is_looked_for_by_schedule_alone(jobs: dict[str, Any]) -> None:
    for name in STATES:
        assert jobs[f"drift:{name}"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
        for job in ("plan", "apply"):
            for rule in jobs[f"{job}:{name}"]["rules"]:
                assert "CI_COMMIT_BRANCH" not in rule["if"] or '!= "schedule"' in rule["if"]
