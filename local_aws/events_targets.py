"""EventBridge: targets of rules.

- AWS: a rule sends the events that match its pattern to its targets. Moto 5.2.5 sends them to log groups, queues,
  buses, and API destinations, ignores Input and InputPath, drops the account, and fails for every other target. Added:
  topics, functions, and queues receive what the target requests (`events_inputs`); for a target that is not supported,
  a line is written to the server's log.
- AWS: a disabled rule sends nothing, and a rule with only a schedule matches no event. Moto ignores the state, and a
  schedule matches every event. Added: neither sends anything.

Neither a topic's policy nor its key is evaluated (see NOT_EMULATED.md).
"""

import copy
import json
from collections.abc import Callable
from typing import Any

from local_aws.destinations import invoke, publish
from local_aws.events_inputs import text


def install() -> None:
    """Let Moto's rules send events to topics, functions, and queues."""
    from moto.events.models import Rule

    from local_aws.extend import add

    add(Rule, _sending(Rule.send_to_targets))


def _sending(send: Callable[..., None]) -> Callable[..., None]:
    def send_to_targets(rule: Any, original_event: Any, transform_input: bool = True) -> None:
        pattern = rule.event_pattern
        if rule.state == "DISABLED" or not pattern.get_pattern() or not pattern.matches_event(original_event):
            return
        for target in list(rule.targets):
            service = target["Arn"].split(":")[2]
            try:
                if service in _SENDERS:
                    _SENDERS[service](target, text(rule, target, original_event))
                else:
                    single = copy.copy(rule)
                    single.targets = [target]
                    send(single, original_event, transform_input)
            except Exception as error:
                # AWS delivers later, and PutEvents succeeds whether the target exists or not.
                print(f"events: {rule.name} sends nothing to {target['Arn']}: {error!r}")

    return send_to_targets


def _to_queue(target: dict[str, Any], message: str) -> None:
    from moto.sqs.models import sqs_backends

    region, account, name = target["Arn"].split(":")[3:6]
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    sqs_backends[account][region].send_message(queue_name=name, message_body=message, group_id=group)


_SENDERS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "sns": lambda target, message: publish(target["Arn"], message),
    "sqs": _to_queue,
    "lambda": lambda target, message: invoke(target["Arn"], json.loads(message)),
}
