"""`python -m ops doctor`: looks at everything that a deploy needs, and says what would stop it."""

import datetime
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.settings import EnvironmentFile
from ops.backend import Backend, RemoteState
from ops.doctor import backups, contents, locks, provider, quotas, state, tools, versions
from ops.doctor.clock import clock
from ops.doctor.finding import Finding, Findings
from ops.doctor.patient import Patient, Stack
from ops.errors import OpsError
from ops.synth import synthesize
from ops.target import target_of
from ops.workspace import Workspace, stack_folder


def examine(workspace: Workspace, file: EnvironmentFile, today: datetime.date, *, on_local: bool) -> list[Finding]:
    """Return what all checks say; what one of them stumbles over keeps no other from looking."""
    return [*_machine(), *_account(workspace, file, today, on_local=on_local)]


def _machine() -> Findings:
    yield from looked("tools", tools.tools)
    yield from looked("installed", tools.installed)
    yield from looked("lock files", locks.locks)
    yield from looked("provider", provider.provider)


def _account(workspace: Workspace, file: EnvironmentFile, today: datetime.date, *, on_local: bool) -> Findings:
    try:
        target = target_of(workspace, on_local=on_local)
    except OpsError as error:
        yield Finding("error", "AWS", str(error))
        return
    settings = file.settings
    yield from looked("clock", lambda: clock(target, settings.region))
    try:
        patient = Patient(file, target, target.session(settings.account_id))
    except OpsError as error:
        yield Finding("error", "credentials", str(error))
    except (BotoCoreError, ClientError) as error:
        yield Finding("error", "credentials", _said(error), "log in: run `aws sso login`, or `export AWS_PROFILE=...`")
    else:
        yield Finding("ok", "credentials", f"of account {settings.account_id}, as {file.document.file} says")
        yield from _environment(patient, today)
        return
    without = "state, quotas, secrets, images, backups and versions: without credentials of the account"
    yield Finding("unseen", "account", without)


def _environment(patient: Patient, today: datetime.date) -> Findings:
    yield from looked("secrets", lambda: contents.secrets(patient))
    yield from looked("images", lambda: contents.images(patient))
    yield from looked("backups", lambda: backups.backups(patient))
    yield from looked("fargate", lambda: quotas.fargate(patient))
    try:
        stack = _stack(patient)
    except (OpsError, BotoCoreError, ClientError, OSError) as error:
        yield Finding("error", "stack", _said(error))
        yield Finding("unseen", "state", "and moves, quotas and versions: without the stack and its state")
        return
    yield from looked("state", lambda: state.bucket_and_lock(patient, stack))
    yield from looked("moves", lambda: state.moves(patient, stack))
    yield from looked("quotas", lambda: quotas.quotas(patient, stack))
    yield from looked("versions", lambda: versions.versions(patient, stack, today))


def looked(subject: str, check: Callable[[], Findings]) -> list[Finding]:
    """Return what the check says; that it could not look, where it was refused."""
    try:
        return list(check())
    except (OpsError, BotoCoreError, ClientError, OSError) as error:
        return [Finding("unseen", subject, _said(error))]


def _stack(patient: Patient) -> Stack:
    """Synthesize, and read which addresses the state has; its values stay unread."""
    target = patient.target
    output = target.workspace.build / "doctor" / "cdktf.out"
    synthesize(target.workspace, output, target.init_environment, patient.name)
    synthesized: dict[str, Any] = json.loads((stack_folder(output, patient.name) / "cdk.tf.json").read_text())
    options = target.options(patient.name, patient.name)
    remote = RemoteState(patient.session, Backend.in_stack(synthesized), options)
    if remote.bucket_exists():
        remote.refuse_deleted()
    return Stack(synthesized, remote.addresses())


def _said(error: Exception) -> str:
    return " ".join(str(error).split())
