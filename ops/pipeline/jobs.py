"""What the jobs of `.gitlab-ci.yml` do: plan, apply exactly that plan, look for drift."""

import json
import shutil
from dataclasses import replace
from typing import Any

from modules.settings import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.guard.command import run_guard
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.local import connected
from ops.pipeline.manifest import State, artifact_folder, pack, state_of, unpack
from ops.pipeline.summary import counts, markdown
from ops.synth import synthesize
from ops.target import Target
from ops.terraform import Terraform

SUMMARY = "summary.md"
REPORT = "terraform-report.json"
PLAN_TEXT = "plan.txt"


def plan_job(target: Target, file: EnvironmentFile, commit: str) -> Judgement:
    """Synthesize, plan, judge, and leave in the artifact's folder all that the apply job needs.

    The caller fails the job when the guard refuses: the summary is written in any case, for the person who reads it.
    """
    env = file.settings.name
    artifact = artifact_folder(target.workspace, env)
    shutil.rmtree(artifact, ignore_errors=True)
    artifact.mkdir(parents=True)
    synthesize(target.workspace, target.output, target.environment, env)
    terraform = connected(target, file)
    state = _state(terraform)
    changes = terraform.plan()
    plan_json = artifact.parent / f"{env}.plan.json"
    plan_json.write_text(terraform.show_plan_json())
    try:
        judgement = run_guard(plan_json, terraform.folder / "cdk.tf.json", target.workspace.envs, env)
        plan = Plan.model_validate_json(plan_json.read_text())
    finally:
        # Terraform's JSON has every sensitive value in clear.
        plan_json.unlink()
    pack(terraform.folder, artifact, env=env, commit=commit, state=state, changes=changes)
    (artifact / PLAN_TEXT).write_text(terraform.show_plan())
    (artifact / SUMMARY).write_text(markdown(env, commit, plan, judgement, []))
    (artifact / REPORT).write_text(json.dumps(counts(plan)))
    return judgement


def apply_job(target: Target, file: EnvironmentFile, commit: str) -> bool:
    """Apply the plan of this pipeline's plan job, exactly; return whether there was anything to apply.

    Raises OpsError when the files, the commit or the state are not those that the plan was made of.
    """
    env = file.settings.name
    artifact = artifact_folder(target.workspace, env)
    manifest = unpack(artifact, env=env, commit=commit)
    if not manifest.changes:
        return False
    terraform = replace(target.terraform(env, env), folder=artifact / env)
    terraform.init()
    now = _state(terraform)
    if now != manifest.state:
        raise OpsError(
            f"the state has moved since the plan: serial {manifest.state.serial} then, {now.serial} now. Somebody "
            "applied in between; run the plan job again, and read what it says now",
            ExitCode.REFUSED,
        )
    terraform.apply()
    terraform.settle()
    return True


def drift_job(target: Target, file: EnvironmentFile) -> list[str]:
    """Return what differs between the state and AWS, a line for each resource; nothing is changed.

    Exact after an apply job, which settles the state; after an apply by hand AWS's own additions are told too.
    """
    synthesize(target.workspace, target.output, target.environment, file.settings.name)
    terraform = connected(target, file)
    terraform.plan_refresh_only()
    return [
        f"{each['address']}: {_drift(each['change'])}"
        for each in json.loads(terraform.show_plan_json()).get("resource_drift", [])
    ]


def _drift(change: dict[str, Any]) -> str:
    """Say what changed without its values, which may be secret."""
    if "delete" in change["actions"]:
        return "is gone"
    before, after = change.get("before") or {}, change.get("after") or {}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return f"changed outside Terraform ({', '.join(names)})"


def _state(terraform: Terraform) -> State:
    return state_of(terraform.pull_state())
