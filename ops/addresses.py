"""The committed list of every resource address of every stack, next to the environment files.

Terraform identifies a resource by its address, and destroys a resource, with its data, whose address disappears.
Therefore, every test run compares the list, and an address is removed only by a `moved` block or by explicit request.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import ExitCode, OpsError
from ops.workspace import stack_folder


@dataclass(frozen=True)
class Difference:
    """The difference between a stack's addresses and the committed list."""

    stack: str
    added: list[str]
    removed: list[str]

    def __str__(self) -> str:
        lines = [f"{self.stack}: {address} is new" for address in self.added]
        lines += [
            f"{self.stack}: {address} is no longer in the stack; Terraform would destroy it. If it was renamed, record "
            f'the move: call move_from_id("{address}") on the resource under its new address'
            for address in self.removed
        ]
        return "\n".join(lines)


def addresses(synthesized: dict[str, Any]) -> list[str]:
    """Return the addresses of a synthesized stack's resources, sorted."""
    return sorted(f"{kind}.{name}" for kind, named in synthesized.get("resource", {}).items() for name in named)


def moved_from(synthesized: dict[str, Any]) -> set[str]:
    """Return the old addresses in `moved` blocks."""
    return {record["from"] for record in synthesized.get("moved", [])}


def list_path(envs: Path, stack: str) -> Path:
    """Return the path of a stack's committed list."""
    return envs / "addresses" / f"{stack}.txt"


def compare(envs: Path, output: Path) -> list[Difference]:
    """Return the differences between the synthesized stacks and the committed lists."""
    found = []
    for folder in sorted((output / "stacks").iterdir()):
        now = set(addresses(_read(folder)))
        committed = set(_committed(envs, folder.name))
        if now != committed:
            found.append(Difference(folder.name, sorted(now - committed), sorted(committed - now)))
    return found


def write(envs: Path, output: Path, given_up: Iterable[str]) -> list[Path]:
    """Update the lists, and return those that changed.

    Raises OpsError, and writes nothing, if an address was removed that is neither moved nor given up by name.
    """
    differences = compare(envs, output)
    _refuse_losses([_loss(each, output, set(given_up)) for each in differences])
    changed = []
    for each in differences:
        path = list_path(envs, each.stack)
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{address}\n" for address in addresses(_read(stack_folder(output, each.stack)))))
        changed.append(path)
    return changed


def _loss(difference: Difference, output: Path, given_up: set[str]) -> Difference:
    """Return the removed addresses that are neither moved nor given up."""
    accounted = given_up | moved_from(_read(stack_folder(output, difference.stack)))
    return Difference(difference.stack, [], [address for address in difference.removed if address not in accounted])


def _refuse_losses(losses: list[Difference]) -> None:
    lost = "\n".join(str(loss) for loss in losses if loss.removed)
    names = " ".join(f"--give-up {address}" for loss in losses for address in loss.removed)
    if lost:
        raise OpsError(f"{lost}\nTo destroy it, run: .venv/bin/python -m ops addresses {names}", ExitCode.REFUSED)


def _committed(envs: Path, stack: str) -> list[str]:
    path = list_path(envs, stack)
    return path.read_text().split() if path.exists() else []


def _read(folder: Path) -> dict[str, Any]:
    synthesized: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())
    return synthesized
