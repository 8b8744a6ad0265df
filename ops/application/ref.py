"""The commit of the infrastructure repository that the jobs of an application use."""

import re
import subprocess
from pathlib import Path

from ops import steps
from ops.errors import ExitCode, OpsError

#: SHA-1, or SHA-256 in newer repositories.
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def commit_of(ref: str | None, repository: Path) -> str:
    """Return a full commit, or the one of a tag, or the current one. Warn if no branch or tag of a remote may have it.

    Raises OpsError for anything else, such as a branch: what jobs use would change without a change of their file.
    """
    if _git(repository, "rev-parse", "--git-dir") is None:
        raise OpsError(
            f"{repository} is not a Git repository, so that its commit is not known; run this in a clone of it",
            ExitCode.REFUSED,
        )
    name = "HEAD" if ref is None else ref if _COMMIT.fullmatch(ref) else f"refs/tags/{ref}"
    commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not commit:
        raise OpsError(
            f"--ref {ref or name} is no full commit and no tag of {repository}; write one, after git fetch --tags",
            ExitCode.REFUSED,
        )
    # A tag is pushed by itself, and Git does not know whether a remote has it.
    if not name.startswith("refs/tags/") and not _git(repository, "branch", "--remotes", "--contains", commit):
        steps.warn(f"commit {commit} is on no branch of a remote, so that jobs cannot get it; push it, or write --ref")
    return commit


def _git(repository: Path, *command: str) -> str | None:
    """Return the output of a Git command, or None if it fails."""
    done = subprocess.run(["git", *command], cwd=repository, capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout.strip()
