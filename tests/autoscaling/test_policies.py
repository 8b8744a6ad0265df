"""Scaling in the synthesized JSON, of a service; scaling of replicas is the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack

from modules.autoscaling.policies import ScalableTarget, Scaling, ScalingMetric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.foundation.metrics import CloudWatchMetric
from modules.foundation.names import Names
from modules.foundation.resources import Addresses
from tests.autoscaling.test_settings import EVENING, IN, OUT, window
from tests.support.template import Template

LOAD_BALANCER = "app/main/1/targetgroup/api/2"
TARGET = ScalableTarget(
    "ecs",
    "service/main/api",
    "ecs:service:DesiredCount",
    {
        "cpu": ScalingMetric(
            CloudWatchMetric("AWS/ECS", "CPUUtilization", {"ServiceName": "api"}),
            predefined="ECSServiceAverageCPUUtilization",
        ),
        "requests_per_target": ScalingMetric(
            CloudWatchMetric(
                "AWS/ApplicationELB", "RequestCountPerTarget", {"TargetGroup": "targetgroup/api/2"}, statistic="Sum"
            ),
            predefined="ALBRequestCountPerTarget",
            resource_label=LOAD_BALANCER,
        ),
    },
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    values: dict[str, Any] = {
        "min_capacity": 2,
        "max_capacity": 20,
        "time_zone": "Asia/Seoul",
        "target_tracking": {"requests": {"metric": "requests_per_target", "target_value": 500}},
        "step_scaling": {"cpu-out": OUT, "cpu-in": IN},
        "schedule": {"evening": {**EVENING, "days": ("fri", "sat"), "start": "22:00", "end": "02:00"}},
        "window": {"concert": window("2026-12-24T10:00", "2026-12-24T12:00", max_capacity=40)},
    }
    folder: Path = tmp_path_factory.mktemp("scaling")
    app = App(outdir=str(folder), skip_validation=True)
    stack = TerraformStack(app, "x")
    Scaling(
        stack,
        "scaling",
        settings=ScalingSettings.model_validate(values),
        target=TARGET,
        make=Addresses().under(stack, "compute"),
        names=Names("agora", "dev", "111111111111", "ap-northeast-2"),
        name="api",
    )
    app.synth()
    return Template(folder / "stacks" / "x")


def test_limits_that_schedules_change_are_ignored_by_an_apply(template: Template) -> None:
    target = template.only("aws_appautoscaling_target")
    assert target["lifecycle"] == {"ignore_changes": ["min_capacity", "max_capacity"]}
    assert (target["min_capacity"], target["max_capacity"]) == (2, 20)


def test_target_tracking_uses_requests_per_target_of_one_load_balancer(template: Template) -> None:
    policy = template.resource("aws_appautoscaling_policy.compute_api_requests")
    configuration = policy["target_tracking_scaling_policy_configuration"]
    assert configuration["target_value"] == 500
    assert configuration["predefined_metric_specification"] == {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": LOAD_BALANCER,
    }


@pytest.mark.parametrize(
    ("label", "operator", "minutes"),
    [("cpu_out", "GreaterThanOrEqualToThreshold", 2), ("cpu_in", "LessThanOrEqualToThreshold", 15)],
)
def test_each_step_policy_is_the_action_of_its_alarm(
    template: Template, label: str, operator: str, minutes: int
) -> None:
    alarm = template.resource(f"aws_cloudwatch_metric_alarm.compute_api_{label}")
    assert alarm["alarm_actions"] == [f"${{aws_appautoscaling_policy.compute_api_{label}.arn}}"]
    assert (alarm["comparison_operator"], alarm["evaluation_periods"]) == (operator, minutes)
    assert alarm["namespace"] == "AWS/ECS"
    policy = template.resource(f"aws_appautoscaling_policy.compute_api_{label}")
    (step,) = policy["step_scaling_policy_configuration"]["step_adjustment"]
    bounds = {key: value for key, value in step.items() if "bound" in key}
    # A bound of "0" is not the same as no bound.
    lower = "metric_interval_lower_bound" if label == "cpu_out" else "metric_interval_upper_bound"
    assert bounds == {lower: "0"}


def test_schedule_across_midnight_ends_on_the_next_day(template: Template) -> None:
    start = template.resource("aws_appautoscaling_scheduled_action.compute_api_evening_start")
    end = template.resource("aws_appautoscaling_scheduled_action.compute_api_evening_end")
    assert (start["schedule"], end["schedule"]) == ("cron(0 22 ? * FRI,SAT *)", "cron(0 2 ? * SAT,SUN *)")
    assert start["timezone"] == end["timezone"] == "Asia/Seoul"
    assert start["scalable_target_action"] == {"min_capacity": "4", "max_capacity": "20"}
    assert end["scalable_target_action"] == {"min_capacity": "2", "max_capacity": "20"}


def test_window_starts_and_ends_once(template: Template) -> None:
    start = template.resource("aws_appautoscaling_scheduled_action.compute_api_concert_start")
    end = template.resource("aws_appautoscaling_scheduled_action.compute_api_concert_end")
    assert (start["schedule"], end["schedule"]) == ("at(2026-12-24T10:00:00)", "at(2026-12-24T12:00:00)")
    assert start["scalable_target_action"] == {"min_capacity": "6", "max_capacity": "40"}
    assert end["scalable_target_action"] == {"min_capacity": "2", "max_capacity": "20"}


def test_service_and_replicas_with_the_same_name_have_separate_alarms(template: Template) -> None:
    alarms = {alarm["alarm_name"] for alarm in template.resources("aws_cloudwatch_metric_alarm").values()}
    assert alarms == {"agora-dev-ecs-api-cpu-out", "agora-dev-ecs-api-cpu-in"}


def test_policy_names_have_hyphens(template: Template) -> None:
    assert "_" not in json.dumps(
        [policy["name"] for policy in template.resources("aws_appautoscaling_policy").values()]
    )
