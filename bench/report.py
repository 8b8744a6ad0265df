"""The benchmark's results as a table, as Markdown, and as a plot."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from .contenders import LAZY_PYTHON
from .measuring import Cost

# Okabe and Ito's palette, which color-blind people can distinguish; each contender also has its own marker.
_STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#E69F00", "^"), ("#009E73", "D"), ("#999999", "x"))
_COLUMNS = ("", "user CPU s", "wall s", "peak MB", "CPU to lazy")


@dataclass(frozen=True)
class Race:
    """The medians of each contender with one app."""

    title: str
    resources: int
    rounds: int
    costs: dict[str, Cost]

    @property
    def heading(self) -> str:
        """The title, number of resources, and number of rounds."""
        return f"{self.title}: {self.resources:,} resources, medians of {self.rounds} interleaved rounds"

    @property
    def rows(self) -> Iterable[tuple[str, ...]]:
        """The numbers as text, a row for each contender."""
        lazy = self.costs[LAZY_PYTHON].user_seconds
        for name, cost in self.costs.items():
            yield (*_numbers(name, cost), f"{cost.user_seconds / lazy:.1f}x")


def table(race: Race) -> Table:
    """Return the results as a table for the terminal."""
    shown = Table(*_COLUMNS, title=race.heading, title_justify="left")
    for column in shown.columns[1:]:
        column.justify = "right"
    for row in race.rows:
        shown.add_row(*row)
    return shown


def write_markdown(races: Iterable[Race], set_up: Mapping[str, Cost], file: Path, plot: Path) -> None:
    """Write the results as Markdown; the plot is linked relative to the file."""
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}; "
        "written by `make bench`."
    )
    note = (
        "User CPU time and memory include all child processes. Memory is the largest sum of resident memory, sampled "
        "every 20 ms; memory that processes share counts for each. The TypeScript app is generated from the "
        "synthesized stack, reads attributes from objects as the Python app does, and must create the same "
        "resources. It is compiled before the measurement, as Python's byte code is."
    )
    lines = ["# What a synth costs", "", machine, "", note, "", f"![CPU, memory, and CPU by resources]({plot.name})"]
    for race in races:
        lines += ["", f"## {race.heading}", "", _line(_COLUMNS), "|---|--:|--:|--:|--:|", *map(_line, race.rows)]
    if set_up:
        lines += [
            "",
            "## Set-up",
            "",
            "In a new clone, with empty caches of uv, npm, pnpm, and jsii, and with filled ones.",
            "",
        ]
        lines += [_line(_COLUMNS[:4]), "|---|--:|--:|--:|", *(_line(_numbers(*each)) for each in set_up.items())]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _numbers(name: str, cost: Cost) -> tuple[str, ...]:
    return name, f"{cost.user_seconds:.2f}", f"{cost.wall_seconds:.2f}", f"{cost.peak_megabytes:,.0f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_plot(app: Race, sizes: Sequence[Race], file: Path) -> None:
    """Plot CPU and memory of the app as bars, and CPU by number of resources with logarithmic axes."""
    figure = Figure(figsize=(13, 4.5), layout="constrained")
    processor, memory, growth = figure.subplots(1, 3)
    _draw_bars(processor, "user CPU, seconds", {name: cost.user_seconds for name, cost in app.costs.items()})
    _draw_bars(memory, "peak memory, MB", {name: cost.peak_megabytes for name, cost in app.costs.items()})
    memory.set_yticklabels([])
    figure.suptitle(app.heading, x=0.01, ha="left")
    _draw_growth(growth, sorted(sizes, key=lambda race: race.resources))
    figure.savefig(file, dpi=120)


def _draw_bars(axes: Axes, label: str, figures: dict[str, float]) -> None:
    bars = axes.barh(list(figures), list(figures.values()), color=[color for color, _ in _STYLES[: len(figures)]])
    axes.bar_label(bars, fmt="{:,.3g}" if max(figures.values()) < 100 else "{:,.0f}", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_growth(axes: Axes, sizes: Sequence[Race]) -> None:
    if not sizes:
        axes.set_axis_off()
        return
    numbers = [race.resources for race in sizes]
    for name, (color, marker) in zip(sizes[0].costs, _STYLES, strict=False):
        axes.plot(numbers, [race.costs[name].user_seconds for race in sizes], color=color, marker=marker)
    axes.set(xscale="log", yscale="log", xlabel=f"resources of {sizes[0].title}", ylabel="user CPU, seconds")
    axes.set_xticks(numbers, [f"{number:,}" for number in numbers])
    axes.xaxis.set_minor_formatter(lambda *_: "")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(visible=True, alpha=0.3)
