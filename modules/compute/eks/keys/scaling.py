"""What a group of nodes takes of the autoscaling module's blocks."""

from collections.abc import Iterator

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.foundation.problems import Finding

#: What EC2 measures of an autoscaling group by itself, without an agent.
METRICS: tuple[Metric, ...] = ("cpu",)


def scaling_findings(scaling: ScalingSettings) -> Iterator[Finding]:
    """Yield what EC2 Auto Scaling does not know of what the blocks may say."""
    yield from scaling.metric_findings(METRICS)
    for label, tracking in scaling.target_tracking.items():
        for key in sorted({"scale_out_cooldown", "scale_in_cooldown"} & tracking.model_fields_set):
            rule = "is not known to a group of instances, which waits for a new one's warm-up"
            yield Finding(("target_tracking", label, key), getattr(tracking, key), rule, "take it out")
    for label, steps in scaling.step_scaling.items():
        if steps.cooldown is not None:
            rule = "is not known to a group of instances, which waits for a new one's warm-up"
            yield Finding(("step_scaling", label, "cooldown"), steps.cooldown, rule, "take it out")
    for label in scaling.window:
        # "PutScheduledUpdateGroupAction": an action without recurrence is gone once its time has come.
        rule = "is forgotten by a group of instances once it is over, and the next apply would make it in the past"
        yield Finding(("window", label), None, rule, "write a schedule of every week, or a higher min_capacity")
