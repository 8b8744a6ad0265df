"""FIS: the actions of experiments, and the resources that they act on.

[AWS FIS Actions reference](https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html) and [Targets
for AWS FIS](https://docs.aws.amazon.com/fis/latest/userguide/targets.html). An action without an implementation is
known, and an experiment with it fails: nothing here could show its effect.
"""

import random
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Undo = Callable[[], None]
_SELECTION = re.compile(r"(ALL)|(COUNT|PERCENT)\((\d+)\)")


class FaultError(Exception):
    """The experiment fails, for this reason."""


@dataclass(frozen=True)
class Place:
    """The account and Region of an experiment."""

    account: str
    region: str

    def backend(self, backends: Any) -> Any:
        """Return Moto's backend of a service."""
        return backends[self.account][self.region]


@dataclass(frozen=True)
class Action:
    """An action of FIS."""

    target: str | None = None
    resource_type: str | None = None
    inject: Callable[[Place, Sequence[str], Mapping[str, str]], Undo | None] | None = None
    """Does it to the resources with these ARNs, and returns how to undo it at the end."""
    needs: tuple[str, ...] = ()
    """The required parameters."""


def resolve(place: Place, target: Mapping[str, Any]) -> list[str]:
    """Return the ARNs that a target selects. Raises FaultError if there are none."""
    found = list(target.get("resourceArns") or ()) or _FINDERS[target["resourceType"]](place, target)
    selection = _SELECTION.fullmatch(target.get("selectionMode", "ALL"))
    assert selection, "checked by CreateExperimentTemplate"
    _, mode, number = selection.groups()
    if mode:
        count = int(number) if mode == "COUNT" else len(found) * int(number) // 100
        found = random.sample(found, min(count, len(found)))
    if not found:
        raise FaultError("Target resolution returned empty set")
    return found


def _stop_tasks(place: Place, arns: Sequence[str], _: Mapping[str, str]) -> None:
    """Tell it in the service's events; ECS here replaces tasks immediately (`ecs_services`), and none has an ARN."""
    from moto.core.utils import utcnow
    from moto.ecs.models import ecs_backends

    for arn in arns:
        cluster, name, task = arn.split("/")[1:]
        service = place.backend(ecs_backends)._get_service(cluster, name)
        message = f"(service {service.name}) has stopped 1 running tasks: (task {task})."
        service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": message})


def _find_tasks(place: Place, target: Mapping[str, Any]) -> list[str]:
    """Return an ARN for each running task; it also names the service, which an ARN of AWS does not."""
    from moto.ecs.models import ecs_backends

    parameters = target.get("parameters") or {}
    service = place.backend(ecs_backends)._get_service(parameters["cluster"], parameters["service"])
    prefix = f"arn:aws:ecs:{place.region}:{place.account}:task/{parameters['cluster']}/{parameters['service']}"
    return [f"{prefix}/{uuid.uuid4().hex}" for _ in range(service.running_count)]


def _terminate(place: Place, arns: Sequence[str], _: Mapping[str, str]) -> None:
    from moto.ec2.models import ec2_backends

    place.backend(ec2_backends).terminate_instances([arn.rpartition("/")[2] for arn in arns])


def _find_instances(place: Place, target: Mapping[str, Any]) -> list[str]:
    from moto.ec2.models import ec2_backends

    wanted = target.get("resourceTags") or {}
    filters = {each["path"]: each["values"] for each in target.get("filters") or ()}
    if unknown := filters.keys() - {"State.Name", "Placement.AvailabilityZone"}:
        raise FaultError(f"the filter {unknown.pop()} is not emulated")
    return [
        f"arn:aws:ec2:{place.region}:{place.account}:instance/{instance.id}"
        for reservation in place.backend(ec2_backends).all_reservations()
        for instance in reservation.instances
        if wanted.items() <= {tag["key"]: tag["value"] for tag in instance.get_tags()}.items()
        and instance.state in filters.get("State.Name", [instance.state])
        and instance.placement in filters.get("Placement.AvailabilityZone", [instance.placement])
    ]


def _fail_over(place: Place, arns: Sequence[str], _: Mapping[str, str]) -> None:
    from moto.core.exceptions import ServiceException
    from moto.rds.models import rds_backends

    for arn in arns:
        try:
            place.backend(rds_backends).failover_db_cluster(arn.rpartition(":")[2], None)
        except ServiceException as error:
            raise FaultError(str(error)) from None


def _reboot(place: Place, arns: Sequence[str], _: Mapping[str, str]) -> None:
    from moto.rds.models import rds_backends

    for arn in arns:
        place.backend(rds_backends).reboot_db_instance(arn.rpartition(":")[2])


def _cut_off(place: Place, arns: Sequence[str], parameters: Mapping[str, str]) -> Undo:
    """Replace the network ACL of each subnet with one that has no rule, and so denies everything.

    FIS clones the list and adds rules. Nothing flows here, so that only the association shows.
    """
    from moto.ec2.models import ec2_backends

    if parameters["scope"] != "all":
        raise FaultError(f"the scope {parameters['scope']} is not emulated")
    ec2, before, made = place.backend(ec2_backends), [], []
    for arn in arns:
        subnet = ec2.get_subnet(arn.rpartition("/")[2])
        association, current = _association(ec2, subnet.id)
        own = ec2.create_network_acl(subnet.vpc_id, [{"Key": "managedByFIS", "Value": "true"}])
        ec2.replace_network_acl_association(association, own.id)
        before.append((subnet.id, current))
        made.append(own.id)

    def undo() -> None:
        for subnet_id, current in before:
            ec2.replace_network_acl_association(_association(ec2, subnet_id)[0], current)
        for each in made:
            ec2.delete_network_acl(each)

    return undo


def _association(ec2: Any, subnet_id: str) -> tuple[str, str]:
    """Return the ID of the subnet's association, and its network ACL."""
    return next(
        (key, network_acl.id)
        for network_acl in ec2.network_acls.values()
        for key, each in network_acl._associations.items()
        if each.subnet_id == subnet_id
    )


_FINDERS: Mapping[str, Callable[[Place, Mapping[str, Any]], list[str]]] = {
    "aws:ecs:task": _find_tasks,
    "aws:ec2:instance": _find_instances,
}
_API_ERROR = Action("Roles", "aws:iam:role", needs=("duration", "service", "percentage", "operations"))
ACTIONS: Mapping[str, Action] = {
    "aws:fis:wait": Action(needs=("duration",)),
    "aws:ecs:stop-task": Action("Tasks", "aws:ecs:task", _stop_tasks),
    # No SSM agent runs in a task here.
    "aws:ecs:task-network-latency": Action("Tasks", "aws:ecs:task", needs=("duration",)),
    "aws:ec2:terminate-instances": Action("Instances", "aws:ec2:instance", _terminate),
    # The Auto Scaling groups of node groups have no instances (`eks_nodes`).
    "aws:eks:terminate-nodegroup-instances": Action(
        "Nodegroups", "aws:eks:nodegroup", needs=("instanceTerminationPercentage",)
    ),
    "aws:network:disrupt-connectivity": Action("Subnets", "aws:ec2:subnet", _cut_off, needs=("duration", "scope")),
    "aws:rds:failover-db-cluster": Action("Clusters", "aws:rds:cluster", _fail_over),
    "aws:rds:reboot-db-instances": Action("DBInstances", "aws:rds:db", _reboot),
    "aws:fis:inject-api-internal-error": _API_ERROR,
    "aws:fis:inject-api-throttle-error": _API_ERROR,
    "aws:fis:inject-api-unavailable-error": _API_ERROR,
}


def selects(mode: str) -> bool:
    """Return whether this is a selection mode."""
    return bool(_SELECTION.fullmatch(mode))
