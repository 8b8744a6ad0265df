"""CloudWatch: actions of an alarm whose state changes.

AWS: when the state of an alarm changes, by its metric, its rule, or SetAlarmState, the actions of that state are
invoked: a topic receives a message in JSON, a function an event. Moto 5.2.5 stores the actions and invokes none. Added:
topics and functions.
"""

import json
from collections.abc import Callable
from typing import Any

from local_aws.cloudwatch_history import remember
from local_aws.cloudwatch_messages import event, message, region_name
from local_aws.cloudwatch_suppression import suppress
from local_aws.destinations import invoke, publish

_ACTIONS = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}


def install() -> None:
    """Let Moto's alarms invoke their actions."""
    from moto.cloudwatch.models import CloudWatchBackend

    from local_aws.extend import add

    add(CloudWatchBackend, _acting(CloudWatchBackend.set_alarm_state))


def _acting(set_state: Callable[..., None]) -> Callable[..., None]:
    def set_alarm_state(backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        before = backend.alarms[alarm_name].state_value if alarm_name in backend.alarms else None
        set_state(backend, alarm_name, reason, reason_data, state_value)
        alarm = backend.alarms[alarm_name]
        if before != state_value and not suppress(backend, alarm, before or "INSUFFICIENT_DATA"):
            act(backend, alarm, before or "INSUFFICIENT_DATA")

    return set_alarm_state


def act(backend: Any, alarm: Any, before: str) -> None:
    """Invoke the actions of the alarm's state."""
    if alarm.actions_enabled:
        for arn in getattr(alarm, _ACTIONS[alarm.state_value]) or ():
            _act(backend, alarm, before, arn)


def _act(backend: Any, alarm: Any, before: str, arn: str) -> None:
    service, region = arn.split(":")[2:4]
    remember(alarm, "Action", f"Successfully executed action {arn}", {"actionState": "Succeeded", "actionArn": arn})
    if service == "sns":
        subject = f'{alarm.state_value}: "{alarm.name}" in {region_name(region)}'
        publish(arn, json.dumps(message(backend, alarm, before)), subject[:100])
    elif service == "lambda":
        invoke(arn, event(backend, alarm, before))
