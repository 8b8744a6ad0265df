"""The audit log: one line in the environment's log group for each change that a command makes.

CloudTrail records every API call. These lines say which command made the calls, for what, and from which commit.
"""

import datetime
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from modules.environment_files import EnvironmentFile
from modules.foundation.names import AUDIT
from ops.ci_job import commit_of, url_of, user_of
from ops.errors import ExitCode, OpsError
from ops.steps import warn
from ops.target import Clients, Target, clients_of

#: What a line is about; each has a log stream of its own, so that a role can be limited to some of them.
Event = Literal[
    "connect",
    "deploy",
    "destroy",
    "experiment",
    "publish",
    "push_credentials",
    "release",
    "release_function",
    "secret",
    "state",
    "unlock",
    "vpn",
]


class AuditLog:
    """The audit log of one environment."""

    def __init__(self, target: Target, file: EnvironmentFile, environment: Mapping[str, str] = os.environ) -> None:
        """`environment` has the variables of a pipeline job."""
        self._names = file.settings.names
        self.group = self._names.log_group(AUDIT)
        self._target = target
        self._file = file
        self._job = _job(environment)

    @cached_property
    def _clients(self) -> Clients:
        return clients_of(self._target, self._file)

    def write(self, event: Event, **fields: Any) -> None:
        """Write one line: the event, who caused it, the pipeline's job, and the fields. Raises OpsError."""
        try:
            who = self._clients("sts").get_caller_identity()["Arn"]
            line = {"event": event, "environment": self._names.environment, "who": who, **self._job, **fields}
            self._put(event, json.dumps(line))
        except (ClientError, BotoCoreError) as error:
            raise OpsError(f"cannot write to the audit log {self.group}: {error}", ExitCode.REFUSED) from None

    def record(self, event: Event, **fields: Any) -> None:
        """Write one line about what has already happened; if that fails, print a warning with the line."""
        try:
            self.write(event, **fields)
        except OpsError as error:
            warn(f"{error}; not recorded: {json.dumps({'event': event, **fields})}")

    @contextmanager
    def recorded(self, event: Event, **fields: Any) -> Iterator[None]:
        """Write one line when the block ends, with its `result`: done, or failed."""
        result = "failed"
        try:
            yield
            result = "done"
        finally:
            self.record(event, **fields, result=result)

    @contextmanager
    def deployment(self, changes: Mapping[str, int], unlocked: Iterable[str]) -> Iterator[None]:
        """Write a line for each use of an unlock record, and one for the deploy when the block ends."""
        for each in unlocked:
            self.record("unlock", allowed=each)
        with self.recorded("deploy", changes=dict(changes)):
            yield

    def entries(self, since: datetime.datetime) -> Iterator["Entry"]:
        """Yield the lines since then, the oldest first. Raises OpsError."""
        pages = self._clients("logs").get_paginator("filter_log_events")
        try:
            for page in pages.paginate(logGroupName=self.group, startTime=_milliseconds(since)):
                for each in page["events"]:
                    yield Entry(_time(each["timestamp"]), json.loads(each["message"]))
        except (ClientError, BotoCoreError) as error:
            raise OpsError(f"cannot read the audit log {self.group}: {error}", ExitCode.REFUSED) from None

    def entries_of(self, event: Event, since: datetime.datetime) -> Iterator["Entry"]:
        """Yield the lines about one event since then, the oldest first. Raises OpsError.

        Unlike `entries`, this needs no right to read the lines about other events.
        """
        logs = self._clients("logs")
        request = {"logGroupName": self.group, "logStreamName": event, "startTime": _milliseconds(since)}
        token, last = None, ""
        try:
            # GetLogEvents has no paginator: at the end, it returns the token that it was given.
            while token != last:
                page = logs.get_log_events(**request, startFromHead=True, **({"nextToken": token} if token else {}))
                for each in page["events"]:
                    yield Entry(_time(each["timestamp"]), json.loads(each["message"]))
                last, token = token or "", page["nextForwardToken"]
        except logs.exceptions.ResourceNotFoundException:
            # The first line creates the stream.
            return
        except (ClientError, BotoCoreError) as error:
            raise OpsError(f"cannot read the audit log {self.group}: {error}", ExitCode.REFUSED) from None

    def _put(self, stream: str, message: str) -> None:
        logs = self._clients("logs")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=self.group, logStreamName=stream)
        now = _milliseconds(datetime.datetime.now(datetime.UTC))
        logs.put_log_events(
            logGroupName=self.group, logStreamName=stream, logEvents=[{"timestamp": now, "message": message}]
        )


@dataclass(frozen=True)
class Entry:
    """A line of the audit log."""

    time: datetime.datetime
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        rest = {name: value for name, value in self.fields.items() if name not in ("event", "environment", "who")}
        shown = "  ".join(
            f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in rest.items()
        )
        return f"{self.time:%Y-%m-%d %H:%M:%S}  {self.fields.get('event')}  {self.fields.get('who')}  {shown}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return {"time": self.time.isoformat(), **self.fields}


def _job(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the pipeline's job."""
    found = {"job": url_of(environment), "commit": commit_of(environment), "user": user_of(environment)}
    return {field: value for field, value in found.items() if value}


def _milliseconds(time: datetime.datetime) -> int:
    return int(time.timestamp() * 1000)


def _time(milliseconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
