"""Terraform, run in the folder of one stack."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops import explain
from ops.errors import ExitCode, OpsError
from ops.processes import Finished, run
from ops.provider_mirror import cache_locked
from ops.steps import Step, step
from ops.tools import log_path, tail, terraform_program, tool_environment
from ops.unsaved import ERRORED_STATE, unsaved_message
from ops.workspace import Workspace

PLAN_FILE = "plan.tfplan"
#: The log of commands whose output contains sensitive values in plain text.
NO_LOG = Path(os.devnull)


@contextmanager
def plan_file_deleted(folder: Path) -> Iterator[None]:
    """Delete the plan file in the stack's folder at exit: it contains secret values."""
    try:
        yield
    finally:
        (folder / PLAN_FILE).unlink(missing_ok=True)


@dataclass
class _Events:
    """The events of `-json`: https://developer.hashicorp.com/terraform/internals/machine-readable-ui."""

    total: int = 0
    done: int = 0
    running: dict[str, None] = field(default_factory=dict)
    summary: str = ""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)

    def take(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        # `state pull` and `show -json` also print JSON, but not one event per line.
        if not isinstance(event, dict):
            return
        kind = event.get("type")
        if kind == "planned_change":
            self.total += 1
        elif kind == "apply_start":
            self.running[event["hook"]["resource"]["addr"]] = None
        elif kind in ("apply_complete", "apply_errored"):
            self.done += 1
            self.running.pop(event["hook"]["resource"]["addr"], None)
        elif kind == "change_summary":
            self.summary = event["@message"]
        elif kind == "diagnostic" and event["diagnostic"]["severity"] == "error":
            self.diagnostics.append(event["diagnostic"])

    def show(self, doing: Step) -> None:
        waiting = ", ".join(list(self.running)[:3])
        doing.progress(f"{self.done} done{f', working on {waiting}' if waiting else ''}")


@dataclass(frozen=True)
class Terraform:
    """Terraform in the folder of a synthesized stack."""

    folder: Path
    workspace: Workspace
    environment: Mapping[str, str]
    """The environment variables of Terraform: credentials, and the endpoint of the embedded AWS."""
    init_environment: Mapping[str, str]
    """The environment variables of `terraform init`, which may have to reach the provider registry."""
    lock_timeout: int = 300
    """Seconds to wait for a locked state."""
    next_options: str = "--env dev"
    """The command options that select this stack, for error messages."""

    @property
    def next_command(self) -> str:
        """The command that runs Terraform in this folder, without its arguments."""
        return f".venv/bin/python -m ops terraform {self.next_options} --"

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.folder.name

    @property
    def recover_command(self) -> str:
        """The command that imports orphaned resources of this stack into its state."""
        return f".venv/bin/python -m ops recover {self.next_options}"

    def init(self) -> None:
        """Install the provider and connect to the state, unless the last init of this folder did the same."""
        last, wanted = self._last_init, self._init_input()
        if self._has_provider and last.exists() and (known := json.loads(last.read_text()))["input"] == wanted:
            # The init added the checksum of this platform, which a synth has removed since.
            self._lock_file.write_text(known["lock"])
            return
        last.unlink(missing_ok=True)
        with step(f"init {self.stack}") as doing:
            finished = self._run("init", "-no-color", "-reconfigure", doing=doing)
            if finished.code:
                raise OpsError(f"terraform init failed ({finished.log}):\n{tail(finished.output)}")
        last.write_text(json.dumps({"input": wanted, "lock": self._lock_file.read_text()}))

    @property
    def _last_init(self) -> Path:
        """The record of the last successful init."""
        return self.folder / ".terraform" / "groundwork-init.json"

    def _init_input(self) -> dict[str, Any]:
        """Return what an init depends on: the `terraform` blocks of the stack and its overrides, and the lock file."""
        files = sorted(self.folder.glob("*.tf.json"))
        blocks = {path.name: json.loads(path.read_text()).get("terraform") for path in files}
        return {**blocks, "lock": self._lock_file.read_text()}

    @property
    def _lock_file(self) -> Path:
        return self.folder / ".terraform.lock.hcl"

    @property
    def _has_provider(self) -> bool:
        """Whether the last init's provider is still there: it may be a link into a mirror or the plugin cache."""
        installed = list((self.folder / ".terraform" / "providers").glob("*/*/*/*/*"))
        return bool(installed) and all(each.exists() for each in installed)

    def move_state(self) -> None:
        """Move the state from the backend of the last init to the configured one."""
        self._last_init.unlink(missing_ok=True)
        with step(f"move the state of {self.stack} into its bucket") as doing:
            finished = self._run("init", "-no-color", "-migrate-state", "-force-copy", doing=doing)
            if finished.code:
                raise OpsError(f"terraform init failed ({finished.log}):\n{tail(finished.output)}")

    def plan(self) -> bool:
        """Write the plan file; return whether it changes anything."""
        return self._plan(f"plan {self.stack}")

    def destruction_json(self) -> str:
        """Return the JSON of the plan that destroys everything in the state. The plan file is deleted."""
        with plan_file_deleted(self.folder):
            self._plan(f"plan to destroy {self.stack}", "-destroy")
            return self.show_plan_json()

    def _plan(self, name: str, *arguments: str) -> bool:
        with step(name) as doing:
            events = _Events()
            options = ("-json", "-detailed-exitcode", *self._lock, f"-out={PLAN_FILE}", *arguments)
            finished = self._run("plan", *options, doing=doing, events=events)
            if finished.code not in (0, 2):
                raise self._failure("plan", finished, events)
            doing.result = "no changes" if finished.code == 0 else events.summary.removeprefix("Plan: ")
            return finished.code == 2

    def plan_refresh_only(self) -> None:
        """Write a plan file of the differences between AWS and the state; applying it changes only the state."""
        with step(f"compare {self.stack} with AWS") as doing:
            events = _Events()
            finished = self._run(
                "plan", "-json", "-refresh-only", *self._lock, f"-out={PLAN_FILE}", doing=doing, events=events
            )
            if finished.code:
                raise self._failure("plan", finished, events)

    def plan_imports(self, addresses: Sequence[str]) -> list[explain.Diagnostic]:
        """Write a plan file of the import blocks of these addresses. Returns errors, in which case there is no file."""
        events = _Events()
        options = (
            "-json",
            "-refresh=false",
            *self._lock,
            f"-out={PLAN_FILE}",
            *(f"-target={each}" for each in addresses),
        )
        finished = self._run("plan", *options, events=events)
        if finished.code and (not events.diagnostics or any(map(explain.lock_holder, events.diagnostics))):
            raise self._failure("plan", finished, events)
        return events.diagnostics

    def import_object(self, address: str, identifier: str) -> None:
        """Import one object into the state."""
        with step(f"import {address}") as doing:
            finished = self._run("import", "-no-color", *self._lock, address, identifier, doing=doing)
            if finished.code:
                raise OpsError(f"terraform import failed ({finished.log}):\n{tail(finished.output)}")

    def apply(self) -> None:
        """Apply exactly the plan that `plan` wrote."""
        with step(f"apply {self.stack}") as doing:
            events = _Events()
            finished = self._run("apply", "-json", *self._lock, PLAN_FILE, doing=doing, events=events)
            if finished.code:
                raise self._failure("apply", finished, events)
            doing.result = events.summary.removeprefix("Apply complete! Resources: ").rstrip(".")

    def refresh_state(self) -> None:
        """Save the values that AWS set after the apply into the state, so that any later difference is drift."""
        with step(f"refresh the state of {self.stack}") as doing:
            events = _Events()
            finished = self._run(
                "apply", "-json", "-refresh-only", "-auto-approve", *self._lock, doing=doing, events=events
            )
            if finished.code:
                raise self._failure("apply", finished, events)

    def destroy(self) -> None:
        """Destroy everything in the state, without confirmation."""
        with step(f"destroy {self.stack}") as doing:
            events = _Events()
            finished = self._run("destroy", "-json", "-auto-approve", *self._lock, doing=doing, events=events)
            if finished.code:
                raise self._failure("destroy", finished, events)
            doing.result = events.summary.removeprefix("Destroy complete! Resources: ").rstrip(".")

    def show_plan(self) -> str:
        """Return the plan file as text."""
        return self._run("show", "-no-color", PLAN_FILE).output

    def show_plan_json(self) -> str:
        """Return the plan file as JSON."""
        return self._run("show", "-json", PLAN_FILE, log=NO_LOG).output

    def pull_state(self) -> str:
        """Return the state from its bucket; empty before the first apply."""
        finished = self._run("state", "pull", log=NO_LOG)
        if finished.code:
            raise OpsError(f"terraform state pull failed:\n{tail(finished.output)}")
        return finished.output

    def outputs(self) -> dict[str, Any]:
        """Return the values of the outputs."""
        finished = self._run("output", "-json", log=NO_LOG)
        if finished.code:
            raise OpsError(f"terraform output failed:\n{tail(finished.output)}")
        return {name: output["value"] for name, output in json.loads(finished.output).items()}

    def push_state(self, path: Path) -> None:
        """Push this file as the stack's state. Terraform refuses an older state or one of another lineage."""
        with step(f"push the state of {self.stack}") as doing:
            finished = self._run("state", "push", "-no-color", *self._lock, str(path.resolve()), doing=doing)
            if finished.code:
                raise self._failure("state push", finished, _Events())

    def force_unlock(self, lock_id: str) -> None:
        """Release a lock whose holder no longer runs."""
        with step(f"unlock {self.stack}") as doing:
            finished = self._run("force-unlock", "-force", lock_id, doing=doing)
            if finished.code:
                raise OpsError(f"terraform force-unlock failed ({finished.log}):\n{tail(finished.output)}")

    @property
    def _lock(self) -> list[str]:
        return [f"-lock-timeout={self.lock_timeout}s"]

    def _run(
        self,
        command: str,
        *arguments: str,
        doing: Step | None = None,
        events: _Events | None = None,
        log: Path | None = None,
    ) -> Finished:
        events = events or _Events()
        try:
            return self._finished(command, arguments, events, doing, log)
        except OpsError as error:
            raise OpsError(f"{error}{self._unsaved()}", error.code) from None

    def _finished(
        self, command: str, arguments: Sequence[str], events: _Events, doing: Step | None, log: Path | None
    ) -> Finished:
        is_init = command == "init"
        environment = tool_environment(self.workspace, self.init_environment if is_init else self.environment)
        with cache_locked(environment) if is_init else nullcontext():
            return run(
                [terraform_program(self.environment), command, *arguments],
                folder=self.folder,
                environment=environment,
                log=log or log_path(self.workspace, f"{self.stack}-{command}"),
                on_line=events.take,
                waiting=(lambda: events.show(doing)) if doing else (lambda: None),
            )

    def _failure(self, command: str, finished: Finished, events: _Events) -> OpsError:
        """Return Terraform's errors as a message with the next command to run."""
        printed = {"summary": finished.output, "detail": finished.output}
        lock = next(filter(None, map(explain.lock_holder, events.diagnostics or [printed])), None)
        if lock:
            return OpsError(explain.locked(lock, self.next_command), ExitCode.STATE_LOCKED)
        messages = [explain.diagnostic(each, self.recover_command) for each in events.diagnostics]
        text = "\n\n".join(messages) or tail(finished.output)
        return OpsError(f"terraform {command} failed ({finished.log}):\n\n{text}{self._unsaved()}")

    def _unsaved(self) -> str:
        """Return what to do if an apply could not save the state."""
        path = self.folder / ERRORED_STATE
        return f"\n\n{unsaved_message(path, self.next_options)}" if path.exists() else ""
