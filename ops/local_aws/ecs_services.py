"""ECS services: what was asked for is kept, and the tasks run at once.

- AWS: CreateService keeps the capacity provider strategy, the deployment configuration, the grace period, ECS Exec,
  managed tags and the rebalancing of zones, and DescribeServices returns them. Moto 5.2.5 drops all of them, and says
  launch type EC2 for a service that has a strategy, so that each plan wants to change or replace it. Added: they are
  kept, with AWS's defaults.
- AWS: tasks start, the deployment ends as COMPLETED and the service is steady. Moto's tasks stay pending for ever,
  and an update leaves the old deployment standing. Added: as many tasks run as are desired, of the revision that was
  asked for, by one deployment that is done. There is no container behind any of them.
- AWS: a revision may be named without its ARN, and is told by its ARN. Moto tells what was given. Added: the ARN.
- AWS: a service whose target group no listener leads to is refused. Moto takes it, and a missing dependency would
  show in the cloud only. Added: the refusal.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: "CreateService": what AWS says when nothing was given.
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
    """Let Moto's services keep what they were given, and run."""
    from moto.ecs.responses import EC2ContainerServiceResponse

    from ops.local_aws.extend import add

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
            # A service has either; the strategy's providers say on what its tasks run.
            service.launch_type = None
        service.platform_version = service.platform_version or "LATEST"
        _settle(response, service)
        return answer

    return create_service


def _rolled_out(update: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def update_service(response: Any) -> Any:
        answer = update(response)
        service = answer.result["service"]
        service.deployment_configuration = DEPLOYMENT | service.deployment_configuration
        _settle(response, service)
        return answer

    return update_service


def _settle(response: Any, service: Any) -> None:
    """Let the desired tasks run, of the revision that was asked for."""
    from moto.core.utils import utcnow

    if service.task_definition:
        service.task_definition = response.ecs_backend.describe_task_definition(service.task_definition).arn
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
    """Yield what each forwarding action of each listener and rule says."""
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            actions = [*listener.default_actions, *(each for rule in listener.rules.values() for each in rule.actions)]
            yield from (action.data for action in actions if action.type == "forward")
