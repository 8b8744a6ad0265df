"""The arithmetic of step scaling: which adjustment answers which value of a metric. Pure.

AWS compares the metric with the alarm's threshold and looks for the step whose interval, counted from the
threshold, holds the difference ("Application Auto Scaling User Guide, Step adjustments"). Where no interval holds
it, nothing is scaled, and the activity says "No step adjustment found for metric value [99.8] and breach delta
49.8": the fan site's fourth failure, whose one step had an upper bound of 0 and no lower one, and so waited below
a threshold that was breached above.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Direction = Literal["out", "in"]


@dataclass(frozen=True)
class Interval:
    """The interval of one step, counted from the threshold; None is no bound at all."""

    lower: float | None
    upper: float | None
    adjustment: int

    def __str__(self) -> str:
        lower = "no lower bound" if self.lower is None else f"{self.lower:g}"
        upper = "no upper bound" if self.upper is None else f"{self.upper:g}"
        return f"({lower} to {upper})"

    @property
    def start(self) -> float:
        """The lower bound as a number."""
        return float("-inf") if self.lower is None else self.lower

    @property
    def end(self) -> float:
        """The upper bound as a number."""
        return float("inf") if self.upper is None else self.upper


@dataclass(frozen=True)
class Fault:
    """What is wrong with the steps, at which of them (None: all of them together)."""

    step: int | None
    rule: str
    remedy: str


def adjustment(steps: Sequence[Interval], direction: Direction, delta: float) -> int | None:
    """Return the adjustment for a metric `delta` away from the threshold, as AWS looks it up; None is its error.

    "Step adjustments": above the threshold a lower bound belongs to the step and an upper one to the next; below
    it the other way round.
    """
    for step in steps:
        inside = step.start <= delta < step.end if direction == "out" else step.start < delta <= step.end
        if inside:
            return step.adjustment
    return None


def faults(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    """Yield why the steps do not answer each value beyond the threshold with one adjustment, and only one.

    Scaling out they have to cover everything from 0 (the threshold) upwards, scaling in everything up to 0.
    """
    if not steps:
        yield Fault(None, "has no step: no value of the metric would change anything", "write a `step { ... }` block")
        return
    empty = [number for number, step in enumerate(steps) if step.start >= step.end]
    for number in empty:
        yield Fault(
            number,
            f"covers nothing: {steps[number]} begins where it ends, or behind it",
            "write a lower bound below the upper one",
        )
    if not empty:
        yield from _beyond_threshold(steps, direction)
        yield from _holes_and_overlaps(steps)
    yield from _wrong_way(steps, direction)


def _beyond_threshold(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    """Yield where the steps as a whole begin and end elsewhere than they must."""
    start, end = min(step.start for step in steps), max(step.end for step in steps)
    if direction == "out" and (start != 0 or end != float("inf")):
        yield _not_covered(
            steps,
            "above",
            "metric_interval_lower_bound = 0 in the lowest step and no upper bound in the highest",
        )
    if direction == "in" and (start != float("-inf") or end != 0):
        yield _not_covered(
            steps,
            "below",
            "metric_interval_upper_bound = 0 in the highest step and no lower bound in the lowest",
        )


def _not_covered(steps: Sequence[Interval], side: str, remedy: str) -> Fault:
    intervals = ", ".join(map(str, sorted(steps, key=lambda step: step.start)))
    return Fault(
        None,
        f"does not cover just what lies {side} the threshold: {intervals}. Bounds count from the threshold; "
        "a value in no step changes nothing "
        '("No step adjustment found for metric value [99.8] and breach delta 49.8")',
        f"write {remedy}",
    )


def _holes_and_overlaps(steps: Sequence[Interval]) -> Iterator[Fault]:
    ordered = sorted(enumerate(steps), key=lambda numbered: (numbered[1].start, numbered[1].end))
    for (_, one), (number, other) in pairwise(ordered):
        if one.end < other.start:
            yield Fault(
                number,
                f"leaves a hole: no step from {one.end:g} to {other.start:g}, counted from the threshold; a value "
                "there finds no adjustment",
                f"write metric_interval_lower_bound = {one.end:g}",
            )
        elif one.end > other.start:
            yield Fault(
                number,
                f"overlaps the step {one}: {other}",
                "begin each step where the one below it ends",
            )


def _wrong_way(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    for number, step in enumerate(steps):
        if (direction == "out" and step.adjustment < 0) or (direction == "in" and step.adjustment > 0):
            yield Fault(
                number,
                f"scales {direction} by {step.adjustment}, which is the other way",
                f"write a {'positive' if direction == 'out' else 'negative'} scaling_adjustment",
            )
