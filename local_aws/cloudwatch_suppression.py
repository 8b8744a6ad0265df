"""CloudWatch: suppressed actions of composite alarms.

AWS: while the suppressor is in ALARM, a composite alarm invokes no actions; afterwards, it invokes those of its state
if the state has changed meanwhile ([Suppressing composite alarm actions]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html)). The wait
period, in which the suppressor can still go to ALARM, and the extension period after it has left ALARM are stored and
returned; here, both are 0.
"""

from typing import Any

from local_aws.cloudwatch_rules import find


def suppress(backend: Any, alarm: Any, before: str) -> bool:
    """Return whether the actions for a change from the state `before` are suppressed, and store the state if so."""
    reference = getattr(alarm, "actions_suppressor", None)
    suppressor = find(backend, reference) if reference else None
    if suppressor is None or suppressor.state_value != "ALARM":
        return False
    alarm.suppressed_since = getattr(alarm, "suppressed_since", None) or before
    alarm.actions_suppressed_by = "Alarm"
    alarm.actions_suppressed_reason = f"Actions suppressed by {suppressor.alarm_arn}"
    return True


def end_suppression(alarm: Any, suppressor: Any) -> str | None:
    """Return the state before the suppression, if the suppressor has ended it and the alarm's state has changed."""
    before = getattr(alarm, "suppressed_since", None)
    if suppressor.state_value == "ALARM" or before is None:
        return None
    alarm.suppressed_since = alarm.actions_suppressed_by = alarm.actions_suppressed_reason = None
    return before if before != alarm.state_value else None
