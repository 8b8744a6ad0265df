"""CloudWatch: composite alarms.

- AWS: [PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html)
  creates an alarm that follows a rule about the states of other alarms. Moto 5.2.5 lacks the operation. Added: the
  operation with its limits, and the state, whenever an alarm in the rule changes its own.
- AWS: DescribeAlarms returns composite alarms only on request (AlarmTypes). Moto ignores the parameter. Added: it
  selects the alarms.
- AWS: an alarm that a composite alarm depends on cannot be deleted ("Cannot delete ... as there are composite alarm(s)
  depending on it.", [CloudWatchAlarm are not removed when composite alarm(s) depend on it]
  (https://github.com/ekristen/aws-nuke/issues/462)), and one request can delete one composite alarm at most
  ([DeleteAlarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html)). Moto deletes
  everything. Added: both errors. AWS documents neither whether a suppressor can be deleted, nor whether the composite
  alarm can be in the same request as what it depends on; here, neither is possible. Terraform meets the first error
  when it deletes an alarm and changes the rule in one apply ([Incorrect destruction order for dependencies in
  CloudWatch Composite Alarms](https://github.com/hashicorp/terraform-provider-aws/issues/34807)), unless the alarm has
  `create_before_destroy`.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from local_aws.cloudwatch_actions import act
from local_aws.cloudwatch_checks import check_alarm, keep_state, require
from local_aws.cloudwatch_rules import Rule, RuleError, find
from local_aws.cloudwatch_suppression import end_suppression

RULE_LENGTH, UNDERLYING_ALARMS = 10_240, 100

_SUPPRESSION = {
    "actions_suppressor": "ActionsSuppressor",
    "actions_suppressor_wait_period": "ActionsSuppressorWaitPeriod",
    "actions_suppressor_extension_period": "ActionsSuppressorExtensionPeriod",
}


def install() -> None:
    """Let Moto have composite alarms. Installed after `cloudwatch_actions`, whose actions come first."""
    from moto.cloudwatch.models import CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse

    from local_aws.extend import add

    add(CloudWatchResponse, put_composite_alarm, _selecting(CloudWatchResponse.describe_alarms))
    add(CloudWatchBackend, _followed(CloudWatchBackend.set_alarm_state), _guarded(CloudWatchBackend.delete_alarms))


def put_composite_alarm(response: Any) -> Any:
    """PutCompositeAlarm."""
    from moto.core.responses import EmptyResult

    backend, name = response.cloudwatch_backend, response._get_param("AlarmName")
    given = {
        "description": response._get_param("AlarmDescription"),
        "alarm_actions": response._get_param("AlarmActions", []),
        "ok_actions": response._get_param("OKActions", []),
        "insufficient_data_actions": response._get_param("InsufficientDataActions", []),
        "actions_enabled": response._get_param("ActionsEnabled"),
        "rule": response._get_param("AlarmRule") or "",
    }
    suppression = {name: response._get_param(parameter) for name, parameter in _SUPPRESSION.items()}
    check_alarm(backend, name, given)
    _check_rule(backend, given["rule"])
    _check_suppression(backend, suppression)
    alarm, before = _alarm(backend, name, given), backend.alarms.get(name)
    for attribute, value in suppression.items():
        setattr(alarm, attribute, value)
    keep_state(before, alarm)
    backend.alarms[name] = alarm
    tags = response._get_param("Tags", [])
    if tags and not before:
        backend.tagger.tag_resource(alarm.alarm_arn, tags)
    new = _new_state(backend, alarm)
    if new:
        backend.set_alarm_state(name, *new)
    return EmptyResult()


def _alarm(backend: Any, name: str, given: dict[str, Any]) -> Any:
    """Return Moto's alarm, whose parameters for metrics are empty."""
    import inspect

    from moto.cloudwatch.models import Alarm

    values: dict[str, Any] = dict.fromkeys(inspect.signature(Alarm).parameters)
    values |= {"account_id": backend.account_id, "region_name": backend.region_name, "name": name, "dimensions": ()}
    return Alarm(**values | given)


def _check_rule(backend: Any, text: str) -> None:
    require(0 < len(text) <= RULE_LENGTH, f"AlarmRule must have at most {RULE_LENGTH} characters")
    try:
        rule = Rule(text)
    except RuleError as error:
        require(False, f"AlarmRule is not valid: {error}")
    missing = [each for each in rule.alarms if find(backend, each) is None]
    names = ", ".join(missing)
    require(not missing, f"Could not save the composite alarm as alarms [{names}] in the alarm rule do not exist")
    require(len(rule.alarms) <= UNDERLYING_ALARMS, f"AlarmRule must refer to at most {UNDERLYING_ALARMS} alarms")


def _check_suppression(backend: Any, suppression: dict[str, Any]) -> None:
    suppressor, wait, extension = suppression.values()
    if suppressor:
        require(wait is not None, "ActionsSuppressorWaitPeriod is required with ActionsSuppressor")
        require(extension is not None, "ActionsSuppressorExtensionPeriod is required with ActionsSuppressor")
        require(find(backend, suppressor) is not None, f"The actions suppressor {suppressor} does not exist")


def _followed(set_state: Callable[..., None]) -> Callable[..., None]:
    def set_alarm_state(backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        before = backend.alarms[alarm_name].state_value if alarm_name in backend.alarms else None
        set_state(backend, alarm_name, reason, reason_data, state_value)
        if before != state_value:
            follow(backend, backend.alarms[alarm_name], (alarm_name,))

    def follow(backend: Any, changed: Any, path: tuple[str, ...]) -> None:
        """Evaluate the composite alarms that depend on an alarm. The evaluation of a cycle stops, as on AWS."""
        for parent in list(_composites(backend)):
            new = _new_state(backend, parent, changed) if parent.name not in path else None
            if new:
                set_state(backend, parent.name, *new)
                follow(backend, parent, (*path, parent.name))
        for parent in list(_composites(backend)):
            if parent.actions_suppressor and find(backend, parent.actions_suppressor) is changed:
                before = end_suppression(parent, changed)
                if before:
                    act(backend, parent, before)

    return set_alarm_state


def _new_state(backend: Any, alarm: Any, changed: Any = None) -> tuple[str, str, str] | None:
    """Return reason, reason data, and state if the rule, which contains the changed alarm, demands another state."""
    rule = Rule(alarm.rule)
    children = [find(backend, each) for each in rule.alarms]
    if changed is not None and not any(each is changed for each in children):
        return None
    state = "ALARM" if rule.holds(lambda each: str(find(backend, each).state_value)) else "OK"
    if state == alarm.state_value:
        return None
    # The children that caused the change; for a new composite alarm, those in ALARM.
    alarm.triggering_children = [changed] if changed else [each for each in children if each.state_value == "ALARM"]
    found = [{"arn": each.alarm_arn, "state": {"value": each.state_value}} for each in alarm.triggering_children]
    return _reason(alarm, changed, state), json.dumps({"triggeringAlarms": found}), state


def _reason(alarm: Any, changed: Any, state: str) -> str:
    if changed is None:
        return f"{alarm.alarm_arn} was created or updated and its alarm rule evaluates to {state}"
    moment = f"{changed.state_updated_timestamp:%A %d %B, %Y %H:%M:%S} UTC"
    return f"{changed.alarm_arn} transitioned to {changed.state_value} at {moment}"


def _composites(backend: Any) -> Iterator[Any]:
    return (each for each in backend.alarms.values() if each.rule is not None)


def _selecting(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def describe_alarms(response: Any) -> Any:
        answer = describe(response)
        types = response._get_param("AlarmTypes") or ["MetricAlarm"]
        for kind in ("MetricAlarm", "CompositeAlarm"):
            if kind not in types:
                answer.result[f"{kind}s"] = []
        return answer

    return describe_alarms


def _guarded(delete: Callable[..., None]) -> Callable[..., None]:
    def delete_alarms(backend: Any, alarm_names: list[str]) -> None:
        alarms = [backend.alarms[name] for name in alarm_names if name in backend.alarms]
        composites = [each.name for each in alarms if each.rule is not None]
        require(len(composites) <= 1, f"One request can delete only one composite alarm: {', '.join(composites)}")
        used = [find(backend, each) for parent in _composites(backend) for each in _dependencies(parent)]
        names = [each.name for each in alarms if any(each is other for other in used)]
        them = "it" if len(names) == 1 else "them"
        require(not names, f"Cannot delete {','.join(names)} as there are composite alarm(s) depending on {them}.")
        delete(backend, alarm_names)
        for each in alarms:
            backend.tagger.delete_all_tags_for_resource(each.alarm_arn)

    return delete_alarms


def _dependencies(parent: Any) -> list[str]:
    return [*Rule(parent.rule).alarms, *([parent.actions_suppressor] if parent.actions_suppressor else [])]
