"""Auto Scaling groups: the synthesized JSON, and the recurrence of schedules."""

from pathlib import Path

from cdktf import TerraformStack
from hypothesis import given
from hypothesis import strategies as st

from modules.autoscaling.groups import GroupScaling, unix_cron
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.foundation.foundation import Foundation
from modules.foundation.time_windows import DAYS
from tests.support.stacks import built
from tests.support.template import Template

SETTINGS = {
    "min_capacity": 2,
    "max_capacity": 6,
    "time_zone": "Asia/Seoul",
    "target_tracking": {"load": {"metric": "cpu", "target_value": 60.0}},
    "schedule": {"evening": {"start": "18:30", "end": "00:30", "days": ("sat", "sun"), "min_capacity": 4}},
}
STEPS = {
    "min_capacity": 2,
    "max_capacity": 6,
    "step_scaling": {
        "surge": {
            "metric": "cpu",
            "direction": "out",
            "threshold": 60.0,
            "step": (
                {
                    "metric_interval_lower_bound": 0.0,
                    "metric_interval_upper_bound": 20.0,
                    "scaling_adjustment": 1,
                },
                {"metric_interval_lower_bound": 20.0, "scaling_adjustment": 2},
            ),
        },
        "calm": {
            "metric": "cpu",
            "direction": "in",
            "threshold": 30.0,
            "step": ({"metric_interval_upper_bound": 0.0, "scaling_adjustment": -1},),
        },
    },
}


def group(folder: Path, settings: dict[str, object]) -> Template:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        GroupScaling(
            stack,
            "scaling",
            settings=ScalingSettings.model_validate(settings),
            group_name="nodes",
            make=foundation.resources(stack, "eks"),
            names=foundation.names,
            name="blue_general",
        )

    return built(folder, build)


def test_target_tracking_uses_cpu_utilization_of_the_group(tmp_path: Path) -> None:
    policy = group(tmp_path, SETTINGS).only("aws_autoscaling_policy")
    assert (policy["autoscaling_group_name"], policy["name"]) == ("nodes", "agora-prod-blue-general-load")
    configuration = policy["target_tracking_configuration"]
    assert configuration["predefined_metric_specification"] == {"predefined_metric_type": "ASGAverageCPUUtilization"}
    assert configuration["target_value"] == 60


def test_schedule_changes_the_limits_but_not_the_desired_capacity(tmp_path: Path) -> None:
    actions = group(tmp_path, SETTINGS).resources("aws_autoscaling_schedule")
    arguments = {
        name: (each["recurrence"], each["min_size"], each["max_size"], each["desired_capacity"], each["time_zone"])
        for name, each in actions.items()
    }
    assert arguments == {
        "eks_blue_general_evening_start": ("30 18 * * 0,6", 4, 6, -1, "Asia/Seoul"),
        "eks_blue_general_evening_end": ("30 0 * * 0,1", 2, 6, -1, "Asia/Seoul"),
    }


def test_each_step_policy_has_its_alarm(tmp_path: Path) -> None:
    template = group(tmp_path, STEPS)
    policies = template.resources("aws_autoscaling_policy")
    assert [step["metric_interval_lower_bound"] for step in policies["eks_blue_general_surge"]["step_adjustment"]] == [
        "0",
        "20",
    ]
    alarms = template.resources("aws_cloudwatch_metric_alarm")
    assert set(alarms) == set(policies)
    surge, calm = alarms["eks_blue_general_surge"], alarms["eks_blue_general_calm"]
    assert surge["dimensions"] == {"AutoScalingGroupName": "nodes"}
    assert surge["alarm_actions"] == ["${aws_autoscaling_policy.eks_blue_general_surge.arn}"]
    assert surge["comparison_operator"] == "GreaterThanOrEqualToThreshold"
    assert calm["comparison_operator"] == "LessThanOrEqualToThreshold"


@given(st.sets(st.sampled_from(DAYS), min_size=1), st.integers(0, 23), st.integers(0, 59))
def test_recurrence_numbers_days_from_sunday(days: set[str], hours: int, minutes: int) -> None:
    named = tuple(day for day in DAYS if day in days)
    minute, hour, *_, week = unix_cron(f"{hours:02}:{minutes:02}", named).split(" ")
    assert (int(minute), int(hour)) == (minutes, hours)
    numbers = range(7) if week == "*" else map(int, week.split(","))
    # Sunday is 0 in cron; in our settings, it is the last day.
    assert {DAYS[number - 1] for number in numbers} == days
