"""The task through which Session Manager forwards a port: started for one connection, and stopped with it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modules.compute.developers.keys.names import developers_name
from modules.environment import Environment
from ops.connect.warned import warned
from ops.errors import ExitCode, OpsError
from ops.interrupts import uninterrupted
from ops.steps import Step, step
from ops.target import Clients

_POLL_SECONDS = 2.0
#: Fargate starts a small image in less than a minute; a task that has not started after this will not.
_START_SECONDS = 240.0
#: [RunTask, startedBy](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html).
_STARTED_BY_LIMIT = 128


@contextmanager
def task(clients: Clients, settings: Environment, user: str) -> Iterator[str]:
    """Start a task, return the target of sessions with it, and stop it in any case. Raises OpsError."""
    ecs, cluster = clients("ecs"), developers_name(settings.names)
    started_by = re.sub(r"[^A-Za-z0-9_/-]", "-", f"connect/{user}")[:_STARTED_BY_LIMIT]
    arn = _start(clients, settings, started_by)
    try:
        with step("start a task") as doing:
            target = _target(ecs, cluster, arn, doing)
        yield target
    finally:
        with uninterrupted(), warned(f"the task {arn} was not stopped, and ends by itself"):
            ecs.stop_task(cluster=cluster, task=arn, reason="python -m ops connect has ended")


def _start(clients: Clients, settings: Environment, started_by: str) -> str:
    """Return the ARN of a new task."""
    names = settings.names
    group, subnets = _place(clients("ec2"), settings)
    answer = clients("ecs").run_task(
        cluster=developers_name(names),
        taskDefinition=developers_name(names),
        count=1,
        enableExecuteCommand=True,
        startedBy=started_by,
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": subnets, "securityGroups": [group], "assignPublicIp": "DISABLED"}
        },
    )
    if failures := answer["failures"]:
        reasons = ", ".join(f"{each.get('reason')} {each.get('detail', '')}".strip() for each in failures)
        raise OpsError(f"ECS did not start a task: {reasons}", ExitCode.UNAVAILABLE)
    return str(answer["tasks"][0]["taskArn"])


def _place(ec2: Any, settings: Environment) -> tuple[str, list[str]]:
    """Return the security group of the tasks, and the app subnets."""
    names, network = settings.names, settings.network
    assert network is not None, "checked by the settings"
    groups = ec2.describe_security_groups(Filters=[_filter("group-name", developers_name(names))])["SecurityGroups"]
    if len(groups) != 1:
        message = f"{names.environment} has no {developers_name(names)} yet; run `make deploy ENV={settings.name}`"
        raise OpsError(message, ExitCode.REFUSED)
    vpc = _filter("vpc-id", groups[0]["VpcId"])
    wanted = _filter("tag:Name", *(names.of(f"app-{zone}") for zone in network.availability_zones))
    subnets = ec2.describe_subnets(Filters=[vpc, wanted])["Subnets"]
    return str(groups[0]["GroupId"]), [each["SubnetId"] for each in subnets]


def _target(ecs: Any, cluster: str, arn: str, doing: Step) -> str:
    """Wait until sessions are possible, and return the target: `ecs:CLUSTER_TASK_CONTAINER`."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        found = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]
        container = found["containers"][0]
        if found["lastStatus"] == "STOPPED" or found["desiredStatus"] == "STOPPED":
            why = " ".join(filter(None, (found.get("stoppedReason"), container.get("reason"))))
            raise OpsError(f"the task stopped: {why or 'without a reason'}", ExitCode.UNAVAILABLE)
        agents = {each["name"]: each["lastStatus"] for each in container.get("managedAgents", [])}
        if agents.get("ExecuteCommandAgent") == "RUNNING":
            return f"ecs:{cluster}_{arn.rpartition('/')[2]}_{container['runtimeId']}"
        doing.progress(f"{found['lastStatus']}, agent {agents.get('ExecuteCommandAgent', 'unknown')}")
        time.sleep(_POLL_SECONDS)
    message = (
        f"the task has no session agent after {_START_SECONDS:.0f} seconds: it must reach ssmmessages, by a NAT "
        "gateway or an endpoint"
    )
    raise OpsError(message, ExitCode.UNAVAILABLE)


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}
