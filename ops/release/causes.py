"""Causes of failed deployments, in one sentence each.

The patterns are the messages in these pages of the Amazon ECS Developer Guide: [Amazon ECS stopped tasks error
messages](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html),
[CannotPullContainer task errors]
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html), [Amazon ECS service event
messages](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ops.release.tasks import StoppedContainer, StoppedTask

#: What a message means; the first pattern that matches it.
_MESSAGES: Sequence[tuple[str, str]] = (
    (
        r"CannotPullContainerError.*(descriptor matching platform|no matching manifest)",
        "the image cannot be pulled: it has no variant for the tasks' architecture",
    ),
    (
        r"CannotPullContainerError.*(not found|manifest unknown|does not exist)",
        "the image cannot be pulled: it does not exist in the registry",
    ),
    (
        r"CannotPullContainerError.*(denied|not authorized|403|no basic auth)",
        "the image cannot be pulled: the task execution role, or the repository's policy, does not allow it",
    ),
    (
        r"CannotPullContainerError.*(timeout|timed out|deadline exceeded|dial tcp|Client\.Timeout)",
        "the image cannot be pulled: the task does not reach the registry or S3; check NAT gateway, endpoints, and "
        "`egress`",
    ),
    (r"CannotPullContainerError.*no space left", "the image cannot be pulled: the task's storage is too small for it"),
    (r"CannotPullContainerError", "the image cannot be pulled"),
    (
        r"ResourceInitializationError.*(environment file|EnvironmentFile|s3)",
        "an environment file of the task cannot be read",
    ),
    (
        r"ResourceInitializationError.*(secret|ssm|parameter|asm)",
        "a secret or parameter of the task cannot be read: it has no value yet, the role may not read it, or the task "
        "does not reach Secrets Manager or Parameter Store",
    ),
    (r"ResourceInitializationError.*log", "the task cannot write to its log group"),
    (r"ResourceInitializationError", "the task cannot be set up"),
    (r"OutOfMemory", "a container needs more memory than it may use"),
    (r"Cannot(Start|Create)ContainerError.*exec format", "the program was built for another architecture"),
    (r"Cannot(Start|Create)ContainerError", "a container cannot be started"),
    (r"ContainerRuntime(Timeout)?Error|DockerTimeoutError", "a container did not start in time"),
    (r"failed ELB health checks", "the health check of the load balancer fails"),
    (r"failed container health checks", "the health check of the container fails"),
    (r"Spot|reclaimed", "AWS needed the Spot capacity for others"),
    (
        r"unable to place a task.*Capacity is unavailable|Capacity is unavailable",
        "AWS has no capacity for the tasks at this time",
    ),
    (
        r"unable to place a task.*(limit|concurrently)",
        "a quota of the account is reached; `.venv/bin/python -m ops doctor` lists them",
    ),
    (
        r"unable to place a task|No Container Instances were found",
        "no instance of the cluster has room for another task",
    ),
    (r"unable to stop or start tasks during a deployment", "`deployment` does not allow ECS to replace any task"),
    (r"throttled", "ECS throttles the service"),
)
#: [Exit Status, Bash Reference Manual](https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html): 128 and
#: the number of the signal; 126 and 127 of a command that cannot be executed or is not found.
_EXIT_CODES = {
    126: "its command cannot be executed",
    127: "its command does not exist in the image",
    137: "it was killed (SIGKILL): it needed too much memory, or did not stop in time",
    139: "its program crashed (SIGSEGV)",
    143: "it was asked to stop (SIGTERM)",
}
#: What every failed deployment says, and no cause.
_RESULT = re.compile(r"circuit breaker|deployment failed|rolling back")


def cause_of(tasks: Sequence[StoppedTask], targets: Sequence[str], events: Sequence[str], reason: str) -> str:
    """Return why a deployment failed: the cause of most of its tasks, or else what the service's events say.

    `targets` are the descriptions of unhealthy targets, `events` messages of the service, `reason` ECS's own words.
    """
    causes = Counter(cause for each in tasks if not each.was_scaled and (cause := task_cause(each, targets)))
    if causes:
        return causes.most_common(1)[0][0]
    known = (_known(each) for each in events if not _RESULT.search(each))
    if found := next(filter(None, known), None):
        return found
    if targets:
        return f"the health check of the load balancer fails: {targets[-1]}"
    return f"ECS says: {reason}" if reason else "ECS gives no reason"


def task_cause(task: StoppedTask, targets: Sequence[str] = ()) -> str:
    """Return why a task stopped, with the container and its last log line if a program failed; empty if unknown."""
    by_service = _known(task.reason)
    if by_service and "health check of the load balancer" in by_service and targets:
        return f"{by_service}: {targets[-1]}"
    for each in task.containers:
        if found := _known(each.reason):
            return f"{found} ({each.name}: {each.reason})"
    if by_service:
        return f"{by_service} ({task.reason})"
    failed = [each for each in task.containers if each.exit_code not in (0, None)]
    # The first container that fails stops the others, which then often end with 143 or 137.
    for each in sorted(failed, key=lambda each: each.exit_code in (137, 143)):
        return "".join(_ended(each))
    if any(each.exit_code == 0 for each in task.containers) and task.code == "EssentialContainerExited":
        (first, *_) = [each.name for each in task.containers if each.exit_code == 0]
        return f"the container {first} ended with exit code 0, and a service's program must not end"
    return task.reason


def _ended(container: StoppedContainer) -> Iterator[str]:
    yield f"the container {container.name} ended with exit code {container.exit_code}"
    if meaning := _EXIT_CODES.get(container.exit_code or 0):
        yield f": {meaning}"
    if container.lines:
        yield f"; its last line: {container.lines[-1]}"


def _known(message: str) -> str | None:
    return next((meaning for pattern, meaning in _MESSAGES if re.search(pattern, message, re.DOTALL)), None)
