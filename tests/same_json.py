"""Compares the synthesized JSON of every environment with another commit's: `python -m tests.same_json main`.

For changes that must not change infrastructure, such as moving files. It exits with 1 if a stack differs.
CDKTF's comments ("//"), which name the constructs, are left out: Terraform does not read them.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exit.synthesis import ENVIRONMENTS
from ops.workspace import PROJECT

#: Files and folders that a synth needs but Git does not track.
INSTALLED = (".venv", "node_modules")


def synthesized(project: Path) -> dict[str, str]:
    """Return the JSON of each stack, by the folder of its environment file and its name."""
    found = {}
    for envs in ENVIRONMENTS:
        environment = {**os.environ, "ENVS": envs, "PYTHONPATH": str(project)}
        environment.pop("ENV", None)
        subprocess.run([sys.executable, "-m", "ops", "synth"], cwd=project, env=environment, check=True, stdout=2)
        for path in sorted((project / "cdktf.out" / "stacks").glob("*/cdk.tf.json")):
            stack = without_comments(json.loads(path.read_text()))
            found[f"{envs}/{path.parent.name}"] = json.dumps(stack, indent=1)
    return found


def without_comments(value: Any) -> Any:
    """Return the value without CDKTF's comments."""
    if isinstance(value, dict):
        return {key: without_comments(each) for key, each in value.items() if key != "//"}
    return [without_comments(each) for each in value] if isinstance(value, list) else value


def synthesized_before(commit: str) -> dict[str, str]:
    """Return the same for another commit, checked out into a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "before")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(project), commit], cwd=PROJECT, check=True)
        try:
            for name in INSTALLED:
                (project / name).symlink_to(PROJECT / name)
            return synthesized(project)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(project)], cwd=PROJECT, check=True)


def differences(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Yield the lines that differ, each after its stack's name."""
    for stack in sorted(before.keys() | after.keys()):
        lines = (before.get(stack, "").splitlines(), after.get(stack, "").splitlines())
        yield from difflib.unified_diff(*lines, f"before/{stack}", f"after/{stack}", n=2, lineterm="")


def main() -> None:
    """Print the differences."""
    parser = argparse.ArgumentParser(prog="python -m tests.same_json", description=__doc__)
    parser.add_argument("commit", help="what to compare with")
    commit = parser.parse_args().commit
    before, after = synthesized_before(commit), synthesized(PROJECT)
    found = list(differences(before, after))
    print("\n".join(found) if found else f"{len(after)} stacks, all as in {commit}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
