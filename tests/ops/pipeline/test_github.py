"""The workflow of GitHub Actions: who may do what in which job, and when each job starts."""

import re
from pathlib import Path
from typing import Any

import pytest

from ops.pipeline.github import ACTIONS, FILE, NIGHTLY, TERRAFORM_VERSION, WEEKLY
from ops.workspace import PROJECT
from tests.ops.pipeline.github_workflow import parsed, workflow_text
from tests.support.ci_files import github_problems
from tests.support.github_actions import Done, Run

STATES = ("dev", "staging", "prod")
JOBS = [f"{job}-{name}" for job in ("plan", "apply", "drift") for name in STATES]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return workflow_text(tmp_path_factory.mktemp("envs"))


@pytest.fixture(scope="module")
def jobs(text: str) -> dict[str, Any]:
    found: dict[str, Any] = parsed(text)["jobs"]
    return found


def test_workflow_is_valid_and_has_no_findings(text: str, tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert github_problems(file) == []


def test_each_job_has_only_its_own_permissions(text: str, jobs: dict[str, Any]) -> None:
    assert parsed(text)["permissions"] == {}
    read = {"contents": "read"}
    expected = {
        **dict.fromkeys(("check", "exit", "touched"), read),
        **{f"apply-{name}": {**read, "actions": "read", "id-token": "write"} for name in STATES},
        **{f"drift-{name}": {**read, "id-token": "write"} for name in STATES},
        **{f"plan-{name}": {**read, "id-token": "write", "pull-requests": "write"} for name in ("dev", "staging")},
        "plan-prod": {**read, "id-token": "write"},
    }
    assert {name: job["permissions"] for name, job in jobs.items()} == expected


def test_actions_are_githubs_own_by_commit_with_the_release_in_a_comment(text: str) -> None:
    used = re.findall(r"uses: (\S+)@(\S+) # (\S+)$", text, re.MULTILINE)
    assert {action: (commit, release) for action, commit, release in used} == ACTIONS
    assert text.count("uses:") == len(used)
    assert all(action.startswith("actions/") and re.fullmatch("[0-9a-f]{40}", commit) for action, commit, _ in used)


def test_no_checkout_keeps_the_jobs_token(jobs: dict[str, Any]) -> None:
    checkouts = [step["with"] for job in jobs.values() for step in job["steps"] if step["name"] == "Check out"]
    assert len(checkouts) == len(jobs)
    assert all(each["persist-credentials"] is False for each in checkouts)


def test_no_event_is_expanded_in_a_script_and_no_secret_is_used(text: str, jobs: dict[str, Any]) -> None:
    assert not [step["run"] for job in jobs.values() for step in job["steps"] if "${{" in step.get("run", "")]
    assert "secrets." not in text
    assert "AWS_ACCESS_KEY" not in text
    assert "pull_request_target" not in text


@pytest.mark.parametrize("name", STATES)
def test_only_the_apply_job_is_in_the_github_environment(name: str, jobs: dict[str, Any]) -> None:
    assert jobs[f"apply-{name}"]["environment"] == {"name": name}
    assert [each for each, job in jobs.items() if job.get("environment") == {"name": name}] == [f"apply-{name}"]


@pytest.mark.parametrize("name", STATES)
def test_applies_of_one_state_run_one_after_the_other_and_none_is_canceled(name: str, jobs: dict[str, Any]) -> None:
    assert jobs[f"apply-{name}"]["concurrency"] == {"group": f"apply-{name}", "cancel-in-progress": False}
    assert jobs[f"plan-{name}"]["concurrency"]["cancel-in-progress"] is False


def test_timeouts(jobs: dict[str, Any]) -> None:
    minutes = {name: job["timeout-minutes"] for name, job in jobs.items() if name in JOBS}
    assert {minutes[f"apply-{name}"] for name in STATES} == {180}
    assert {minutes[f"{job}-{name}"] for name in STATES for job in ("plan", "drift")} == {60}


@pytest.mark.parametrize("name", STATES)
def test_plan_is_kept_for_three_days_with_its_lock_file(name: str, jobs: dict[str, Any]) -> None:
    (upload,) = [step for step in jobs[f"plan-{name}"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert upload["with"]["retention-days"] == 3
    # .terraform.lock.hcl is a hidden file.
    assert upload["with"]["include-hidden-files"] is True
    assert upload["with"]["path"] == f"build/ci/{name}/"
    (download,) = [step for step in jobs[f"apply-{name}"]["steps"] if "download-artifact" in step.get("uses", "")]
    assert download["with"] == {"name": upload["with"]["name"], "path": f"build/ci/{name}"}


def test_commands_replace_the_shell_so_that_a_canceled_job_interrupts_them(jobs: dict[str, Any]) -> None:
    commands = {
        name: [step["run"] for step in jobs[name]["steps"] if step.get("run", "").startswith("exec")] for name in JOBS
    }
    assert commands == {name: [f"exec .venv/bin/python -m ops ci {name.replace('-', ' --env ')}"] for name in JOBS}


def test_terraform_is_the_release_of_the_image(jobs: dict[str, Any]) -> None:
    assert f"ARG TERRAFORM_VERSION={TERRAFORM_VERSION}\n" in (PROJECT / "ci" / "Dockerfile").read_text()
    for job in jobs.values():
        for step in job["steps"]:
            if step["name"] == "Install Terraform":
                assert "sha256sum --check" in step["run"]


def run(tmp_path: Path, text: str, event_name: str, **github: Any) -> Run:
    """Return a run of the workflow for an event, in which every environment is touched."""
    (tmp_path / FILE).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / FILE).write_text(text)
    context = {
        "event_name": event_name,
        "ref_type": "branch",
        "repository": "agora/infrastructure",
        "event": {},
        **github,
    }
    started = Run(tmp_path, tmp_path, context, FILE, lambda *_: {})
    if started.starts("touched"):
        started.jobs["touched"] = Done("success", "", [], dict.fromkeys(STATES, "true"))
    if started.starts("check"):
        started.jobs["check"] = Done("success", "", [], {})
    return started


def starting(started: Run) -> set[str]:
    return {name for name in JOBS if started.starts(name)}


PLANS, APPLIES, DRIFTS = (set(JOBS[index : index + 3]) for index in (0, 3, 6))


def request_from(repository: str) -> dict[str, Any]:
    return {"event": {"pull_request": {"head": {"repo": {"full_name": repository}}}}}


def test_push_plans_and_a_successful_plan_can_be_applied(tmp_path: Path, text: str) -> None:
    started = run(tmp_path, text, "push")
    assert starting(started) == PLANS
    started.jobs["plan-dev"] = Done("success", "", [], {})
    started.jobs["plan-staging"] = Done("failure", "", [], {})
    assert starting(started) - PLANS == {"apply-dev"}


def test_tag_plans_without_a_check(tmp_path: Path, text: str) -> None:
    started = run(tmp_path, text, "push", ref_type="tag")
    assert not started.starts("check")
    assert starting(started) == PLANS
    started.jobs["plan-prod"] = Done("success", "", [], {})
    assert "apply-prod" in starting(started)


def test_failed_check_plans_nothing(tmp_path: Path, text: str) -> None:
    started = run(tmp_path, text, "push")
    started.jobs["check"] = Done("failure", "", [], {})
    assert starting(started) == set()


def test_pull_request_plans_and_applies_nothing(tmp_path: Path, text: str) -> None:
    started = run(tmp_path, text, "pull_request", **request_from("agora/infrastructure"))
    started.jobs |= {name: Done("success", "", [], {}) for name in PLANS}
    assert starting(started) == PLANS


def test_pull_request_of_a_fork_is_checked_and_not_planned(tmp_path: Path, text: str) -> None:
    started = run(tmp_path, text, "pull_request", **request_from("somebody/infrastructure"))
    assert started.starts("check")
    assert starting(started) == set()


def test_push_in_a_fork_plans_nothing(tmp_path: Path, text: str) -> None:
    assert starting(run(tmp_path, text, "push", repository="somebody/infrastructure")) == set()
    event = {"schedule": NIGHTLY}
    assert starting(run(tmp_path, text, "schedule", repository="somebody/infrastructure", event=event)) == set()


def test_nightly_schedule_detects_drift_and_the_weekly_one_proves_the_exit(tmp_path: Path, text: str) -> None:
    nightly = run(tmp_path, text, "schedule", event={"schedule": NIGHTLY})
    assert starting(nightly) == DRIFTS
    assert not nightly.starts("exit")
    assert not nightly.starts("check")
    weekly = run(tmp_path, text, "schedule", event={"schedule": WEEKLY})
    assert starting(weekly) == set()
    assert weekly.starts("exit")
    assert parsed(text)["on"]["schedule"] == [{"cron": NIGHTLY}, {"cron": WEEKLY}]
