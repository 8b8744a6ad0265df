"""Benchmark of a synth: `python -m bench.run main.py`, which `make bench` runs.

It measures the named app (with the current environment variables, such as `ENV=prod`), then the benchmark's own app,
then a production environment with generated services, and set-up in a new clone. The contenders take turns, so that a
slow minute of the machine affects all of them. It runs in bench/.venv (see `set_up.py`), and needs the packages of
bench/package-lock.json.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from . import report
from .contenders import BENCH, REPOSITORY, Contender, DifferentResourcesError, check_of_files, prepare
from .measuring import CommandFailedError, Cost
from .new_clone import set_up_costs
from .production import write_environment

WORKSHOP = BENCH / "build"


def main(
    app: Annotated[str, typer.Argument(help="The app's script and its arguments.")] = "main.py",
    rounds: Annotated[int, typer.Option(help="Rounds with the named app.")] = 5,
    sizes: Annotated[str, typer.Option(help="Numbers of resources of the benchmark's own app.")] = "300",
    services: Annotated[str, typer.Option(help="Numbers of services generated into production.")] = "",
    rounds_of_sizes: Annotated[int, typer.Option(help="Rounds with each of these sizes.")] = 3,
    set_up: Annotated[bool, typer.Option(help="Measure set-up in a new clone.")] = False,
    output: Annotated[Path, typer.Option(help="The folder for bench.md and bench.png.")] = REPOSITORY / "docs",
) -> None:
    """Measure, print a table, and write bench.md and bench.png."""
    try:
        first = race(app, shlex.split(app), {}, rounds)
        of_sizes = [
            race("bench/app.py", ["bench/app.py"], {"BENCH_RESOURCES": size}, rounds_of_sizes)
            for size in filter(None, sizes.split(","))
        ]
        generated = [_race_of_services(int(each), rounds_of_sizes) for each in filter(None, services.split(","))]
        costs = set_up_costs() if set_up else {}
    except (CommandFailedError, DifferentResourcesError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    output.mkdir(exist_ok=True)
    report.write_plot(first, of_sizes, output / "bench.png")
    report.write_markdown([first, *of_sizes, *generated], costs, output / "bench.md", output / "bench.png")


def _race_of_services(services: int, rounds: int) -> report.Race:
    """Measure production with generated services, and the check of its file."""
    envs = write_environment(BENCH / "build" / "envs", services)
    build = {"GROUNDWORK_BUILD": os.environ.get("GROUNDWORK_BUILD", str(REPOSITORY / "build"))}
    environment = {"ENVS": str(envs), "ENV": "prod", **build}
    workshop = WORKSHOP / "services"
    return race(f"prod and {services} services", ["main.py"], environment, rounds, workshop, check=True)


def race(
    title: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    rounds: int,
    workshop: Path = WORKSHOP / "app",
    *,
    check: bool = False,
) -> report.Race:
    """Measure all contenders in turns with one app, after one round that is not counted."""
    contenders, resources = prepare(command, workshop, environment=environment)
    if check:
        contenders.append(check_of_files(environment))
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
