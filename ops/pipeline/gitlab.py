"""`.gitlab-ci.yml`, generated from the environments: for each state a plan, and after approval an apply of that plan.

The keywords are those of "GitLab, CI/CD YAML syntax reference" (17 and later).
"""

from collections.abc import Mapping
from typing import Any

from modules.delivery.pipeline.settings import GitlabSettings
from modules.environment import Environment
from ops.pipeline import release_policy as policy
from ops.pipeline.credentials import TOKEN_VARIABLE
from ops.unsaved import ERRORED_STATE

FILE = ".gitlab-ci.yml"
#: The project's default timeout is an hour ("Set a limit for how long jobs can run"). A job's token expires with the
#: job ("OpenID Connect (OIDC) Authentication Using ID Tokens, Token payload"); until then, the AWS SDKs renew their
#: one-hour sessions themselves.
APPLY_TIMEOUT = f"{policy.APPLY_HOURS}h"
READ_TIMEOUT = f"{policy.READ_HOURS}h"
#: Pipeline schedules: the nightly one, and a weekly one that sets this variable.
NIGHTLY = '$CI_PIPELINE_SOURCE == "schedule" && $WEEKLY != "true"'
WEEKLY = '$CI_PIPELINE_SOURCE == "schedule" && $WEEKLY == "true"'

Job = dict[str, Any]


def pipeline(environments: list[Environment], paths: Mapping[str, list[str]]) -> str:
    """Return the text of `.gitlab-ci.yml`. Environments without `pipeline { gitlab }` have no jobs."""
    document: dict[str, Any] = {**_base(), "check": _check(), "exit": _exit()}
    for environment in environments:
        if environment.pipeline and environment.pipeline.gitlab:
            name, settings = environment.name, environment.pipeline.gitlab
            document |= {
                f"plan:{name}": _plan(environment, settings, paths[name]),
                f"apply:{name}": _apply(environment, settings, paths[name]),
                f"drift:{name}": _drift(name, settings),
            }
    return policy.dumped(document)


def _base() -> dict[str, Any]:
    return {
        "stages": ["check", "plan", "apply", "drift"],
        "workflow": {
            "rules": [
                {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'},
                {"if": "$CI_COMMIT_TAG"},
                {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
            ]
        },
        "variables": {
            # An image with Python, Node.js, Terraform, git and make: ci/Dockerfile.
            "GROUNDWORK_IMAGE": "$CI_REGISTRY_IMAGE/ci:latest",
            "TF_IN_AUTOMATION": "true",
            "TF_INPUT": "0",
            "UV_CACHE_DIR": "$CI_PROJECT_DIR/.cache/uv",
            # Wheels of functions.
            "PIP_CACHE_DIR": "$CI_PROJECT_DIR/.cache/pip",
            "NPM_CONFIG_CACHE": "$CI_PROJECT_DIR/.cache/npm",
            "NPM_CONFIG_STORE_DIR": "$CI_PROJECT_DIR/.cache/pnpm",
            "TF_PLUGIN_CACHE_DIR": "$CI_PROJECT_DIR/.cache/terraform",
            # The check that a release is on the default branch does not work in a shallow clone.
            "GIT_DEPTH": "0",
        },
        "default": {
            "image": "$GROUNDWORK_IMAGE",
            "interruptible": False,
            "cache": {
                "key": {"files": ["requirements.lock", "pnpm-lock.yaml"]},
                "paths": [".cache/"],
            },
            "before_script": [policy.SET_UP],
        },
    }


def _check() -> Job:
    return {
        "stage": "check",
        "interruptible": True,
        "script": [policy.CHECK],
        "rules": [
            {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'},
            {"if": '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"'},
        ],
    }


def _exit() -> Job:
    return {
        "stage": "check",
        "interruptible": True,
        "timeout": READ_TIMEOUT,
        "script": [policy.EXIT],
        "rules": [{"if": WEEKLY}],
    }


def _plan(environment: Environment, settings: GitlabSettings, paths: list[str]) -> Job:
    name = environment.name
    folder = policy.plan_folder(name)
    previews = environment.pipeline is not None and environment.pipeline.previews
    preview = _preview(settings, paths) if previews else []
    return {
        "stage": "plan",
        # A newer push makes this plan useless. An apply is never interrupted.
        "interruptible": True,
        "resource_group": name,
        "environment": {"name": name, "action": "prepare"},
        "timeout": READ_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [policy.plan_command(name)],
        # Also if the guard refuses the plan, which fails the script. It cannot fail the job.
        "after_script": [policy.note_command(name)],
        "rules": [*preview, *_shipped(environment, paths)],
        "artifacts": {
            # Plans contain confidential values. `access` replaces `public: false` since GitLab 16.11.
            "access": "developer",
            "expire_in": f"{policy.ARTIFACT_DAYS} days",
            # The summary says why if the guard refuses the plan.
            "when": "always",
            "name": f"plan-{name}",
            "expose_as": f"Plan of {name}",
            "paths": [f"{folder}/"],
            "reports": {"terraform": f"{folder}/terraform-report.json"},
        },
    }


def _apply(environment: Environment, settings: GitlabSettings, paths: list[str]) -> Job:
    name = environment.name
    return {
        "stage": "apply",
        "needs": [{"job": f"plan:{name}", "artifacts": True}],
        "resource_group": name,
        "environment": {"name": name, "deployment_tier": environment.tier},
        "timeout": APPLY_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [policy.apply_command(name)],
        # A person reads the plan first. Until then, the pipeline is shown as blocked.
        "rules": [{**rule, "when": "manual"} for rule in _shipped(environment, paths)],
        # A state that Terraform could not save to S3 would be lost with the runner. It contains secret values.
        "artifacts": {
            "access": "developer",
            "expire_in": f"{policy.UNSAVED_STATE_DAYS} days",
            "when": "on_failure",
            "name": f"unsaved-state-{name}",
            "paths": [f"{policy.plan_folder(name)}/{name}/{ERRORED_STATE}"],
        },
    }


def _drift(name: str, settings: GitlabSettings) -> Job:
    return {
        "stage": "drift",
        "interruptible": True,
        "resource_group": name,
        "environment": {"name": name, "action": "verify"},
        "timeout": READ_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [policy.drift_command(name)],
        "rules": [{"if": NIGHTLY}],
    }


def _preview(settings: GitlabSettings, paths: list[str]) -> list[Job]:
    """Return the rules for a plan in a merge request, which is compared only to its target branch."""
    changes = {"paths": paths, "compare_to": f"refs/heads/{settings.default_branch}"}
    return [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"', "changes": changes}]


def _shipped(environment: Environment, paths: list[str]) -> list[Job]:
    """Return the rules for a plan that can be applied.

    Tags are not compared to anything: the previous tag may never have been applied; only the state shows what is new.
    """
    if environment.tier == "development":
        branch = '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"'
        return [{"if": branch, "changes": {"paths": paths}}]
    tag = policy.tag_of(environment.tier)
    return [{"if": f'$CI_COMMIT_TAG =~ /{tag}/ && $CI_COMMIT_REF_PROTECTED == "true"'}]


def _tokens(settings: GitlabSettings) -> Job:
    return {TOKEN_VARIABLE: {"aud": settings.url}}
