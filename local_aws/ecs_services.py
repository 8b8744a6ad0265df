"""ECS services: settings are stored, and the tasks run immediately, or the deployment is rolled back.

- AWS: CreateService stores the capacity provider strategy, the deployment configuration, the grace period, ECS Exec,
  managed tags, and Availability Zone rebalancing, and DescribeServices returns them. Moto 5.2.5 drops all of them, and
  returns launch type EC2 for a service with a strategy, so that each plan tries to change or replace it. Added: they
  are stored, with AWS's defaults.
- AWS: tasks start, the deployment becomes COMPLETED, and the service reaches a steady state. Moto's tasks stay pending
  forever, and an update keeps the old deployment. Added: the desired number of tasks of the requested revision run, in
  one completed deployment. No containers run.
- AWS: a deployment whose tasks end fails, and is rolled back to the previous revision if the circuit breaker is
  configured to ([How the Amazon ECS deployment circuit breaker detects failures]
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html)). Moto pulls and runs
  nothing. Added: stopped tasks and the rollback, if `ecs_programs.py` says that a container ends: for an image that is
  missing in a local repository that contains others, or whose annotation says so. A repository without images is not
  checked: most users of the embedded AWS push none.
- AWS: UpdateService with another revision returns a new deployment that is in progress. Moto returns the old one.
  Added: the new one, which has succeeded or failed at the next request. A failed deployment is no longer described.
- AWS: a deployment that the circuit breaker ends sends the event SERVICE_DEPLOYMENT_FAILED ([Amazon ECS service
  deployment state change events]
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html)). Moto sends none.
  Added: this event, with or without a rollback; no event for deployments that begin or succeed.
- AWS: a revision can be named without its ARN, and its ARN is returned. Moto returns the given name. Added: the ARN.
- AWS: RegisterTaskDefinition stores whether a task allows fault injection. Moto drops it. Added.
- AWS: a service whose target group is not used by a listener is rejected. Moto accepts it, and a missing dependency
  would only be found in the cloud. Added: the error.
"""

import copy
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local_aws.ecs_programs import End, first_end, stop
from local_aws.events import emit

#: "How the Amazon ECS deployment circuit breaker detects failures": the minimum number of failed tasks.
_FAILED_TASKS = 3
#: [CreateService](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html): AWS's defaults.
DEFAULTS: Mapping[str, Any] = {
    "enable_execute_command": False,
    "enable_ecs_managed_tags": False,
    "availability_zone_rebalancing": "ENABLED",
}
#: The parameters of CreateService that Moto drops, and their names in its service.
KEPT = {
    "capacityProviderStrategy": "capacity_provider_strategy",
    "enableExecuteCommand": "enable_execute_command",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "placementConstraints": "placement_constraints",
    "placementStrategy": "placement_strategy",
}
DEPLOYMENT = {
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
}


def install() -> None:
    """Let Moto's services store their settings, and run."""
    from moto.ecs.responses import EC2ContainerServiceResponse

    from local_aws.extend import add

    add(EC2ContainerServiceResponse, _with_fault_injection(EC2ContainerServiceResponse.register_task_definition))
    add(EC2ContainerServiceResponse, _kept(EC2ContainerServiceResponse.create_service))
    add(EC2ContainerServiceResponse, _rolled_out(EC2ContainerServiceResponse.update_service))


def _kept(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create_service(response: Any) -> Any:
        _require_load_balancers(response)
        answer = create(response)
        service = answer.result["service"]
        for name, value in DEFAULTS.items():
            setattr(service, name, value)
        for parameter, name in KEPT.items():
            value = response._get_param(parameter)
            if value is not None:
                setattr(service, name, value)
        service.deployment_configuration = DEPLOYMENT | (response._get_param("deploymentConfiguration") or {})
        if response._get_param("capacityProviderStrategy"):
            # A service has either; the providers of the strategy determine where its tasks run.
            service.launch_type = None
        service.platform_version = service.platform_version or "LATEST"
        _settle(response, service)
        return answer

    return create_service


def _with_fault_injection(register: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def register_task_definition(response: Any) -> Any:
        answer = register(response)
        answer.result["taskDefinition"].enable_fault_injection = response._get_param("enableFaultInjection")
        return answer

    return register_task_definition


def _rolled_out(update: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def update_service(response: Any) -> Any:
        cluster, name = response._get_param("cluster", "default"), response._get_param("service")
        before = response.ecs_backend._get_service(cluster, name.rpartition("/")[2]).task_definition
        answer = update(response)
        service = answer.result["service"]
        service.deployment_configuration = DEPLOYMENT | service.deployment_configuration
        if not (service.task_definition and before):
            _settle(response, service)
            return answer
        definition = response.ecs_backend.describe_task_definition(service.task_definition)
        if definition.arn != before:
            answer.result["service"] = _begin(service, definition.arn)
            if end := first_end(definition):
                _fail(response, service, before, end)
        _settle(response, service)
        return answer

    return update_service


def _begin(service: Any, revision: str) -> Any:
    """Begin a deployment of the revision, and return the service as it is meanwhile."""
    from moto.core.utils import utcnow

    (old, *_) = service.deployments
    id, now, count = f"ecs-svc/{uuid.uuid4().int % 10**19}", utcnow(), service.desired_count
    counts = {"desiredCount": count, "runningCount": 0, "pendingCount": count, "failedTasks": 0}
    reason = f"ECS deployment {id} in progress."
    begun = {"id": id, "createdAt": now, "updatedAt": now, "taskDefinition": revision, "status": "PRIMARY", **counts}
    service.deployments = [{**old, **begun, "rolloutState": "IN_PROGRESS", "rolloutStateReason": reason}]
    shown = copy.copy(service)
    shown.task_definition = revision
    shown.deployments = [dict(service.deployments[0]), {**old, "status": "ACTIVE"}]
    return shown


def _fail(response: Any, service: Any, before: str, end: End) -> None:
    """End the deployment as the circuit breaker does: with an event, and with a rollback if it is configured to."""
    breaker = service.deployment_configuration["deploymentCircuitBreaker"]
    if not breaker["enable"]:
        return
    _stop_tasks(response, service, end)
    emit(
        response.current_account,
        response.region,
        source="aws.ecs",
        detail_type="ECS Deployment State Change",
        resources=[service.arn],
        detail={
            "eventType": "ERROR",
            "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "deploymentId": service.deployments[0]["id"],
            "updatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "reason": "ECS deployment circuit breaker: task failed to start.",
        },
    )
    if breaker["rollback"]:
        _roll_back(service, before)


def _stop_tasks(response: Any, service: Any, end: End) -> None:
    """Let the tasks of the deployment start and end."""
    backend, revision = response.ecs_backend, service.task_definition
    tasks = backend.run_task(
        cluster_str=service.cluster_name,
        task_definition_str=revision,
        count=_FAILED_TASKS,
        overrides=None,
        started_by=service.deployments[0]["id"],
        tags=None,
        launch_type="FARGATE",
        networking_configuration=service.network_configuration,
        group=f"service:{service.name}",
    )
    for each in tasks:
        stop(each, backend.describe_task_definition(revision), end)


def _roll_back(service: Any, revision: str) -> None:
    from moto.core.utils import utcnow

    service.task_definition = revision
    who = f"(service {service.name}) (deployment {service.deployments[0]['id']})"
    message = f"{who} deployment failed: tasks failed to start."
    service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": message})
    # The rollback is a deployment too.
    service.deployments[0]["id"] = f"ecs-svc/{uuid.uuid4().int % 10**19}"


def keep_within(backend: Any, resource_id: str, least: int, most: int) -> None:
    """Adjust a service's number of tasks to the nearest number within the limits."""
    _, cluster, name = resource_id.split("/")
    service = backend._get_service(cluster, name)
    service.desired_count = min(most, max(least, service.desired_count))
    _run(service)


def _settle(response: Any, service: Any) -> None:
    """Run the desired number of tasks, with the requested revision."""
    if service.task_definition:
        service.task_definition = response.ecs_backend.describe_task_definition(service.task_definition).arn
    _run(service)


def _run(service: Any) -> None:
    from moto.core.utils import utcnow

    service.running_count, service.pending_count = service.desired_count, 0
    for deployment in service.deployments[:1]:
        deployment |= {
            "desiredCount": service.desired_count,
            "runningCount": service.desired_count,
            "pendingCount": 0,
            "rolloutState": "COMPLETED",
            "rolloutStateReason": f"ECS deployment {deployment['id']} completed.",
            "taskDefinition": service.task_definition,
            "launchType": service.launch_type,
            "capacityProviderStrategy": getattr(service, "capacity_provider_strategy", None),
            "updatedAt": utcnow(),
        }


def _require_load_balancers(response: Any) -> None:
    from moto.ecs.exceptions import InvalidParameterException
    from moto.elbv2.models import elbv2_backends

    backend = elbv2_backends[response.current_account][response.region]
    for each in response._get_param("loadBalancers") or []:
        arn = each.get("targetGroupArn")
        if arn and not any(arn in backend._get_target_group_arns_from(action_data=data) for data in _forwards(backend)):
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer."
            )


def _forwards(backend: Any) -> Iterator[Any]:
    """Yield the forward actions of all listeners and rules."""
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            actions = [*listener.default_actions, *(each for rule in listener.rules.values() for each in rule.actions)]
            yield from (action.data for action in actions if action.type == "forward")
