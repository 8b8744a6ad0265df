"""`.gitlab-ci.yml`, written from the environments: for each state a plan, a person, and an apply of that plan.

Keywords are those of "GitLab, CI/CD YAML syntax reference" (17 and later).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from modules.delivery.pipeline.settings import PipelineSettings
from modules.environment import Environment
from ops.unsaved import ERRORED_STATE

#: Written into the file's head.
HEAD = """\
# Written by `make pipeline` from the environment files and the import graph: change those, not this file.
# What runs when, and what a tag is compared to: docs/release-policy.md.
"""
FILE = ".gitlab-ci.yml"
TOKEN = "AWS_ID_TOKEN"
#: SemVer 2.0.0, as tags bear it: releases, and candidates for them.
RELEASE_TAG = r"/^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/"
CANDIDATE_TAG = r"/^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)-rc\.(0|[1-9]\d*)$/"
#: An applied plan is of no use any more, and one that nobody read in this time is of an old state.
ARTIFACT_LIFE = "3 days"
#: As long as the state bucket keeps an old version.
UNSAVED_STATE_LIFE = "90 days"
#: Without one the project's is taken, an hour ("Set a limit for how long jobs can run"). The AWS provider waits an hour
#: for a group of EKS nodes to be created, and another for the one that it replaces to go. A job's token expires with it
#: ("OpenID Connect (OIDC) Authentication Using ID Tokens, Token payload"), so until then the AWS SDKs renew their
#: session of an hour by themselves.
APPLY_TIMEOUT = "3h"
READ_TIMEOUT = "1h"

Job = dict[str, Any]


def pipeline(environments: list[Environment], paths: Mapping[str, list[str]]) -> str:
    """Return the text of `.gitlab-ci.yml`; environments without a `pipeline` block are left to people."""
    document: dict[str, Any] = {**_ground(), "check": _check()}
    for environment in environments:
        if environment.pipeline:
            name, settings = environment.name, environment.pipeline
            document |= {
                f"plan:{name}": _plan(environment, settings, paths[name]),
                f"apply:{name}": _apply(environment, settings, paths[name]),
                f"drift:{name}": _drift(name, settings),
            }
    return HEAD + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def write(text: str, folder: Path) -> bool:
    """Write the file; return whether it is another than before."""
    path = folder / FILE
    changed = not path.exists() or path.read_text() != text
    path.write_text(text)
    return changed


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, and no anchors: each job reads by itself."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _ground() -> dict[str, Any]:
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
            "PIP_CACHE_DIR": "$CI_PROJECT_DIR/.cache/pip",
            "NPM_CONFIG_CACHE": "$CI_PROJECT_DIR/.cache/npm",
            # A release has to lie on the default branch, which a shallow clone could not tell.
            "GIT_DEPTH": "0",
        },
        "default": {
            "image": "$GROUNDWORK_IMAGE",
            "interruptible": False,
            "cache": {
                "key": {"files": ["requirements.lock", "package-lock.json"]},
                "paths": [".cache/pip/", ".cache/npm/"],
            },
            "before_script": ["make setup"],
        },
    }


def _check() -> Job:
    return {
        "stage": "check",
        "interruptible": True,
        "script": ["make lint test-fast"],
        "rules": [
            {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'},
            {"if": '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"'},
        ],
    }


def _plan(environment: Environment, settings: PipelineSettings, paths: list[str]) -> Job:
    name = environment.name
    folder = f"build/ci/{name}"
    preview = _preview(settings, paths) if settings.previews else []
    return {
        "stage": "plan",
        # A newer push makes this plan useless; an apply is never cut short.
        "interruptible": True,
        "resource_group": name,
        "environment": {"name": name, "action": "prepare"},
        "timeout": READ_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [f".venv/bin/python -m ops ci plan --env {name}"],
        "rules": [*preview, *_shipped(environment, paths)],
        "artifacts": {
            # Plans hold what AWS told in confidence; `access` is what `public: false` became (GitLab 16.11).
            "access": "developer",
            "expire_in": ARTIFACT_LIFE,
            # The summary says why, when the guard refused.
            "when": "always",
            "name": f"plan-{name}",
            "expose_as": f"Plan of {name}",
            "paths": [f"{folder}/"],
            "reports": {"terraform": f"{folder}/terraform-report.json"},
        },
    }


def _apply(environment: Environment, settings: PipelineSettings, paths: list[str]) -> Job:
    name = environment.name
    return {
        "stage": "apply",
        "needs": [{"job": f"plan:{name}", "artifacts": True}],
        "resource_group": name,
        "environment": {"name": name, "deployment_tier": environment.tier},
        "timeout": APPLY_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [f".venv/bin/python -m ops ci apply --env {name}"],
        # A person reads the plan first; until then the pipeline is blocked, and says so.
        "rules": [{**rule, "when": "manual"} for rule in _shipped(environment, paths)],
        # What Terraform could not save, when S3 was not reached, would be lost with the runner. A state holds values
        # that are secret.
        "artifacts": {
            "access": "developer",
            "expire_in": UNSAVED_STATE_LIFE,
            "when": "on_failure",
            "name": f"unsaved-state-{name}",
            "paths": [f"build/ci/{name}/{name}/{ERRORED_STATE}"],
        },
    }


def _drift(name: str, settings: PipelineSettings) -> Job:
    return {
        "stage": "drift",
        "interruptible": True,
        "resource_group": name,
        "environment": {"name": name, "action": "verify"},
        "timeout": READ_TIMEOUT,
        "id_tokens": _tokens(settings),
        "script": [f".venv/bin/python -m ops ci drift --env {name}"],
        "rules": [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}],
    }


def _preview(settings: PipelineSettings, paths: list[str]) -> list[Job]:
    """Return when a merge request shows a plan: against the branch that it would go into, nothing else."""
    changes = {"paths": paths, "compare_to": f"refs/heads/{settings.default_branch}"}
    return [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"', "changes": changes}]


def _shipped(environment: Environment, paths: list[str]) -> list[Job]:
    """Return when a plan is made to be applied.

    Tags are compared to nothing: the tag before may never have been applied, so the state alone knows what is new.
    """
    if environment.tier == "development":
        branch = '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"'
        return [{"if": branch, "changes": {"paths": paths}}]
    tag = RELEASE_TAG if environment.tier == "production" else CANDIDATE_TAG
    return [{"if": f'$CI_COMMIT_TAG =~ {tag} && $CI_COMMIT_REF_PROTECTED == "true"'}]


def _tokens(settings: PipelineSettings) -> Job:
    return {TOKEN: {"aud": settings.gitlab_url}}
