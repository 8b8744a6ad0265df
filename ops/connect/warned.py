"""Requests at the end of a command, whose failure must not hide why the command ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from ops.steps import warn


@contextmanager
def warned(what: str) -> Iterator[None]:
    """Print `what` and AWS's error as a warning if the request fails."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        warn(f"{what}: {error}")
