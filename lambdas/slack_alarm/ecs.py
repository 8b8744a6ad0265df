"""ECS: deployments of services, and tasks that stopped."""

from typing import Any
from urllib.parse import quote

from .notices import Event, last_part, string
from .reading import Reading

#: [Amazon ECS API Reference, Task](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html), stopCode.
_STOPPED = {
    "TaskFailedToStart": "failed to start",
    "EssentialContainerExited": "stopped because an essential container exited",
    "SpotInterruption": "was stopped by a Spot interruption",
    "UserInitiated": "was stopped by a user",
    "ServiceSchedulerInitiated": "was stopped by its service",
}
#: Starts of `startedBy`, before the name of the schedule or rule. AWS does not document them, so nothing else depends
#: on them: a task with another value is reported without its schedule.
_SCHEDULERS = {"chronos-schedule/": "Schedule", "events-rule/": "Rule"}


def deployment(event: Event) -> Reading:
    """[Amazon ECS service deployment state change events]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html).
    """
    detail = event["detail"]
    _, cluster, service = event["resources"][0].split("/")
    name, reason = string(detail, "eventName"), detail.get("reason") or ""
    # Only the reason tells a rollback from another deployment.
    what = "Rollback" if "rolling back" in reason else "Deployment"
    path = f"ecs/v2/clusters/{quote(cluster, safe='')}/services/{quote(service, safe='')}"
    return Reading(
        title=f"{what} of {service} {name.removeprefix('SERVICE_DEPLOYMENT_').lower().replace('_', ' ')}",
        text=reason,
        facts=(("Cluster", cluster), ("Deployment", detail.get("deploymentId"))),
        page=("Service", f"{path}/deployments?region={event['region']}"),
        since=detail.get("updatedAt") or "",
        state={"SERVICE_DEPLOYMENT_FAILED": "ALARM", "SERVICE_DEPLOYMENT_COMPLETED": "OK"}.get(name, ""),
    )


def task(event: Event) -> Reading | None:
    """[Amazon ECS task state change events]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html): only of tasks that stopped.
    """
    detail = event["detail"]
    if detail["lastStatus"] != "STOPPED":
        return None
    arn, cluster = event["resources"][0], last_part(string(detail, "clusterArn"))
    # `service:` and the service, `family:` and the task definition's family, or what RunTask was called with.
    kind, _, name = string(detail, "group").partition(":")
    started_by = detail.get("startedBy") or ""
    scheduler = next((start for start in _SCHEDULERS if started_by.startswith(start)), "")
    containers = detail.get("containers") or ()
    who = "Task of service" if kind == "service" else "Scheduled task" if scheduler else "Task"
    path = f"ecs/v2/clusters/{quote(cluster, safe='')}/tasks/{quote(last_part(arn), safe='')}"
    return Reading(
        title=f"{who} {name or kind} {_how(detail.get('stopCode'), containers)}",
        text=detail.get("stoppedReason") or "",
        facts=(
            ("Containers", "\n".join(map(_container, containers))),
            ("Stop code", detail.get("stopCode")),
            (_SCHEDULERS.get(scheduler, "Started by"), started_by.removeprefix(scheduler)),
            ("Task definition", (detail.get("taskDefinitionArn") or "").rpartition("/")[2]),
            ("Cluster", cluster),
        ),
        page=("Task", f"{path}/configuration?region={event['region']}"),
        # Events can be sent several times, and a task that stopped can change once more, such as its network interface.
        id=f"{arn} STOPPED",
    )


def _how(code: str | None, containers: Any) -> str:
    exits = [each["exitCode"] for each in containers if each.get("exitCode") is not None]
    if code == "EssentialContainerExited" and exits:
        return f"stopped with exit code {next(filter(None, exits), 0)}"
    return _STOPPED.get(code or "", f"stopped ({code})" if code else "stopped")


def _container(container: Event) -> str:
    code = container.get("exitCode")
    exited = container.get("lastStatus") or "unknown" if code is None else f"exit code {code}"
    return f"{container['name']}: {', '.join(filter(None, (exited, container.get('reason'))))}"
