"""`python -m ops doctor`: checks everything that a deploy needs, and reports what would stop it."""

import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.environment_files import EnvironmentFile
from ops.backend import Backend, RemoteState
from ops.doctor import backups, connections, contents, locks, provider, quotas, state, tools, versions
from ops.doctor.clock import clock
from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding, Findings
from ops.errors import OpsError
from ops.synth import synthesize
from ops.target import target_of
from ops.workspace import Workspace, stack_folder


def examine(workspace: Workspace, file: EnvironmentFile, today: datetime.date, *, on_local: bool) -> list[Finding]:
    """Return the findings of all checks. A check that fails does not stop the others."""
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
        context = Context(file, target, target.session(settings.account_id))
    except OpsError as error:
        yield Finding("error", "credentials", str(error))
    except (BotoCoreError, ClientError) as error:
        yield Finding(
            "error", "credentials", _one_line(error), "log in: run `aws sso login`, or `export AWS_PROFILE=...`"
        )
    else:
        yield Finding("ok", "credentials", f"for account {settings.account_id}, as in {file.document.file}")
        yield from _environment(context, today)
        return
    unchecked = (
        "state, quotas, secrets, images, backups, connections, and versions cannot be checked without credentials"
    )
    yield Finding("unseen", "account", unchecked)


def _environment(context: Context, today: datetime.date) -> Findings:
    yield from looked("secrets", lambda: contents.secrets(context))
    yield from looked("images", lambda: contents.images(context))
    yield from looked("backups", lambda: backups.backups(context))
    yield from looked("connections", lambda: connections.connections(context))
    yield from looked("fargate", lambda: quotas.fargate(context))
    try:
        stack = _stack(context)
    except (OpsError, BotoCoreError, ClientError, OSError) as error:
        yield Finding("error", "stack", _one_line(error))
        yield Finding("unseen", "state", "moves, quotas, and versions cannot be checked either")
        return
    yield from looked("state", lambda: state.bucket_and_lock(context, stack))
    yield from looked("moves", lambda: state.moves(context, stack))
    yield from looked("quotas", lambda: quotas.quotas(context, stack))
    yield from looked("versions", lambda: versions.versions(context, stack, today))


def looked(subject: str, check: Callable[[], Findings]) -> list[Finding]:
    """Return the findings of the check, or that it failed."""
    try:
        return list(check())
    except (OpsError, BotoCoreError, ClientError, OSError) as error:
        return [Finding("unseen", subject, _one_line(error))]


def _stack(context: Context) -> Stack:
    """Synthesize, and read the addresses in the state, but not its values."""
    target = replace(context.target, output=context.target.workspace.build / "doctor" / "cdktf.out")
    synthesize(target, context.file.settings)
    synthesized: dict[str, Any] = json.loads((stack_folder(target.output, context.name) / "cdk.tf.json").read_text())
    options = target.options(context.name, context.name)
    remote = RemoteState(context.session, Backend.in_stack(synthesized), options)
    if remote.bucket_exists():
        remote.refuse_deleted()
    return Stack(synthesized, remote.addresses())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
