"""Benchmark of a synth: `python -m bench.run main.py`, which `make bench` runs.

It measures the named app (with the current environment variables, such as `ENV=prod`), then the benchmark's own app
with 100, 1,000, and 5,000 resources. The contenders take turns, so that a slow minute of the machine affects all of
them. It needs the packages of bench/requirements.txt and, from `npm ci` in bench/, those of bench/package-lock.json.
It takes about 15 minutes.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from . import report
from .contenders import BENCH, REPOSITORY, Contender, DifferentResourcesError, prepare
from .measuring import CommandFailedError, Cost

WORKSHOP = BENCH / "build"


def main(
    app: Annotated[str, typer.Argument(help="The app's script and its arguments.")] = "main.py",
    rounds: Annotated[int, typer.Option(help="Rounds with the named app.")] = 7,
    sizes: Annotated[str, typer.Option(help="Numbers of resources of the benchmark's own app.")] = "100,1000,5000",
    rounds_of_sizes: Annotated[int, typer.Option(help="Rounds with each of these sizes.")] = 3,
    output: Annotated[Path, typer.Option(help="The folder for bench.md and bench.png.")] = REPOSITORY / "docs",
) -> None:
    """Measure, print a table, and write bench.md and bench.png."""
    plan: list[tuple[str, Sequence[str], Mapping[str, str], int]] = [(app, shlex.split(app), {}, rounds)]
    for size in filter(None, sizes.split(",")):
        plan.append(("bench/app.py", ["bench/app.py"], {"BENCH_RESOURCES": size}, rounds_of_sizes))
    try:
        races = [race(title, command, environment, each) for title, command, environment, each in plan]
    except (CommandFailedError, DifferentResourcesError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    output.mkdir(exist_ok=True)
    report.write_plot(races[0], races[1:], output / "bench.png")
    report.write_markdown(races, output / "bench.md", output / "bench.png")


def race(title: str, command: Sequence[str], environment: Mapping[str, str], rounds: int) -> report.Race:
    """Measure all contenders in turns with one app, after one round that is not counted."""
    contenders, resources = prepare(command, WORKSHOP, environment=environment)
    for contender in contenders:
        contender.run()
    costs = _take_turns(contenders, rounds)
    result = report.Race(title, resources, rounds, {name: Cost.median(each) for name, each in costs.items()})
    Console().print(report.table(result))
    return result


def _take_turns(contenders: Sequence[Contender], rounds: int) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    progress = Console(stderr=True)
    for number in range(1, rounds + 1):
        for contender in contenders:
            progress.print(f"round {number} of {rounds}: {contender.name}", style="dim")
            costs[contender.name].append(contender.run())
    return costs


if __name__ == "__main__":
    typer.run(main)
