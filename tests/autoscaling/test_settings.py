"""Scaling settings: valid and invalid values."""

from typing import Any

import pytest
from pydantic import ValidationError

from modules.autoscaling.settings.scaling import ScalingSettings

TRACKING = {"cpu": {"metric": "cpu", "target_value": 60}}
EVENING = {"start": "18:00", "end": "23:00", "min_capacity": 4}
OUT = {
    "metric": "cpu",
    "direction": "out",
    "threshold": 60,
    "step": ({"metric_interval_lower_bound": 0, "scaling_adjustment": 2},),
}
IN = {
    "metric": "cpu",
    "direction": "in",
    "threshold": 30,
    "step": ({"metric_interval_upper_bound": 0, "scaling_adjustment": -1},),
}


def scaling(**changes: Any) -> ScalingSettings:
    values = {"min_capacity": 2, "max_capacity": 6, "target_tracking": TRACKING, **changes}
    return ScalingSettings.model_validate(values)


def problems_of(**changes: Any) -> list[str]:
    try:
        scaling(**changes)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))} {each['msg']}" for each in error.errors()]
    return []


def window(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "min_capacity": 6, **changes}


def test_defaults_scale_out_fast_and_in_slowly() -> None:
    tracking = scaling().target_tracking["cpu"]
    assert (tracking.scale_out_cooldown, tracking.scale_in_cooldown) == (60, 300)
    steps = scaling(target_tracking={}, step_scaling={"out": OUT, "in": IN}).step_scaling
    assert (steps["out"].seconds_between, steps["in"].seconds_between) == (60, 300)
    assert (steps["out"].minutes, steps["in"].minutes) == (2, 15)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"max_capacity": 1}, "max_capacity is less than min_capacity 2"),
        ({"target_tracking": {}}, " has bounds but nothing that scales between them"),
        ({"time_zone": "Asia/Soul"}, "time_zone is not a time zone"),
        ({"target_tracking": {"cpu": {"metric": "cpu", "target_value": 160}}}, "is more than 100"),
        (
            {"target_tracking": {**TRACKING, "again": {"metric": "cpu", "target_value": 50}}},
            "target_tracking.cpu.metric is tracked twice",
        ),
        ({"step_scaling": {"up": OUT}}, "step_scaling.up.metric also has target tracking"),
        (
            {"step_scaling": {"cpu": {**OUT, "metric": "memory"}}},
            "step_scaling.cpu is also the label of a target_tracking",
        ),
        ({"target_tracking": {}, "step_scaling": {"up": OUT}}, "step_scaling scales out but never in"),
        (
            {"target_tracking": {"cpu": {**TRACKING["cpu"], "disable_scale_in": True}}},
            "target_tracking scales out but never in",
        ),
        (
            {"target_tracking": {}, "step_scaling": {"up": OUT, "down": {**IN, "threshold": 60}}},
            "step_scaling.up.threshold is not above 60",
        ),
        (
            {"target_tracking": {}, "step_scaling": {"up": {**OUT, "min_adjustment_magnitude": 2}, "down": IN}},
            "min_adjustment_magnitude applies only to percentages",
        ),
        ({"schedule": {"x": {**EVENING, "end": "18:00"}}}, "schedule.x.end is the same as the start"),
        ({"schedule": {"x": {**EVENING, "end": "24:00"}}}, "schedule.x.end is not a time of day"),
        ({"schedule": {"x": {**EVENING, "min_capacity": 7}}}, "schedule.x.min_capacity is more than max_capacity 6"),
        (
            {"schedule": {"x": EVENING, "late": {**EVENING, "start": "22:00", "end": "01:00"}}},
            "schedule.late overlaps schedule x",
        ),
        ({"window": {"w": window("2026-12-24", "2026-12-25T01:00")}}, "window.w.start is not a date and time"),
        ({"window": {"w": window("2026-12-24T18:00", "2026-12-24T17:00")}}, "window.w.end is not after its start"),
        (
            {
                "window": {
                    "w": window("2026-12-24T18:00", "2026-12-25T01:00"),
                    "v": window("2026-12-25T00:00", "2026-12-25T02:00"),
                }
            },
            "window.v.start is within window w",
        ),
        (
            {"schedule": {"x": EVENING}, "window": {"w": window("2026-12-24T17:00", "2026-12-24T19:00")}},
            "window.w contains a start or end of schedule x",
        ),
        (
            {"schedule": {"x": EVENING}, "window": {"x": window("2026-12-24T19:00", "2026-12-24T20:00")}},
            "window.x is also the label of a schedule",
        ),
    ],
)
def test_invalid_settings_are_reported(changes: dict[str, Any], rule: str) -> None:
    assert any(rule in line for line in problems_of(**changes)), problems_of(**changes)


def test_scale_in_steps_are_valid_with_target_tracking_that_only_scales_out() -> None:
    adds = {"cpu": {**TRACKING["cpu"], "disable_scale_in": True}}
    assert problems_of(target_tracking=adds, step_scaling={"down": {**IN, "metric": "memory"}}) == []


def test_schedules_on_different_days_do_not_overlap() -> None:
    weekend = {**EVENING, "days": ("sat", "sun"), "start": "12:00"}
    assert problems_of(schedule={"week": {**EVENING, "days": ("mon", "tue")}, "weekend": weekend}) == []
    over_midnight = {**EVENING, "days": ("sun",), "start": "22:00", "end": "19:00"}
    assert problems_of(schedule={"week": {**EVENING, "days": ("mon",)}, "late": over_midnight}) != []


def test_window_within_a_schedule_restores_the_limits_of_the_schedule() -> None:
    """2026-12-24 is a Thursday."""
    thursday = {**EVENING, "days": ("thu",), "max_capacity": 9}
    peak = scaling(schedule={"x": thursday}, window={"w": window("2026-12-24T19:00", "2026-12-24T20:00")})
    assert peak.bounds_after(peak.window["w"]) == (4, 9)
    friday = scaling(schedule={"x": thursday}, window={"w": window("2026-12-25T17:00", "2026-12-25T20:00")})
    assert friday.bounds_after(friday.window["w"]) == (2, 6)


def test_fewer_than_one_per_zone_is_a_problem() -> None:
    assert [finding.at for finding in scaling().zone_findings(3)] == [("min_capacity",)]
    assert list(scaling().zone_findings(3, others=1)) == []
    at_night = scaling(schedule={"night": {**EVENING, "min_capacity": 1}})
    assert [finding.at for finding in at_night.zone_findings(2)] == [("schedule", "night", "min_capacity")]


def test_metric_that_the_target_does_not_have_is_a_problem() -> None:
    (finding,) = scaling().metric_findings(("memory", "requests_per_target"))
    assert finding.at == ("target_tracking", "cpu", "metric")
    assert finding.remedy == "write one of memory, requests_per_target"
