"""SQS: both redrive policies of a queue are read back as they were given, and who waits for messages stops nobody.

- AWS: GetQueueAttributes returns RedrivePolicy and RedriveAllowPolicy, written without white space. Moto 5.2.5 writes
  the first with spaces and returns the second never, for which the provider waits three minutes in vain. Added: both.
  Which queues may name a queue as theirs of dead letters is kept, not enforced.
- AWS: ReceiveMessage waits up to 20 seconds for a message. Moto waits likewise, while here, where requests have their
  turn one at a time, nobody could send one. Added: who waits steps aside.
"""

import json
from collections.abc import Callable
from typing import Any

from local_aws.turns import aside


def install() -> None:
    """Let Moto's queues return their policies."""
    from moto.sqs.models import Queue

    from local_aws.extend import add, replace

    attributes: Any = Queue.__dict__["attributes"]
    add(Queue, _aside(Queue.wait_for_messages))
    replace(Queue, "attributes", property(_with_policies(attributes.fget)))


def _with_policies(get: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def attributes(queue: Any) -> dict[str, Any]:
        given = get(queue)
        if queue.redrive_policy:
            given["RedrivePolicy"] = _compact(queue.redrive_policy)
        if getattr(queue, "redrive_allow_policy", None):
            given["RedriveAllowPolicy"] = _compact(json.loads(queue.redrive_allow_policy))
        return given

    return attributes


def _aside(wait: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
    def wait_for_messages(queue: Any, timeout: int) -> None:
        with aside():
            wait(queue, timeout)

    return wait_for_messages


def _compact(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))
