"""Step scaling arithmetic: which adjustment applies to which value of a metric. Pure.

AWS subtracts the alarm's threshold from the metric's value and looks for the step whose interval contains the
difference ([Application Auto Scaling User Guide, How step scaling for Application Auto Scaling works, Step adjustments]
(https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html)). If no interval
contains it, nothing is scaled, and the scaling activity says "No step adjustment found for metric value [99.8] and
breach delta 49.8". This happens, for example, if the only step has an upper bound of 0 and no lower bound: it covers
only values below a threshold that is breached by values above it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Direction = Literal["out", "in"]


@dataclass(frozen=True)
class Interval:
    """The interval of one step, relative to the threshold; None means no bound."""

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
    """A problem with one step, or with all of them together (None)."""

    step: int | None
    rule: str
    remedy: str


def adjustment(steps: Sequence[Interval], direction: Direction, delta: float) -> int | None:
    """Return the adjustment that AWS finds for a metric `delta` away from the threshold, or None if it finds none.

    "Step adjustments": above the threshold the lower bound is inclusive and the upper bound exclusive; below it, the
    lower bound is exclusive and the upper bound inclusive.
    """
    for step in steps:
        inside = step.start <= delta < step.end if direction == "out" else step.start < delta <= step.end
        if inside:
            return step.adjustment
    return None


def faults(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    """Yield why the steps do not have exactly one adjustment for each value beyond the threshold.

    To scale out, they must cover everything from 0 (the threshold) upwards; to scale in, everything up to 0.
    """
    if not steps:
        yield Fault(None, "has no step, so it would never scale", "write a `step { ... }` block")
        return
    empty = [number for number, step in enumerate(steps) if step.start >= step.end]
    for number in empty:
        yield Fault(
            number,
            f"covers nothing: the lower bound of {steps[number]} is not below its upper bound",
            "write a lower bound below the upper one",
        )
    if not empty:
        yield from _beyond_threshold(steps, direction)
        yield from _gaps_and_overlaps(steps)
    yield from _opposite_adjustments(steps, direction)


def _beyond_threshold(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    """Yield a fault if the steps together do not begin and end where they must."""
    start, end = min(step.start for step in steps), max(step.end for step in steps)
    if direction == "out" and (start != 0 or end != float("inf")):
        yield _not_covered(
            steps,
            "above",
            "metric_interval_lower_bound = 0 in the lowest step and no upper bound in the highest step",
        )
    if direction == "in" and (start != float("-inf") or end != 0):
        yield _not_covered(
            steps,
            "below",
            "metric_interval_upper_bound = 0 in the highest step and no lower bound in the lowest step",
        )


def _not_covered(steps: Sequence[Interval], side: str, remedy: str) -> Fault:
    intervals = ", ".join(map(str, sorted(steps, key=lambda step: step.start)))
    return Fault(
        None,
        f"does not cover exactly the values {side} the threshold: {intervals}. Bounds are relative to the threshold; "
        "a value that is in no step does not scale anything "
        '("No step adjustment found for metric value [99.8] and breach delta 49.8")',
        f"write {remedy}",
    )


def _gaps_and_overlaps(steps: Sequence[Interval]) -> Iterator[Fault]:
    ordered = sorted(enumerate(steps), key=lambda numbered: (numbered[1].start, numbered[1].end))
    for (_, one), (number, other) in pairwise(ordered):
        if one.end < other.start:
            yield Fault(
                number,
                f"leaves a gap: there is no step from {one.end:g} to {other.start:g}, relative to the threshold; a "
                "value in the gap has no adjustment",
                f"write metric_interval_lower_bound = {one.end:g}",
            )
        elif one.end > other.start:
            yield Fault(
                number,
                f"overlaps the step {one}: {other}",
                "begin each step where the step below it ends",
            )


def _opposite_adjustments(steps: Sequence[Interval], direction: Direction) -> Iterator[Fault]:
    for number, step in enumerate(steps):
        if (direction == "out" and step.adjustment < 0) or (direction == "in" and step.adjustment > 0):
            yield Fault(
                number,
                f"scales {direction} by {step.adjustment}, which is the opposite direction",
                f"write a {'positive' if direction == 'out' else 'negative'} scaling_adjustment",
            )
