"""The jobs of `.gitlab-ci.yml`: plan, and apply exactly that plan."""

import datetime
import json
import shutil
from dataclasses import dataclass, replace

from modules.environment_files import EnvironmentFile
from ops.connection import synthesized
from ops.errors import ExitCode, OpsError
from ops.guard.guard import judge_plan
from ops.guard.judgement import Judgement
from ops.guard.plan import parse_plan
from ops.pipeline.manifest import State, artifact_folder, pack, state_of, unpack
from ops.pipeline.summary import counts, markdown
from ops.scan.judgement import Scan
from ops.scan.scan import scan_plan
from ops.state import require_sound
from ops.target import Target
from ops.terraform import Terraform, plan_file_deleted
from ops.unsaved import in_jobs, refuse_unsaved

SUMMARY = "summary.md"
REPORT = "terraform-report.json"
PLAN_TEXT = "plan.txt"


@dataclass(frozen=True)
class Verdict:
    """The results of the guard and of the policy scan for a plan."""

    judgement: Judgement
    scan: Scan

    @property
    def code(self) -> ExitCode:
        """The job's exit code. The guard takes precedence over the policy scan."""
        if self.judgement.refused:
            return ExitCode.GUARDED
        return ExitCode.POLICY_BROKEN if self.scan.findings else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the results as lines of text."""
        return [*self.judgement.lines(), *self.scan.lines()]


def plan_job(
    target: Target, file: EnvironmentFile, accounts: frozenset[str], commit: str, today: datetime.date
) -> Verdict:
    """Synthesize, plan, judge the plan, and store everything for the apply job in the artifact's folder.

    `accounts` are the accounts of all environments. The summary is written in any case; the caller fails the job
    according to the verdict.
    """
    env = file.settings.name
    artifact = artifact_folder(target.workspace, env)
    refuse_unsaved(in_jobs(target.workspace), env, local=target.local_aws is not None)
    shutil.rmtree(artifact, ignore_errors=True)
    artifact.mkdir(parents=True)
    terraform = synthesized(target, file)
    state = _state(terraform)
    with plan_file_deleted(terraform.folder):
        changes = terraform.plan()
        # Never in a file of the job: Terraform's JSON contains sensitive values in plain text.
        plan_json = terraform.show_plan_json()
        plan = parse_plan(plan_json, "the plan")
        judgement = judge_plan(plan, terraform.folder / "cdk.tf.json", file, accounts, today)
        scan = scan_plan(plan_json, plan, file.settings.tier)
        pack(terraform.folder, artifact, env=env, commit=commit, state=state, changes=changes)
        (artifact / PLAN_TEXT).write_text(terraform.show_plan())
    (artifact / SUMMARY).write_text(markdown(env, commit, plan, judgement, scan))
    (artifact / REPORT).write_text(json.dumps(counts(plan)))
    return Verdict(judgement, scan)


def apply_job(target: Target, file: EnvironmentFile, commit: str) -> bool:
    """Apply exactly the plan of this pipeline's plan job, and return whether it contained changes.

    Raises OpsError if the files, the commit, or the state have changed since the plan.
    """
    env = file.settings.name
    artifact = artifact_folder(target.workspace, env)
    refuse_unsaved(in_jobs(target.workspace), env, local=target.local_aws is not None)
    manifest = unpack(artifact, env=env, commit=commit)
    if not manifest.changes:
        return False
    terraform = replace(target.terraform(env, env), folder=artifact / env)
    require_sound(target, terraform)
    terraform.init()
    now = _state(terraform)
    if now != manifest.state:
        raise OpsError(
            f"the state has changed since the plan: serial {manifest.state.serial} then, {now.serial} now. There was "
            "another apply in between; run the plan job again, and read the new plan",
            ExitCode.REFUSED,
        )
    terraform.apply()
    terraform.refresh_state()
    return True


def _state(terraform: Terraform) -> State:
    return state_of(terraform.pull_state())
