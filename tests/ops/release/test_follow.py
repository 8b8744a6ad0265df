"""What following a deployment reports, besides its end."""

import datetime
from typing import Any

import pytest

from ops.release.follow import Ended, Follow
from ops.release.service import ReleasedService
from tests.ops.release.aws import ARN, GROUP, Aws, stopped
from tests.support.recorded import RefusedError

UNHEALTHY = {
    "State": "unhealthy",
    "Reason": "Target.ResponseCodeMismatch",
    "Description": "Health checks failed with these codes: [503]",
}


def followed(aws: Aws, service: ReleasedService) -> tuple[Ended, list[str]]:
    """Update the service to a revision, and return how that ended and what was reported."""
    shown: list[str] = []
    follow = Follow(aws.client, service, show=shown.append, clock=aws.clock)
    before: Any = follow.described()
    follow.prepare(before)
    aws.client("ecs").update_service(cluster="x", service="x", taskDefinition=f"{ARN}:8")
    return follow.until_end("ecs-svc/2", datetime.timedelta(minutes=10)), shown


def test_each_change_of_a_targets_health_is_reported_once(service: ReleasedService) -> None:
    initial = {"State": "initial", "Reason": "Elb.RegistrationInProgress"}
    aws = Aws(has_load_balancer=True, health=[(5, initial), (30, {"State": "healthy"})])
    ended, shown = followed(aws, service)
    assert ended == Ended("succeeded")
    name = "target 10.20.0.5:8080 of agora-dev-api-public: "
    assert shown == [f"{name}initial (Elb.RegistrationInProgress)", f"{name}healthy"]


def test_failed_health_check_is_explained_by_the_target(service: ReleasedService) -> None:
    task = stopped("t1", f"Task failed ELB health checks in (target-group {GROUP})", code="ServiceSchedulerInitiated")
    aws = Aws(ends=(60, "FAILED"), has_load_balancer=True, health=[(10, UNHEALTHY)], stopped=[(40, task)])
    ended, shown = followed(aws, service)
    assert ended.cause == (
        "the health check of the load balancer fails: Health checks failed with these codes: [503]; ECS goes back to "
        "revision 7"
    )
    assert shown[-1] == f"task t1 stopped: Task failed ELB health checks in (target-group {GROUP})"


def test_what_was_there_before_is_not_reported(service: ReleasedService) -> None:
    others = {**stopped("t0", "Essential container in task exited"), "startedBy": "ecs-svc/1"}
    aws = Aws(events=[(0, "(service api) has reached a steady state.")], stopped=[(0, others)])
    aws.has_load_balancer, aws.health = True, [(0, {"State": "healthy"})]
    assert followed(aws, service) == (Ended("succeeded"), [])


def test_task_that_is_still_stopping_is_reported_when_its_exit_code_is_known(service: ReleasedService) -> None:
    task = stopped("t1", "Essential container in task exited", {"name": "api", "exitCode": 1})
    stopping = {**task, "lastStatus": "DEPROVISIONING", "containers": [{"name": "api"}]}
    aws = Aws(ends=(60, "FAILED"), stopped=[(5, stopping)])
    describe = aws.describe_tasks

    def later(asked: Any) -> Any:
        return {"tasks": [task]} if aws.seconds >= 30 else describe(asked)

    aws.describe_tasks = later  # type: ignore[method-assign]
    ended, shown = followed(aws, service)
    assert shown == ["task t1 stopped: Essential container in task exited", "  api: exit code 1"]
    assert ended.cause.startswith("the container api ended with exit code 1")


@pytest.mark.parametrize(("seconds", "result"), [(20, "succeeded"), (10**6, "timed out")])
def test_requests_may_fail_for_a_while(service: ReleasedService, seconds: float, result: str) -> None:
    aws = Aws()
    describe = aws.describe_services

    def throttled(asked: Any) -> Any:
        if aws.updated and 5 <= aws.seconds < seconds:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        return describe(asked)

    aws.describe_services = throttled  # type: ignore[method-assign]
    ended, _ = followed(aws, service)
    assert ended.result == result
    if result == "timed out":
        assert "Rate exceeded), and the deployment goes on: aws ecs describe-services" in ended.cause


def test_deployment_that_is_not_described_yet_has_not_failed(service: ReleasedService) -> None:
    aws = Aws()
    describe = aws.describe_services
    stale = describe({"cluster": "agora-dev-main", "services": ["agora-dev-api"]})
    aws.describe_services = lambda asked: stale if aws.seconds < 10 else describe(asked)  # type: ignore[method-assign]
    assert followed(aws, service)[0] == Ended("succeeded")


def test_deployment_that_another_one_replaced_has_failed(service: ReleasedService) -> None:
    aws = Aws(ends=(10**6, "COMPLETED"))
    service_now = aws._service

    def replaced() -> Any:
        found = service_now()
        if aws.updated and aws.seconds >= 20:
            other = {**found["deployments"][0], "id": "ecs-svc/9", "taskDefinition": f"{ARN}:9"}
            found["deployments"] = [other, {**found["deployments"][0], "status": "ACTIVE"}]
        return found

    aws._service = replaced  # type: ignore[method-assign]
    assert followed(aws, service)[0] == Ended("failed", "another deployment replaced it, of revision 9")
