"""Steps: every value of the metric has exactly one adjustment."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.autoscaling.steps import Direction, Interval, adjustment, faults

bounds = st.lists(st.floats(0.001, 1e6), max_size=6, unique=True).map(sorted)
directions = st.sampled_from(["out", "in"])
loose_bound = st.none() | st.integers(-3, 3).map(float)
loose_steps = st.lists(st.builds(Interval, loose_bound, loose_bound, st.integers(-2, 2)), max_size=4)


def valid_steps(limits: list[float], direction: Direction) -> list[Interval]:
    """Return valid steps with these bounds beyond the threshold."""
    if direction == "in":
        mirrored = valid_steps(limits, "out")
        return [Interval(None if s.upper is None else -s.upper, -(s.lower or 0), -s.adjustment) for s in mirrored]
    edges: list[float | None] = [0.0, *limits, None]
    return [Interval(lower, upper, n + 1) for n, (lower, upper) in enumerate(pairwise(edges))]


def answers(steps: list[Interval], direction: Direction, delta: float) -> int:
    return sum(adjustment([step], direction, delta) is not None for step in steps)


@given(bounds, directions)
def test_valid_steps_have_no_problem(limits: list[float], direction: Direction) -> None:
    assert list(faults(valid_steps(limits, direction), direction)) == []


@given(bounds, directions, st.floats(0, 1e9))
def test_each_value_beyond_the_threshold_has_one_adjustment(
    limits: list[float], direction: Direction, distance: float
) -> None:
    delta = distance if direction == "out" else -distance
    assert answers(valid_steps(limits, direction), direction, delta) == 1


@given(loose_steps, directions)
def test_valid_steps_have_one_adjustment_for_each_value(steps: list[Interval], direction: Direction) -> None:
    """Conversely, for any steps, valid or not. The bounds are integers, so halves detect every gap."""
    deltas = [half / 2 for half in range(9)] + [49.8]
    once = all(answers(steps, direction, d if direction == "out" else -d) == 1 for d in deltas)
    if not list(faults(steps, direction)):
        assert once


@given(loose_steps, directions)
def test_steps_that_leave_a_value_out_are_invalid(steps: list[Interval], direction: Direction) -> None:
    deltas = [half / 2 for half in range(9)] + [49.8]
    if any(answers(steps, direction, d if direction == "out" else -d) != 1 for d in deltas):
        assert list(faults(steps, direction))


@given(bounds.filter(bool), directions, st.data())
def test_missing_step_is_a_problem(limits: list[float], direction: Direction, data: Any) -> None:
    steps = valid_steps(limits, direction)
    steps.pop(data.draw(st.integers(0, len(steps) - 1)))
    assert list(faults(steps, direction))


def test_single_step_below_a_threshold_breached_above_never_scales() -> None:
    """An upper bound of 0 and no lower bound, with an alarm above 50: a value of 99.8 has no step."""
    steps = [Interval(None, 0, 1)]
    assert adjustment(steps, "out", 99.8 - 50) is None
    (fault,) = faults(steps, "out")
    assert "No step adjustment found for metric value [99.8] and breach delta 49.8" in fault.rule
    assert "(no lower bound to 0)" in fault.rule
    assert fault.remedy == (
        "write metric_interval_lower_bound = 0 in the lowest step and no upper bound in the highest step"
    )


@pytest.mark.parametrize(
    ("steps", "direction", "rule"),
    [
        ([], "out", "has no step"),
        ([Interval(0, 10, 1), Interval(20, None, 2)], "out", "leaves a gap: there is no step from 10 to 20"),
        ([Interval(0, 20, 1), Interval(10, None, 2)], "out", "overlaps the step (0 to 20)"),
        ([Interval(0, 10, 1)], "out", "does not cover exactly the values above"),
        ([Interval(5, None, 1)], "out", "does not cover exactly the values above"),
        ([Interval(-5, None, 1)], "out", "does not cover exactly the values above"),
        ([Interval(0, None, -1)], "in", "does not cover exactly the values below"),
        ([Interval(None, -5, -1)], "in", "does not cover exactly the values below"),
        ([Interval(0, 0, 1), Interval(0, None, 1)], "out", "covers nothing"),
        ([Interval(0, None, -1)], "out", "scales out by -1"),
        ([Interval(None, 0, 1)], "in", "scales in by 1"),
    ],
)
def test_invalid_steps_are_reported(steps: list[Interval], direction: Direction, rule: str) -> None:
    assert any(fault.rule.startswith(rule) for fault in faults(steps, direction))


@pytest.mark.parametrize(("delta", "found"), [(0, 1), (9.9, 1), (10, 2), (49.8, 2)])
def test_scale_out_step_includes_its_lower_bound(delta: float, found: int) -> None:
    assert adjustment([Interval(0, 10, 1), Interval(10, None, 2)], "out", delta) == found


@pytest.mark.parametrize(("delta", "found"), [(0, -1), (-9.9, -1), (-10, -2), (-30, -2)])
def test_scale_in_step_includes_its_upper_bound(delta: float, found: int) -> None:
    assert adjustment([Interval(-10, 0, -1), Interval(None, -10, -2)], "in", delta) == found
