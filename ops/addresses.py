"""The committed list of every address of every stack, beside the environment files.

Terraform knows a resource by its address: one that is gone is destroyed, data and all. So the list is compared at
each test, and an address leaves it only by a `moved` record or when somebody says so by name.
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
    """What a stack's addresses are, against the committed list."""

    stack: str
    added: list[str]
    gone: list[str]

    def __str__(self) -> str:
        lines = [f"{self.stack}: {address} is new" for address in self.added]
        lines += [
            f"{self.stack}: {address} is gone, Terraform would destroy it; if it is renamed, record the move: "
            f'call move_from_id("{address}") on the resource that it is now'
            for address in self.gone
        ]
        return "\n".join(lines)


def addresses(synthesized: dict[str, Any]) -> list[str]:
    """Return the addresses of a synthesized stack's resources, sorted."""
    return sorted(f"{kind}.{name}" for kind, named in synthesized.get("resource", {}).items() for name in named)


def moved_from(synthesized: dict[str, Any]) -> set[str]:
    """Return the addresses that `moved` records lead away from."""
    return {record["from"] for record in synthesized.get("moved", [])}


def list_path(envs: Path, stack: str) -> Path:
    """Return the committed list of a stack."""
    return envs / "addresses" / f"{stack}.txt"


def compare(envs: Path, output: Path) -> list[Difference]:
    """Return how the synthesized stacks differ from the committed lists."""
    found = []
    for folder in sorted((output / "stacks").iterdir()):
        now = set(addresses(_read(folder)))
        committed = set(_committed(envs, folder.name))
        if now != committed:
            found.append(Difference(folder.name, sorted(now - committed), sorted(committed - now)))
    return found


def write(envs: Path, output: Path, given_up: Iterable[str]) -> list[Path]:
    """Write the lists anew, and return those that changed.

    Raises OpsError, having written nothing, when an address is gone that is neither moved nor given up by name.
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
    """Return the difference with only those addresses gone that nobody accounts for."""
    accounted = given_up | moved_from(_read(stack_folder(output, difference.stack)))
    return Difference(difference.stack, [], [address for address in difference.gone if address not in accounted])


def _refuse_losses(losses: list[Difference]) -> None:
    told = "\n".join(str(loss) for loss in losses if loss.gone)
    names = " ".join(f"--give-up {address}" for loss in losses for address in loss.gone)
    if told:
        raise OpsError(f"{told}\nif it shall be destroyed: .venv/bin/python -m ops addresses {names}", ExitCode.REFUSED)


def _committed(envs: Path, stack: str) -> list[str]:
    path = list_path(envs, stack)
    return path.read_text().split() if path.exists() else []


def _read(folder: Path) -> dict[str, Any]:
    synthesized: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())
    return synthesized
