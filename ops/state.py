"""The check of a stack's state before a plan, and the commands that repair a state: `python -m ops state`."""

from dataclasses import replace
from pathlib import Path

from modules.environment_files import EnvironmentFile
from ops.audit import AuditLog
from ops.backend import Backend, RemoteState
from ops.errors import ExitCode, OpsError
from ops.synth import synthesize
from ops.target import Target
from ops.terraform import Terraform
from ops.unsaved import ERRORED_STATE, in_jobs, in_stacks, refuse_unsaved
from ops.workspace import stack_folder, stack_name


def require_sound(target: Target, terraform: Terraform) -> None:
    """Raise OpsError if the state of an environment's stack is missing, deleted, or unreadable.

    A lock is no error unless Terraform cannot read it: Terraform waits for the holder.
    """
    refuse_unsaved(in_jobs(target.workspace), terraform.stack, local=target.local_aws is not None)
    backend = Backend.of(terraform.folder)
    remote = RemoteState(target.session(backend.account_id), backend, terraform.next_options)
    if not remote.bucket_exists():
        command = "local" if target.local_aws else "bootstrap"
        raise OpsError(
            f"the account has no state bucket {remote.bucket}; run `make {command} ENV={terraform.stack}`. If the "
            "bucket existed before: docs/runbooks/state.md, The state bucket is gone",
            ExitCode.REFUSED,
        )
    remote.lock()
    remote.refuse_deleted()
    remote.addresses()


class StateOf:
    """The state of an environment's or its account's stack, for the commands that repair it."""

    def __init__(self, target: Target, file: EnvironmentFile, *, account: bool) -> None:
        self._name = file.settings.name
        self._stack = stack_name(file.settings, account=account)
        found = (*in_stacks(target.output), *in_jobs(target.workspace))
        self._unsaved = [path for path in found if path.parent.name == self._stack]
        #: The environment's audit log, also for the state of its account's stack.
        self.audit = AuditLog(target, file)
        self._target = target
        if not (stack_folder(target.output, self._stack) / "cdk.tf.json").exists():
            # Not into the folder of a deploy, which may contain another stack's unsaved state.
            self._target = replace(target, output=target.workspace.build / "state" / "cdktf.out")
            synthesize(self._target, file.settings)

    @property
    def remote(self) -> RemoteState:
        """The state objects in the state bucket."""
        backend = Backend.of(stack_folder(self._target.output, self._stack))
        options = self._target.options(self._stack, self._name)
        return RemoteState(self._target.session(backend.account_id), backend, options)

    def push(self, lock_timeout: int) -> Path:
        """Push the state that an apply could not save, delete its file, and return the path. Raises OpsError."""
        if not self._unsaved:
            place = f"build/ci/{self._name}/{self._stack}/{ERRORED_STATE}"
            raise OpsError(
                f"there is no unsaved state of {self._stack} on this machine. If an apply job kept one as its "
                f"artifact, copy it into the project: {place}",
                ExitCode.REFUSED,
            )
        newest = max(self._unsaved, key=lambda path: path.stat().st_mtime)
        replace(self._terraform(), lock_timeout=lock_timeout).push_state(newest)
        newest.unlink()
        self.audit.record("state", command="push", stack=self._stack)
        return newest

    def restore(self, version: str) -> None:
        """Make an earlier version of the state the current one. Raises OpsError."""
        self.remote.restore(version)
        self.audit.record("state", command="restore", stack=self._stack, version=version)

    def delete_unreadable_lock(self) -> None:
        """Delete a lock that Terraform cannot read. Raises OpsError."""
        self.remote.delete_unreadable_lock()
        self.audit.record("state", command="delete-lock", stack=self._stack)

    def _terraform(self) -> Terraform:
        self._target.prepare(self._stack)
        terraform = self._target.terraform(self._stack, self._name)
        terraform.init()
        return terraform
