"""Posting of notes: one for each environment on the merge or pull request, which a later plan updates in place."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ops.note.api import TryAgainError
from ops.note.github import pull_request
from ops.note.gitlab import merge_request
from ops.note.server import Server

#: The file in the artifact of a plan job.
SUMMARY = "summary.md"
ATTEMPTS = 4


class Request(Protocol):
    """A merge or pull request, and its notes."""

    name: str

    def find(self, marker: str) -> int | None:
        """Return the ID of our note that begins with the marker."""

    def create(self, body: str) -> None:
        """Create a note."""

    def update(self, note: int, body: str, /) -> None:
        """Replace the text of a note."""


def request_of(environment: Mapping[str, str] = os.environ) -> Request | str:
    """Return the merge or pull request that the job runs for, or why nothing is posted."""
    if environment.get("GITHUB_ACTIONS"):
        return pull_request(environment)
    if environment.get("GITLAB_CI"):
        return merge_request(environment)
    return "this is neither a job of GitLab nor of GitHub; nothing is posted"


def summaries(artifacts: Path, environments: Sequence[str]) -> dict[str, str | None]:
    """Return the summary of each environment; None if its plan job did not get as far as a plan.

    Without names, return all summaries in the folder of artifacts.
    """
    names = environments or sorted(path.parent.name for path in artifacts.glob(f"*/{SUMMARY}"))
    paths = {name: artifacts / name / SUMMARY for name in names}
    return {name: path.read_text() if path.is_file() else None for name, path in paths.items()}


def post(
    request: Request, env: str, summary: str | None, server: Server, wait: Callable[[float], None] = time.sleep
) -> str:
    """Create the environment's note, or update it, and return what was done. Raises OpsError.

    Without a summary, an existing note is replaced, since its plan is no longer that of the newest commit.
    """
    marker = f"<!-- groundwork: plan of {env} -->"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            # Looks again for the note after a failure: the server may have created it before it failed.
            return _posted(request, marker, env, summary, server)
        except TryAgainError as error:
            if attempt == ATTEMPTS:
                raise
            wait(error.wait_seconds if error.wait_seconds is not None else 2.0**attempt)
    raise AssertionError  # the last attempt returns or raises


def _posted(request: Request, marker: str, env: str, summary: str | None, server: Server) -> str:
    note = request.find(marker)
    if summary is None and note is None:
        return f"{env}: there is no plan, and no note on {request.name}"
    body = f"{marker}\n{summary if summary is not None else _no_plan(env, server)}"
    if note is None:
        request.create(body)
        return f"{env}: note created on {request.name}"
    request.update(note, body)
    return f"{env}: note updated on {request.name}"


def _no_plan(env: str, server: Server) -> str:
    job = f"[Its job]({server.job}) says why." if server.job else "Its job says why."
    return f"## Plan of `{env}`: none\n\nPlanning commit `{server.head[:12]}` failed. {job}\n"
