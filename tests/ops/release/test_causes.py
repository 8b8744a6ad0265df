"""The cause of a failed deployment, from the messages that AWS publishes."""

from collections.abc import Sequence

import pytest

from ops.release.causes import cause_of
from ops.release.tasks import StoppedContainer, StoppedTask

EXITED = "Essential container in task exited"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/api/1"


def task(reason: str, *containers: StoppedContainer, code: str = "EssentialContainerExited") -> StoppedTask:
    return StoppedTask("t", code, reason, containers)


def ended(name: str, code: int | None, reason: str = "", *lines: str) -> StoppedContainer:
    return StoppedContainer(name, code, reason, lines)


#: Messages as AWS prints them, and the beginning of the cause.
MESSAGES = [
    ("CannotPullContainerError: pull image manifest has been retried: failed to resolve ref x/api:1: not found",
     "the image cannot be pulled: it does not exist"),
    ("CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'",
     "the image cannot be pulled: it has no variant for the tasks' architecture"),
    ("CannotPullContainerError: pull command failed: error pulling image: dial tcp 52.1.2.3:443: i/o timeout",
     "the image cannot be pulled: the task does not reach"),
    ("CannotPullContainerError: Error response from daemon: pull access denied for x/api",
     "the image cannot be pulled: the task execution role"),
    ("CannotPullContainerError: ref pull has been retried 1 time(s): write /var/lib/x: no space left on device",
     "the image cannot be pulled: the task's storage is too small"),
    ("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret "
     "from asm: service call has been retried 1 time(s)", "a secret or parameter of the task cannot"),
    ("ResourceInitializationError: failed to download env files: file download command: non empty error stream: "
     "service call has been retried 5 time(s): AccessDenied EnvironmentFile", "an environment file of the task cannot"),
    ("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: log group",
     "the task cannot write to its log group"),
    ("Task failed container health checks", "the health check of the container fails"),
    (f"Task failed ELB health checks in (target-group {GROUP})", "the health check of the load balancer fails"),
    ("Your Spot Task was interrupted.", "AWS needed the Spot capacity"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "cause"), MESSAGES)
def test_message_of_aws_has_a_cause(message: str, cause: str) -> None:
    found = cause_of([task(message, code="TaskFailedToStart")], [], [], "")
    assert found.startswith(cause)
    assert message in found


@pytest.mark.parametrize(
    ("containers", "cause"),
    [
        ([ended("api", 1, "", "starting", "KeyError: 'HOST'")],
         "the container api ended with exit code 1; its last line: KeyError: 'HOST'"),
        ([ended("api", 137, "OutOfMemoryError: Container killed due to memory usage")],
         "a container needs more memory than it may use (api: OutOfMemoryError: Container killed due to memory usage)"),
        ([ended("api", 137)],
         "the container api ended with exit code 137: it was killed (SIGKILL): it needed too much memory, or did not "
         "stop in time"),
        # The proxy was stopped because the program failed.
        ([ended("proxy", 143), ended("api", 2)], "the container api ended with exit code 2"),
        ([ended("api", 0)], "the container api ended with exit code 0, and a service's program must not end"),
        ([ended("api", None, "CannotStartContainerError: exec /app: exec format error")],
         "the program was built for another architecture (api: CannotStartContainerError: exec /app: exec format "
         "error)"),
    ],
)  # fmt: skip
def test_end_of_a_container_is_named(containers: Sequence[StoppedContainer], cause: str) -> None:
    assert cause_of([task(EXITED, *containers)], [], [], "") == cause


def test_health_check_names_the_codes_of_the_target() -> None:
    codes = "Health checks failed with these codes: [503]"
    found = cause_of([task(f"Task failed ELB health checks in (target-group {GROUP})")], [codes], [], "")
    assert found == f"the health check of the load balancer fails: {codes}"


def test_cause_of_most_tasks_counts_and_tasks_that_were_scaled_do_not() -> None:
    scaled = task("Scaling activity initiated by (deployment ecs-svc/2)", ended("api", 143))
    tasks = [
        scaled,
        scaled,
        scaled,
        task(EXITED, ended("api", 1)),
        task(EXITED, ended("api", 2)),
        task(EXITED, ended("api", 2)),
    ]
    assert cause_of(tasks, [], [], "") == "the container api ended with exit code 2"


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        ("service api was unable to place a task. Reason: Capacity is unavailable at this time.",
         "AWS has no capacity for the tasks at this time"),
        ("service api was unable to place a task. Reason: You've reached the limit on the number of tasks you can run "
         "concurrently", "a quota of the account is reached"),
        ("service api was unable to place a task because no container instance met all of its requirements.",
         "no instance of the cluster has room"),
        ("service api was unable to stop or start tasks during a deployment because of the service deployment "
         "configuration.", "`deployment` does not allow ECS to replace any task"),
    ],
)  # fmt: skip
def test_without_stopped_tasks_the_events_name_the_cause(event: str, cause: str) -> None:
    result = "(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start."
    assert cause_of([], [], [result, event], "ECS deployment circuit breaker: tasks failed to start.").startswith(cause)


def test_without_anything_else_ecs_is_quoted() -> None:
    assert cause_of([], [], [], "tasks failed to start.") == "ECS says: tasks failed to start."
    assert cause_of([], [], [], "") == "ECS gives no reason"
