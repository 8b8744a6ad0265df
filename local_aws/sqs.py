"""SQS: both redrive policies of a queue are read back as they were set, and long polling does not block other requests.

- AWS: GetQueueAttributes returns RedrivePolicy and RedriveAllowPolicy without white space. Moto 5.2.5 returns the first
  with spaces and never returns the second, for which the provider waits three minutes in vain. Added: both. Which
  queues can use a queue as their dead-letter queue is stored, not enforced.
- AWS: ReceiveMessage waits up to 20 seconds for a message. Moto waits too, but since requests are processed one at a
  time here, no message could be sent meanwhile. Added: a waiting request releases the lock.
"""

import json
from collections.abc import Callable
from typing import Any

from local_aws.turns import aside


def install() -> None:
    """Let Moto's queues return their policies and wait without the lock."""
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
