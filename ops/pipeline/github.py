"""`.github/workflows/infrastructure.yml`, generated from the environments: for each state a plan, and after approval an
apply of that plan.

The keys are those of [Workflow syntax for GitHub Actions]
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax). The protection rules of GitHub's
environments are settings of the repository (docs/release-policy.md); `ops ci apply` requires them.
"""

import shlex
from collections.abc import Mapping
from typing import Any

from modules.delivery.pipeline.settings import GithubSettings
from modules.environment import Environment
from ops.pipeline import release_policy as policy
from ops.unsaved import ERRORED_STATE

FILE = ".github/workflows/infrastructure.yml"
#: The only actions that jobs use, GitHub's own, by the commits of these releases: a tag can be moved.
ACTIONS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
}
#: An image with Python, Node.js, git and make, but without Terraform.
RUNNER = "ubuntu-24.04"
#: The release of ci/Dockerfile, and the digest of its zip for linux_amd64 in HashiCorp's list of digests.
TERRAFORM_VERSION = "1.11.4"
TERRAFORM_SHA256 = "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"
#: Nightly and weekly, in UTC, not at a full hour, when runs are delayed most.
NIGHTLY = "23 2 * * *"
WEEKLY = "23 4 * * 0"
#: Filters of tags have no groups, so they also match v01.0.0; the job `touched` checks the exact form.
TAG_FILTERS = ["v[0-9]+.[0-9]+.[0-9]+", "v[0-9]+.[0-9]+.[0-9]+-rc.[0-9]+"]
#: A plan waits so long for the lock of another plan or an apply. There is no concurrency group for both, because an
#: apply would be in it from its plan until its approval, and a group cancels all but the newest of the waiting jobs.
LOCK_TIMEOUT_SECONDS = 1800

Job = dict[str, Any]


def pipeline(environments: list[Environment], paths: Mapping[str, list[str]]) -> str:
    """Return the text of the workflow. Environments without `pipeline { github }` have no jobs."""
    own = [(each, each.pipeline.github) for each in environments if each.pipeline and each.pipeline.github]
    branches = sorted({settings.default_branch for _, settings in own})
    jobs: dict[str, Job] = {
        "check": _check(),
        "exit": _exit(),
        "touched": _touched([(each, settings, paths[each.name]) for each, settings in own]),
    }
    for environment, settings in own:
        name = environment.name
        jobs |= {
            f"plan-{name}": _plan(environment, settings),
            f"apply-{name}": _apply(name),
            f"drift-{name}": _drift(name, settings),
        }
    text = policy.dumped({**_base(branches), "jobs": jobs})
    for commit, release in ACTIONS.values():
        text = text.replace(f"@{commit}\n", f"@{commit} # {release}\n")
    return text


def _base(branches: list[str]) -> dict[str, Any]:
    return {
        "name": "infrastructure",
        "on": {
            "push": {"branches": branches, "tags": TAG_FILTERS},
            # No `pull_request_target`: its jobs would run the code of a fork with this repository's rights.
            "pull_request": {"branches": branches},
            "schedule": [{"cron": NIGHTLY}, {"cron": WEEKLY}],
        },
        # Each job has its own.
        "permissions": {},
        "defaults": {"run": {"shell": "bash"}},
        "env": {"TF_IN_AUTOMATION": "true", "TF_INPUT": "0", "GROUNDWORK_LOCK_TIMEOUT": str(LOCK_TIMEOUT_SECONDS)},
    }


def _check() -> Job:
    return {
        "if": "github.event_name != 'schedule' && github.ref_type == 'branch'",
        **_runs(minutes=60),
        # A newer commit makes the check of a pull request useless.
        "concurrency": {
            "group": "check-${{ github.event.pull_request.number || github.run_id }}",
            "cancel-in-progress": True,
        },
        "permissions": {"contents": "read"},
        "steps": [*_set_up(), {"name": "Check", "run": policy.CHECK}],
    }


def _exit() -> Job:
    return {
        "if": f"github.event.schedule == '{WEEKLY}'",
        **_runs(policy.READ_HOURS * 60),
        "permissions": {"contents": "read"},
        "steps": [*_set_up(), {"name": "Exit from CDKTF", "run": policy.EXIT}],
    }


def _touched(environments: list[tuple[Environment, GithubSettings, list[str]]]) -> Job:
    """Return the job that finds what to plan, with one output for each environment.

    The trigger's `paths` apply to a whole workflow, and only to the first 300 changed files ([Workflow syntax, Git diff
    comparisons](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax)).
    """
    return {
        # Nothing is planned for a fork's pull request, whose jobs get no token anyway.
        "if": "github.event_name != 'schedule' && (github.event_name != 'pull_request' || "
        "github.event.pull_request.head.repo.full_name == github.repository)",
        **_runs(minutes=10),
        "permissions": {"contents": "read"},
        "outputs": {each.name: f"${{{{ steps.touched.outputs.{each.name} }}}}" for each, _, _ in environments},
        "steps": [
            # With its history, for the comparison with the previous push.
            _checkout({"fetch-depth": 0}),
            {
                "id": "touched",
                "name": "Find the environments to plan",
                "env": {"BEFORE": "${{ github.event.before }}"},
                "run": _TOUCHED + "".join(_touched_lines(*each) for each in environments),
            },
        ],
    }


#: The commit of a pull request is its merge into the branch. Without a previous push in the history (a new branch, a
#: forced push), everything is touched.
_TOUCHED = f"""\
preview() {{ [[ "$GITHUB_EVENT_NAME" == pull_request ]]; }}
branch() {{ [[ "$GITHUB_EVENT_NAME" == push && "$GITHUB_REF_TYPE" == branch && "$GITHUB_REF_NAME" == "$1" ]]; }}
release() {{ [[ "$GITHUB_REF_TYPE" == tag && "$GITHUB_REF_NAME" =~ {policy.RELEASE_TAG} ]]; }}
candidate() {{ [[ "$GITHUB_REF_TYPE" == tag && "$GITHUB_REF_NAME" =~ {policy.CANDIDATE_TAG} ]]; }}
if preview; then base='HEAD^1'; else base="$BEFORE"; fi
touches() {{
  ! git rev-parse --quiet --verify "$base^{{commit}}" > /dev/null || ! git diff --quiet "$base" HEAD -- "$@"
}}
plan() {{ echo "$1=true" | tee -a "$GITHUB_OUTPUT"; }}
"""


def _touched_lines(environment: Environment, settings: GithubSettings, paths: list[str]) -> str:
    """Return the lines of the script for one environment, in the order of docs/release-policy.md.

    Tags are not compared to anything: the previous tag may never have been applied; only the state shows what is new.
    """
    specs = "".join(f" \\\n    {shlex.quote(f':(glob){path}')}" for path in paths)
    previews = environment.pipeline is not None and environment.pipeline.previews
    compared = [
        *(["preview"] if previews else []),
        *([f"branch {settings.default_branch}"] if environment.tier == "development" else []),
    ]
    when = {"development": [], "production": ["release"]}.get(environment.tier, ["candidate"])
    if compared:
        event = compared[0] if len(compared) == 1 else f"{{ {' || '.join(compared)}; }}"
        when = [*when, f"{{ {event} && touches{specs}; }}"]
    return f"if {' || '.join(when)}; then plan {environment.name}; fi\n"


def _plan(environment: Environment, settings: GithubSettings) -> Job:
    name, folder = environment.name, policy.plan_folder(environment.name)
    previews = environment.pipeline is not None and environment.pipeline.previews
    return {
        "needs": ["check", "touched"],
        # The check runs for branches only.
        "if": "!failure() && !cancelled() && needs.check.result != 'cancelled' && "
        f"needs.touched.outputs.{name} == 'true' && {_is_in(settings)}",
        **_runs(policy.READ_HOURS * 60),
        # A newer push makes a plan that waits useless. One that runs has the lock, which a canceled job may keep.
        "concurrency": {"group": f"plan-{name}-${{{{ github.ref }}}}", "cancel-in-progress": False},
        "permissions": {"contents": "read", "id-token": "write", **({"pull-requests": "write"} if previews else {})},
        "steps": [
            *_set_up(),
            {"name": "Plan", "run": _replacing_the_shell(policy.plan_command(name))},
            _upload(
                f"plan-{name}",
                f"{folder}/",
                policy.ARTIFACT_DAYS,
                {"if-no-files-found": "warn", "include-hidden-files": True},
                # The summary says why if the guard refuses the plan.
                "!cancelled()",
            ),
            *([_note(name)] if previews else []),
        ],
    }


def _apply(name: str) -> Job:
    folder = policy.plan_folder(name)
    return {
        "needs": [f"plan-{name}"],
        "if": f"!failure() && !cancelled() && needs.plan-{name}.result == 'success' && github.event_name == 'push'",
        **_runs(policy.APPLY_HOURS * 60),
        # Its protection rules are what the job waits for: a person reads the plan first.
        "environment": {"name": name},
        # While one applies or waits for its approval, all but the newest of the others are canceled. Nothing is lost:
        # after the first, their plans are outdated, and refused.
        "concurrency": {"group": f"apply-{name}", "cancel-in-progress": False},
        # `actions` is for the protection rules, which the command requires.
        "permissions": {"actions": "read", "contents": "read", "id-token": "write"},
        "steps": [
            *_set_up(),
            _uses("actions/download-artifact", "Download the plan", {"name": f"plan-{name}", "path": folder}),
            {
                "name": "Apply",
                "env": {"GITHUB_TOKEN": "${{ github.token }}"},
                "run": _replacing_the_shell(policy.apply_command(name)),
            },
            # A state that Terraform could not save to S3 would be lost with the runner. It contains secret values.
            _upload(
                f"unsaved-state-{name}",
                f"{folder}/{name}/{ERRORED_STATE}",
                policy.UNSAVED_STATE_DAYS,
                {"if-no-files-found": "ignore"},
                "failure() || cancelled()",
            ),
        ],
    }


def _drift(name: str, settings: GithubSettings) -> Job:
    return {
        "if": f"github.event.schedule == '{NIGHTLY}' && {_is_in(settings)}",
        **_runs(policy.READ_HOURS * 60),
        "permissions": {"contents": "read", "id-token": "write"},
        "steps": [*_set_up(), {"name": "Detect drift", "run": _replacing_the_shell(policy.drift_command(name))}],
    }


def _note(name: str) -> Job:
    return {
        "name": "Write the plan into the pull request",
        "if": "!cancelled() && github.event_name == 'pull_request'",
        "continue-on-error": True,
        "env": {"GITHUB_TOKEN": "${{ github.token }}"},
        "run": policy.note_command(name),
    }


def _runs(minutes: int) -> Job:
    return {"runs-on": RUNNER, "timeout-minutes": minutes}


def _is_in(settings: GithubSettings) -> str:
    """Return the condition that excludes forks, where the schedules run too."""
    return f"github.repository == '{settings.repository}'"


def _set_up() -> list[Job]:
    """Return the steps before each command. They restore no cache, which other jobs could have filled."""
    archive = f"terraform_{TERRAFORM_VERSION}_linux_amd64.zip"
    url = f"https://releases.hashicorp.com/terraform/{TERRAFORM_VERSION}/{archive}"
    install = f"""\
cd "$RUNNER_TEMP"
curl --fail --silent --show-error --retry 3 --output {archive} {url}
echo "{TERRAFORM_SHA256}  {archive}" | sha256sum --check
unzip -q {archive} terraform -d terraform
echo "$RUNNER_TEMP/terraform" >> "$GITHUB_PATH"
"""
    return [_checkout(), {"name": "Install Terraform", "run": install}, {"name": "Set up", "run": policy.SET_UP}]


def _checkout(more: Mapping[str, Any] | None = None) -> Job:
    # Without it, later steps could use the job's token.
    return _uses("actions/checkout", "Check out", {"persist-credentials": False, **(more or {})})


def _upload(name: str, path: str, days: int, more: Mapping[str, Any], condition: str) -> Job:
    # Without `overwrite`, a second attempt would fail to replace the artifact of the first.
    inputs = {"name": name, "path": path, "retention-days": days, "overwrite": True, **more}
    return {**_uses("actions/upload-artifact", "Keep the result", inputs), "if": condition}


def _uses(action: str, name: str, inputs: Mapping[str, Any]) -> Job:
    return {"name": name, "uses": f"{action}@{ACTIONS[action][0]}", "with": dict(inputs)}


def _replacing_the_shell(command: str) -> str:
    """Return the command as the step's own process.

    Only that one receives the SIGINT of a canceled job ([Workflow cancellation reference]
    (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation)); Bash would not pass it
    on, and Terraform would be killed with its lock.
    """
    return f"exec {command}"
