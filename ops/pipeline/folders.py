"""The folder of environment files, as jobs find it in a clone of the repository."""

from pathlib import Path

from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT


def in_repository(envs: Path) -> Path:
    """Return the folder relative to the repository's root. Raises OpsError if it is outside the repository."""
    folder = envs.resolve()
    if not folder.is_relative_to(PROJECT):
        raise OpsError(
            f"{envs} is outside the repository, and jobs read the environment files from a clone of it; write --envs "
            "with a folder in the repository",
            ExitCode.REFUSED,
        )
    return folder.relative_to(PROJECT)
