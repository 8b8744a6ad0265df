"""The jobs of `.gitlab-ci.yml`: plan, and apply exactly that plan."""

import datetime
import json
import shutil
from dataclasses import replace

from modules.environment_files import EnvironmentFile
from ops.audit import AuditLog
from ops.connection import synthesized
from ops.errors import ExitCode, OpsError
from ops.missing_images import require_images
from ops.note.note import environment_subject, markdown
from ops.note.post import SUMMARY
from ops.note.server import append_to_step_summary, server_of
from ops.pipeline.manifest import Manifest, State, artifact_folder, pack, state_of, unpack
from ops.pipeline.rights import require_rights
from ops.review import Review, review
from ops.state import require_sound
from ops.summary import counts, unlocked
from ops.target import Target
from ops.terraform import Terraform, plan_file_deleted
from ops.unsaved import in_jobs, refuse_unsaved

REPORT = "terraform-report.json"
PLAN_TEXT = "plan.txt"


def plan_job(
    target: Target, file: EnvironmentFile, accounts: frozenset[str], commit: str, today: datetime.date
) -> Review:
    """Synthesize, plan, review the plan, and store everything for the apply job in the artifact's folder.

    `accounts` are the accounts of all environments. The summary is written in any case; the caller fails the job
    according to the review.
    """
    env = file.settings.name
    artifact = artifact_folder(target.workspace, env)
    refuse_unsaved(in_jobs(target.workspace), env, local=target.local_aws is not None)
    shutil.rmtree(artifact, ignore_errors=True)
    artifact.mkdir(parents=True)
    terraform = synthesized(target, file)
    require_rights(target, file)
    state = _state(terraform)
    with plan_file_deleted(terraform.folder):
        changes = terraform.plan()
        found = review(terraform, file, accounts, today)
        manifest = Manifest(
            environment=env,
            commit=commit,
            state=state,
            changes=changes,
            counts=counts(found.plan),
            unlocked=unlocked(found),
        )
        pack(terraform.folder, artifact, manifest)
        (artifact / PLAN_TEXT).write_text(terraform.show_plan())
    note = markdown(f"Plan of `{env}`", environment_subject(file, found, server_of(commit)), html=True)
    (artifact / SUMMARY).write_text(note)
    append_to_step_summary(note)
    (artifact / REPORT).write_text(json.dumps(counts(found.plan)))
    require_images(target, file, found.plan)
    return found


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
    with AuditLog(target, file).deployment(manifest.counts, manifest.unlocked):
        terraform.apply()
    terraform.refresh_state()
    return True


def _state(terraform: Terraform) -> State:
    return state_of(terraform.pull_state())
