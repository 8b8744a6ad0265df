"""Checks between services and scheduled tasks, and between them and the blocks that they use."""

import ipaddress
from collections.abc import Collection, Iterator, Mapping, Sequence

from modules.compute.blocks import ComputeBlocks
from modules.compute.ecs.settings import EcsSettings
from modules.compute.load_balancer.keys.listener_rules import HTTPS
from modules.compute.load_balancer.settings import RULES_LIMIT, LoadBalancerSettings
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.checks import containers
from modules.compute.task.keys.container import ContainerSettings
from modules.compute.task.keys.sidecars import GeneratedSidecar
from modules.compute.task.keys.sizes import FARGATE_MEMORY, is_fargate_size, nearest_sizes
from modules.compute.task.settings import TaskSettings
from modules.data.checks import cache_findings
from modules.data.database.keys.users import reads_secrets
from modules.data.database.settings import DatabaseSettings
from modules.foundation.checks import unknown_labels, unknown_name, unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_subnets, unreachable, unreachable_by_programs
from modules.network.vpc.settings import PRIVATE_RANGES, NetworkSettings

Place = tuple[str, ...]


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield what a service or scheduled task requires of other blocks and they lack."""
    for name, service in blocks.service.items():
        at = ("service", name)
        yield from _task_findings(at, service, blocks)
        yield from _load_balancer_findings(at, name, service, blocks.load_balancer)
        yield from _zone_findings(at, service, blocks.network)
    for name, task in blocks.scheduled_task.items():
        at = ("scheduled_task", name)
        if task.service is None:
            yield from _task_findings(at, task, blocks)
        else:
            yield from unknown_names((*at, "service"), "service", [task.service], blocks.service)


def _task_findings(at: Place, task: TaskSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    generated = task.generated_sidecars(at[1], blocks.names)
    if blocks.network is None:
        yield needs_subnets(at, "app")
    else:
        yield from unreachable(at, _needed_services(task, blocks.database), blocks.network)
        yield from unreachable_by_programs(at, task.publishing_endpoints, blocks.network)
        for each in generated:
            yield from unreachable_by_programs((*at, each.key), each.endpoints, blocks.network)
        yield from _public_image_findings(at, task, generated, blocks.network)
        yield from _repeated_egress(at, task, blocks.network)
        yield from _egress_findings(at, task, blocks.network, blocks.database, generated)
    for finding in containers.findings(at[1], task, generated):
        yield finding.under(*at)
    yield from unknown_names((*at, "cluster"), "ecs", [task.cluster], blocks.ecs)
    if task.cluster in blocks.ecs:
        yield from _capacity_findings(at, task, blocks.ecs[task.cluster])
    yield from _data_findings(at, task, blocks)
    for finding in task.publishing_findings(blocks):
        yield finding.under(*at)
    yield from _peer_findings(at, task, blocks.service)


def _capacity_findings(at: Place, task: TaskSettings, cluster: EcsSettings) -> Iterator[Finding]:
    capacity = cluster.capacity_of(task.capacity)
    if capacity not in cluster.capacities:
        rule = f"is not a capacity of ecs.{task.cluster}"
        remedy = f"write {' or '.join(cluster.capacities)}, or add `{capacity} {{ }}` to ecs.{task.cluster}"
        yield Finding((*at, "capacity"), capacity, rule, remedy)
    elif capacity == "ec2" and task.ephemeral_storage_gib:
        rule = "is for Fargate only; on EC2, tasks use the instance's volume"
        yield Finding((*at, "ephemeral_storage_gib"), task.ephemeral_storage_gib, rule, "remove it")
    elif capacity == "fargate" and not is_fargate_size(task.cpu, task.memory):
        sizes = " or ".join(
            f"cpu = {cpu} with memory = {memory}" for cpu, memory in nearest_sizes(task.cpu, task.memory)
        )
        if task.cpu in FARGATE_MEMORY:
            rule = f"is not a memory size of Fargate for cpu = {task.cpu}"
            yield Finding((*at, "memory"), task.memory, rule, f"write {sizes}")
        else:
            yield Finding((*at, "cpu"), task.cpu, "is not a CPU size of Fargate", f"write {sizes}")


def _public_image_findings(
    at: Place, task: TaskSettings, generated: Sequence[GeneratedSidecar], network: NetworkSettings
) -> Iterator[Finding]:
    """Yield images of the ECR Public Gallery that the task cannot pull.

    [Amazon ECR interface VPC endpoints](https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html) do
    not support public repositories.
    """
    for each in containers.public_images(task, at[1], generated):
        place = (*at, *each.place_of("image"))
        if network.nat == "none":
            rule = "is in the ECR Public Gallery, which has no VPC endpoint, and there is no NAT gateway"
            yield Finding(place, each.image, rule, "copy the image into a `repository`, or write network.nat")
        elif not _reaches_outside(task):
            rule = "is in the ECR Public Gallery, and the task may not call public addresses"
            remedy = f'write an `egress` block with cidr = "0.0.0.0/0" and port = {HTTPS}'
            yield Finding(place, each.image, rule, f"{remedy}, or copy the image into a `repository`")


def _needed_services(task: TaskSettings, databases: Mapping[str, DatabaseSettings]) -> list[str]:
    """Return the AWS services that a task cannot start without.

    [Amazon ECR interface VPC endpoints](https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html) and
    [Pass sensitive data to an Amazon ECS container]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html): without a route to
    them, tasks fail with ResourceInitializationError. S3 is always reachable, by its gateway endpoint.
    """
    needed = ["ecr.api", "ecr.dkr", "logs"]
    each_container = [each for _, each in task.containers()]
    if reads_secrets(task.databases, databases) or any(each.secrets for each in each_container):
        needed.append("secretsmanager")
    if any(each.parameters for each in each_container):
        needed.append("ssm")
    if getattr(task, "enable_execute_command", False):
        needed.append("ssmmessages")
    return needed


def _egress_findings(
    at: Place,
    task: TaskSettings,
    network: NetworkSettings,
    databases: Mapping[str, DatabaseSettings],
    generated: Sequence[GeneratedSidecar],
) -> Iterator[Finding]:
    """Yield the AWS services that the task's security group does not allow, and rules beyond the group's quota."""
    yield from _not_allowed(at, task, network, _needed_services(task, databases), "the task", "start")
    for each in generated if network.proxy is None else ():
        yield from _not_allowed(at, task, network, each.endpoints, f"`{each.key}`", "send anything")
    rules = _outbound_rules(task, network, databases)
    if rules > RULES_LIMIT:
        rule = f"needs {rules} outbound rules, including those to the resources of the block; AWS allows {RULES_LIMIT}"
        yield Finding((*at, "egress"), None, rule, "merge ranges")


def _not_allowed(
    at: Place, task: TaskSettings, network: NetworkSettings, services: Collection[str], who: str, what: str
) -> Iterator[Finding]:
    """Yield AWS services that the security group does not allow; `who` cannot do `what` without them."""
    by_endpoint = sorted(set(services) & set(network.interface_endpoints))
    subnets = [network.plan.subnet("endpoint", zone) for zone in network.availability_zones]
    if by_endpoint and not all(_reaches(task, subnet) for subnet in subnets):
        endpoints = network.plan.tiers["endpoint"]
        rule = f"does not allow HTTPS to {endpoints}, so {who} cannot reach the endpoints for "
        rule += f"{', '.join(by_endpoint)} and cannot {what}"
        remedy = f'write an `egress` block with cidr = "{endpoints}" and port = {HTTPS}'
        yield Finding((*at, "egress"), None, rule, remedy)
    elsewhere = sorted(set(services) - set(network.interface_endpoints)) if network.nat != "none" else []
    if elsewhere and not _reaches_outside(task):
        rule = f"does not allow HTTPS to the public addresses of {', '.join(elsewhere)}, so {who} cannot {what}"
        remedy = f'write an `egress` block with cidr = "0.0.0.0/0" and port = {HTTPS}'
        yield Finding((*at, "egress"), None, rule, f"{remedy}, or add them to network.interface_endpoints")


def _reaches(task: TaskSettings, cidr: ipaddress.IPv4Network) -> bool:
    """Return whether HTTPS to every address of the range is allowed, by one range or by several together."""
    ranges = [each.cidr for each in task.egress.values() if (each.port, each.protocol) == (HTTPS, "tcp")]
    return any(cidr.subnet_of(each) for each in ipaddress.collapse_addresses(ranges))


def _reaches_outside(task: TaskSettings) -> bool:
    """Return whether HTTPS to any public address is allowed. AWS's addresses change, so one range is enough."""
    return any(
        (each.port, each.protocol) == (HTTPS, "tcp") and not any(each.cidr.subnet_of(own) for own in PRIVATE_RANGES)
        for each in task.egress.values()
    )


def _outbound_rules(task: TaskSettings, network: NetworkSettings, databases: Mapping[str, DatabaseSettings]) -> int:
    """Return the number of outbound rules of a task's security group.

    S3's prefix list counts as one: [Amazon VPC User Guide, AWS-managed prefix list weight]
    (https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights).
    """
    proxy = network.proxy
    proxies = len(proxy.cidrs or network.corporate_cidrs) if proxy else 0
    hosts = sum(2 if label in databases and databases[label].proxy else 1 for label in task.databases)
    return 1 + proxies + hosts + len(task.cache_users) + len(task.reaches) + len(task.egress)


def _repeated_egress(at: Place, task: TaskSettings, network: NetworkSettings) -> Iterator[Finding]:
    """Yield rules that a security group would have twice, which EC2 rejects with InvalidPermission.Duplicate.

    [Error codes for the Amazon EC2 API](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
    """
    proxy = network.proxy
    ranges = (proxy.cidrs or network.corporate_cidrs) if proxy else ()
    taken = {(cidr, proxy.port, "tcp"): "network.proxy" for cidr in ranges if proxy}
    for name, egress in task.egress.items():
        rule = (egress.cidr, egress.port, egress.protocol)
        if rule in taken:
            yield Finding((*at, "egress", name), None, f"creates the same rule as {taken[rule]}", "remove it")
        taken.setdefault(rule, f"egress.{name}")


def _data_findings(at: Place, task: TaskSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    yield from unknown_names((*at, "databases"), "database", task.databases, blocks.database)
    yield from cache_findings((*at, "caches"), task.cache_users, blocks.cache)
    yield from unknown_labels((*at, "buckets"), "bucket", task.buckets, blocks.bucket)
    for place, container in task.containers():
        files = [bucket for bucket, _ in container.environment_objects]
        yield from unknown_names((*at, *place, "environment_files"), "bucket", files, blocks.bucket)
        yield from _secret_findings((*at, *place), container, blocks.secret)
    yield from unknown_names((*at, "search"), "search", [task.search] if task.search else [], blocks.search)


def _secret_findings(at: Place, container: ContainerSettings, secrets: Collection[str]) -> Iterator[Finding]:
    """Yield unknown names of secrets. The names are not printed: one may be a secret, written in place of a name."""
    for variable, written in container.secrets.items():
        name, place = written.partition(":")[0], (*at, "secrets", variable)
        if name not in secrets:
            yield Finding(place, None, *unknown_name("secret", "NAME", secrets))
        elif variable not in container.secret_keys:
            rule = "has no valid JSON key after its colon: letters, digits, and _ . -"
            yield Finding(place, None, rule, f'write "{name}" or "{name}:KEY"')


def _peer_findings(at: Place, task: TaskSettings, services: Mapping[str, ServiceSettings]) -> Iterator[Finding]:
    yield from unknown_names((*at, "reaches"), "service", task.reaches, services)
    for name in task.reaches:
        if at == ("service", name):
            yield Finding((*at, "reaches"), name, "is the service itself", "remove it")
        elif name in services and services[name].port is None:
            yield Finding((*at, "reaches"), name, "has no port", f"write service.{name}.port = 8080")


def _load_balancer_findings(
    at: Place, name: str, service: ServiceSettings, load_balancers: Mapping[str, LoadBalancerSettings]
) -> Iterator[Finding]:
    attached = sorted(label for label, settings in load_balancers.items() if settings.rules_to(name))
    if attached and service.port is None:
        rule = f"is missing, and load_balancer.{attached[0]} forwards to this service"
        yield Finding((*at, "port"), None, rule, "write the port that its program listens on, such as port = 8080")
    if attached or service.scaling is None:
        return
    tracking, steps = service.scaling.target_tracking, service.scaling.step_scaling
    for kind, policies in (("target_tracking", tracking), ("step_scaling", steps)):
        for label, policy in policies.items():
            if policy.metric == "requests_per_target":
                place = (*at, "scaling", kind, label, "metric")
                rule = "is a metric of a load balancer, and none forwards to this service"
                yield Finding(place, policy.metric, rule, "write cpu or memory, or add a load balancer rule")


def _zone_findings(at: Place, service: ServiceSettings, network: NetworkSettings | None) -> Iterator[Finding]:
    """Yield scaling limits that leave an Availability Zone without tasks, in production."""
    if not (service.is_production and service.scaling and network):
        return
    for finding in service.scaling.zone_findings(len(network.availability_zones)):
        yield finding.under(*at, "scaling")
