"""Checks of a node group's `scaling` block."""

from collections.abc import Iterator

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.foundation.problems import Finding

#: Metrics that EC2 collects for an Auto Scaling group without an agent.
METRICS: tuple[Metric, ...] = ("cpu",)


def scaling_findings(scaling: ScalingSettings) -> Iterator[Finding]:
    """Yield settings that EC2 Auto Scaling does not support."""
    yield from scaling.metric_findings(METRICS)
    for label, tracking in scaling.target_tracking.items():
        for key in sorted({"scale_out_cooldown", "scale_in_cooldown"} & tracking.model_fields_set):
            rule = "is not supported for nodes: EC2 Auto Scaling waits for the warm-up of new instances instead"
            yield Finding(("target_tracking", label, key), getattr(tracking, key), rule, "remove it")
    for label, steps in scaling.step_scaling.items():
        if steps.cooldown is not None:
            rule = "is not supported for nodes: EC2 Auto Scaling waits for the warm-up of new instances instead"
            yield Finding(("step_scaling", label, "cooldown"), steps.cooldown, rule, "remove it")
    for label in scaling.window:
        # [PutScheduledUpdateGroupAction]
        # (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html): an action
        # without recurrence is deleted after it runs.
        rule = (
            "is not supported for nodes: EC2 deletes it after it runs, and the next apply would create it in the past"
        )
        yield Finding(("window", label), None, rule, "write a weekly schedule, or a higher min_capacity")
