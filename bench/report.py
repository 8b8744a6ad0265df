"""The bench's figures as a table, as Markdown and as a plot."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from rich.table import Table

from .contenders import OURS
from .measuring import Cost

# Okabe and Ito's colours, which stay apart for every eye; each contender also has its own marker.
_STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#E69F00", "^"), ("#009E73", "D"), ("#999999", "x"))
_COLUMNS = ("", "user CPU s", "wall s", "peak MB", "CPU to ours")


@dataclass(frozen=True)
class Race:
    """The medians of each contender with one app."""

    title: str
    resources: int
    rounds: int
    costs: dict[str, Cost]

    @property
    def heading(self) -> str:
        """What was measured."""
        return f"{self.title}: {self.resources:,} resources, medians of {self.rounds} interleaved rounds"

    @property
    def rows(self) -> Iterable[tuple[str, ...]]:
        """The figures as text, a row for each contender."""
        ours = self.costs[OURS].user_seconds
        for name, cost in self.costs.items():
            yield (
                name,
                f"{cost.user_seconds:.2f}",
                f"{cost.wall_seconds:.2f}",
                f"{cost.peak_megabytes:,.0f}",
                f"{cost.user_seconds / ours:.1f}x",
            )


def table(race: Race) -> Table:
    """For the terminal."""
    shown = Table(*_COLUMNS, title=race.heading, title_justify="left")
    for column in shown.columns[1:]:
        column.justify = "right"
    for row in race.rows:
        shown.add_row(*row)
    return shown


def write_markdown(races: Iterable[Race], file: Path, plot: Path) -> None:
    """For the documentation; the plot's file is named relative to it."""
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}; "
        "written by `make bench`."
    )
    note = (
        "User CPU and memory are of the whole process tree. Memory is the largest sum of resident memory, sampled "
        "every 20 ms, in which what processes share counts for each. The TypeScript app is generated from the "
        "synthesized stack, reads attributes from objects as ours does, and must make the same resources. It is "
        "compiled before the clock starts, as Python's byte code is."
    )
    lines = ["# What a synth costs", "", machine, "", note, "", f"![User CPU by resources]({plot.name})"]
    for race in races:
        lines += ["", f"## {race.heading}", "", _line(_COLUMNS), "|---|--:|--:|--:|--:|", *map(_line, race.rows)]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_plot(races: Iterable[Race], file: Path) -> None:
    """User CPU and memory over the number of resources, both axes logarithmic."""
    by_size = sorted(races, key=lambda race: race.resources)
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    processor, memory = figure.subplots(1, 2)
    for (name, _), (colour, marker) in zip(by_size[0].costs.items(), _STYLES, strict=False):
        measured = [race for race in by_size if name in race.costs]
        sizes = [race.resources for race in measured]
        style = {"label": name, "color": colour, "marker": marker}
        processor.plot(sizes, [race.costs[name].user_seconds for race in measured], **style)
        memory.plot(sizes, [race.costs[name].peak_megabytes for race in measured], **style)
    for axes, label in ((processor, "user CPU, seconds"), (memory, "peak memory of the process tree, MB")):
        axes.set(xscale="log", yscale="log", xlabel="resources", ylabel=label)
        axes.set_xticks([race.resources for race in by_size], [f"{race.resources:,}" for race in by_size])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.grid(visible=True, alpha=0.3)
    processor.legend(frameon=False)
    figure.savefig(file, dpi=150)
