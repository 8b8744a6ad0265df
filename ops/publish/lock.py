"""The lock of a site: one command publishes at a time, on whatever machine.

With two at once, index.html could be of one release and another page of the other, and one command could delete what
the other has just uploaded.
"""

import getpass
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.publish.release import LOCK_KEY
from ops.steps import warn

#: Longer than any publish. An older lock belongs to a command that was killed.
EXPIRES_AFTER = timedelta(minutes=60)
#: [How to prevent object overwrites with conditional writes]
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): the object exists or has changed
#: (412), or another request to create or change it is first (409).
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
#: Variables with a URL that names a job: GitLab's, and the parts of GitHub's.
_JOBS = ("CI_JOB_URL", "GITHUB_RUN_ID")


@dataclass(frozen=True)
class _Holder:
    who: str
    since: datetime
    etag: str


@contextmanager
def locked(
    s3: Any, bucket: str, clock: Clock, *, take: bool, environment: Mapping[str, str] = os.environ
) -> Iterator[None]:
    """Hold the lock of the site. Raises OpsError if another command does; with `take`, or if it is old, replace it."""
    now = clock.now()
    body = json.dumps({"who": _who(environment), "since": now.isoformat()}).encode()
    etag = _put(s3, bucket, body, IfNoneMatch="*") or _replace(s3, bucket, body, now, take=take)
    try:
        yield
    finally:
        try:
            s3.delete_object(Bucket=bucket, Key=LOCK_KEY, IfMatch=etag)
        except ClientError as error:
            warn(f"the lock {LOCK_KEY} of {bucket} was not deleted: {error}")


def _put(s3: Any, bucket: str, body: bytes, **condition: str) -> str | None:
    """Write the lock under a condition, and return its ETag; None if the condition is not met."""
    try:
        etag: str = s3.put_object(Bucket=bucket, Key=LOCK_KEY, Body=body, ContentType="application/json", **condition)[
            "ETag"
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] in _TAKEN:
            return None
        raise
    return etag


def _replace(s3: Any, bucket: str, body: bytes, now: datetime, *, take: bool) -> str:
    holder = _holder(s3, bucket)
    if holder and (take or now - holder.since > EXPIRES_AFTER):
        warn(f"{holder.who} has not released the lock since {holder.since:%F %T} UTC; it is replaced")
        if etag := _put(s3, bucket, body, IfMatch=holder.etag):
            return etag
        holder = _holder(s3, bucket)
    who = f"{holder.who} has been publishing since {holder.since:%F %T} UTC" if holder else "another command publishes"
    raise OpsError(
        f"{who}; run the same command again when it has ended, or with --take-lock if it no longer runs",
        ExitCode.REFUSED,
    )


def _holder(s3: Any, bucket: str) -> _Holder | None:
    try:
        found = s3.get_object(Bucket=bucket, Key=LOCK_KEY)
    except s3.exceptions.NoSuchKey:
        return None
    content = json.loads(found["Body"].read())
    return _Holder(content["who"], datetime.fromisoformat(content["since"]), found["ETag"])


def _who(environment: Mapping[str, str]) -> str:
    job = next((environment[name] for name in _JOBS if environment.get(name)), None)
    return job or f"{getpass.getuser()}@{socket.gethostname()}"
