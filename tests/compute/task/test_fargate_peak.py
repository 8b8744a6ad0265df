"""Peak use of Fargate vCPUs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.compute.blocks import ComputeBlocks
from modules.compute.task.checks.fargate_peak import FargatePeak, fargate_peak
from tests.support.environments import KEYS

BOUNDS = {"min_capacity": 2, "max_capacity": 4, "time_zone": "Asia/Seoul"}
TRACKING = {"cpu": {"metric": "cpu", "target_value": 60.0}}
EVENING = {"evening": {"start": "19:00", "end": "23:00", "min_capacity": 4, "max_capacity": 10}}
SCALED = {**BOUNDS, "target_tracking": TRACKING}


def peak(service: dict[str, Any], fargate: dict[str, Any] | None = None, **blocks: Any) -> FargatePeak:
    """Return the peak of a service with half a vCPU and these settings."""
    api = {"image": "api:1.4.2", "cpu": 512, "memory": 1024, **service}
    ecs = {"main": {"fargate": fargate or {}}}
    return fargate_peak(ComputeBlocks.model_validate({**KEYS, "ecs": ecs, "service": {"api": api}, **blocks}))


def test_peak_of_a_deployment_includes_old_and_new_tasks() -> None:
    assert peak({"desired_count": 3}) == FargatePeak(on_demand=3.0, spot=0.0)
    assert peak({"desired_count": 3, "deployment": {"maximum_percent": 150}}) == FargatePeak(on_demand=2.0, spot=0.0)


@pytest.mark.parametrize(("scaling", "vcpus"), [(SCALED, 4.0), ({**SCALED, "schedule": EVENING}, 10.0)])
def test_peak_of_a_scaled_service_is_its_maximum(scaling: dict[str, Any], vcpus: float) -> None:
    assert peak({"scaling": scaling}) == FargatePeak(on_demand=vcpus, spot=0.0)


def test_peak_counts_spot_separately() -> None:
    # 8 tasks: 2 as the base, and 2 of the other 6 on demand.
    assert peak({"desired_count": 4}, {"spot_percent": 70, "base": 2}) == FargatePeak(on_demand=2.0, spot=2.0)


def test_peak_without_image_service_or_fargate_is_zero() -> None:
    nothing = FargatePeak(on_demand=0.0, spot=0.0)
    assert peak({"image": None}) == nothing
    assert fargate_peak(ComputeBlocks.model_validate(KEYS)) == nothing
    instances = {"main": {"ec2": {"instance_type": "m7g.large", "max_size": 2}}}
    assert peak({}, ecs=instances) == nothing


def test_peak_counts_a_scheduled_task_once() -> None:
    report = {"service": "api", "schedule_expression": "rate(1 day)", "command": ("report",)}
    assert peak({}, scheduled_task={"report": report}) == FargatePeak(on_demand=1.5, spot=0.0)


@given(count=st.integers(0, 50), base=st.integers(0, 20), spot=st.integers(0, 99))
def test_peak_counts_every_task_and_never_the_base_on_spot(count: int, base: int, spot: int) -> None:
    found = peak({"desired_count": count, "deployment": {"maximum_percent": 200}}, {"spot_percent": spot, "base": base})
    assert found.on_demand + found.spot == count
    assert found.on_demand * 2 >= min(2 * count, base)
