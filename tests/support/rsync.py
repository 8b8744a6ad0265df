"""The two calls of rsync by which gitlab-ci-local copies files, so that the tests need no rsync.

With `--no-shell-isolation`, jobs run in the clone itself: the copy of the tracked files is for containers only, and of
the artifacts, the listed paths are copied. Any other call is an error, so that a new release is noticed.
"""

import argparse
import shutil
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Copy artifacts. Raises SystemExit for a call that gitlab-ci-local has not made so far."""
    parser = argparse.ArgumentParser(prog="rsync", allow_abbrev=False)
    for flag in ("-a", "-r", "-R", "--delete", "--delete-excluded"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--exclude", action="append", default=[])
    parser.add_argument("--exclude-from", action="append", default=[])
    parser.add_argument("--files-from", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    called = parser.parse_args(arguments)
    if called.files_from:
        for name in called.files_from.read_text().splitlines():
            copy(called.source / name, called.target / name)
    elif not called.delete_excluded:
        parser.error(f"only --files-from and --delete-excluded are expected, not {' '.join(arguments)}")


def copy(source: Path, target: Path) -> None:
    """Copy a file or folder with its parents. A path without files, an unmatched pattern, is left out as by rsync."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


if __name__ == "__main__":
    main(sys.argv[1:])
