"""`make plan`, `deploy`, and `destroy` on AWS, with the shell's credentials."""

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from modules.environment_files import EnvironmentFile
from ops.audit import AuditLog
from ops.connection import connected, synthesized
from ops.errors import ExitCode, OpsError
from ops.guard.obstacles import not_empty, protected, scaled_clusters, scaled_readers
from ops.guard.plan import parse_plan
from ops.missing_images import require_images
from ops.pipeline.rights import require_rights
from ops.processes import run_attached
from ops.review import Review, review
from ops.scaled_readers import delete_readers
from ops.steps import warn
from ops.summary import counts, unlocked
from ops.synth import synthesize
from ops.target import Target, clients_of
from ops.terraform import Terraform, plan_file_deleted
from ops.terraform_wrapper import shielded
from ops.tools import NODE_PROGRAMS, tool_environment
from ops.unsaved import in_stacks, unsaved_message
from ops.workspace import PROJECT

Agreed = Callable[[str], bool]


@dataclass(frozen=True)
class Planned:
    """A plan file in its stack's folder, and its review."""

    file: EnvironmentFile
    terraform: Terraform
    changes: bool
    text: str
    review: Review
    audit: AuditLog

    def apply(self, agreed: Agreed) -> dict[str, Any]:
        """Apply exactly this plan if it changes anything, and return the outputs.

        Raises OpsError if the guard or the policy scan refuses the plan, or the person does not confirm it.
        """
        if self.review.code:
            what = "guard" if self.review.judgement.refused else "policy scan"
            how = f'docs/runbooks/plan.md, "The {what} blocks the plan"'
            raise OpsError(f"the {what} refuses this plan; nothing was changed ({how})", self.review.code)
        if self.changes:
            if not agreed("Apply this plan?"):
                raise OpsError("nothing was changed", ExitCode.REFUSED)
            with self.audit.deployment(counts(self.review.plan), unlocked(self.review)):
                self.terraform.apply()
        return self.terraform.outputs()


@contextmanager
def planned(target: Target, file: EnvironmentFile, accounts: frozenset[str], today: datetime.date) -> Iterator[Planned]:
    """Synthesize the environment, plan it, and review the plan. The plan file is deleted at exit. Raises OpsError.

    `accounts` are the accounts of all environments.
    """
    terraform = synthesized(target, file)
    require_rights(target, file)
    with plan_file_deleted(terraform.folder):
        changes = terraform.plan()
        found = review(terraform, file, accounts, today)
        require_images(target, file, found.plan)
        yield Planned(file, terraform, changes, terraform.show_plan(), found, AuditLog(target, file))


def destroy(target: Target, file: EnvironmentFile, arguments: Sequence[str], agreed: Agreed) -> None:
    """Synthesize the environment, check for what AWS would refuse to delete, and run `cdktf destroy`. Raises OpsError.

    `agreed` is called before readers that scaling added are deleted; the CLI asks for everything else.
    """
    # A separate synth, because the lock file must be in the stack's folder before the CLI runs `init`.
    synthesize(target, file.settings)
    prepare_destroy(target, file, agreed)
    # The log group is destroyed too; CloudTrail keeps who destroyed it.
    AuditLog(target, file).record("destroy")
    _run_attached(target, file, "destroy", arguments)


def prepare_destroy(target: Target, file: EnvironmentFile, agreed: Agreed) -> None:
    """Delete the readers that scaling added to the stack's clusters: AWS does not delete a cluster with readers.

    First raises OpsError for anything else that AWS would refuse to delete, so that no destroy stops halfway.
    """
    plan = parse_plan(connected(target, file).destruction_json(), "the plan")
    blocked = [each.sentence for each in protected(plan)]
    if blocked:
        raise OpsError("\n".join(blocked), ExitCode.REFUSED)
    for finding in not_empty(plan):
        warn(finding.sentence)
    for cluster in scaled_clusters(plan):
        identifier, readers = str(cluster.change.was("cluster_identifier")), scaled_readers(cluster, plan)
        if not agreed(f"Delete the readers that scaling added to {identifier} ({', '.join(readers)})?"):
            raise OpsError(
                f"{identifier} was not destroyed: AWS does not delete a cluster that has readers", ExitCode.REFUSED
            )
        delete_readers(clients_of(target, file), identifier, readers)


def _run_attached(target: Target, file: EnvironmentFile, command: str, arguments: Sequence[str]) -> None:
    environment = tool_environment(target.workspace, target.environment)
    # The CLI asks for confirmation itself, and it has no option for the lock timeout.
    for name in ("TF_INPUT", "TF_IN_AUTOMATION"):
        environment.pop(name)
    for name in ("TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_destroy"):
        environment[name] = f"{os.environ.get(name, '')} -lock-timeout={target.lock_timeout}s".strip()
    stack = file.settings.name
    environment, wait = shielded(target.workspace, environment)
    try:
        code = run_attached(
            [str(NODE_PROGRAMS / "cdktf"), command, stack, "--skip-synth", "--output", str(target.output), *arguments],
            folder=PROJECT,
            environment=environment,
            wait=wait,
        )
    finally:
        for path in in_stacks(target.output):
            warn(unsaved_message(path, target.options(stack, stack)))
    if code:
        raise OpsError(f"cdktf {command} {stack} ended with exit code {code}")


def refuse_production(file: EnvironmentFile) -> None:
    """Raise OpsError for a production environment."""
    if file.settings.tier == "production":
        raise OpsError(
            f"{file.settings.name} is production ({file.place('tier')}): no command destroys it. "
            "Remove what you no longer need from its file, then read the plan and apply it.",
            ExitCode.REFUSED,
        )
