"""Checks between ECS clusters and the network."""

from collections.abc import Iterator, Mapping

from modules.compute.ecs.keys.instances import EcsInstancesSettings
from modules.compute.ecs.settings import EcsSettings
from modules.foundation.problems import Finding
from modules.network.vpc.settings import NetworkSettings

#: [Amazon ECS Developer Guide, Amazon ECS interface VPC endpoints]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html): the endpoints of the agent on an
#: EC2 instance. Fargate needs none of them.
AGENT_ENDPOINTS = ("ecs", "ecs-agent", "ecs-telemetry")


def findings(clusters: Mapping[str, EcsSettings], network: NetworkSettings | None) -> Iterator[Finding]:
    """Yield what a cluster needs of the network and the network does not have; Fargate alone needs nothing."""
    for name, cluster in clusters.items():
        if cluster.ec2:
            yield from _instance_findings(("ecs", name, "ec2"), cluster.ec2, network)


def _instance_findings(
    at: tuple[str, ...], instances: EcsInstancesSettings, network: NetworkSettings | None
) -> Iterator[Finding]:
    if network is None:
        yield Finding(at, None, "needs app subnets, and there is no VPC", "write a `network` block")
        return
    for zone in sorted(set(instances.availability_zones) - set(network.availability_zones)):
        rule = "is not an Availability Zone of the network, which has no app subnet there"
        remedy = f"choose from {', '.join(network.availability_zones)}"
        yield Finding((*at, "availability_zones"), zone, rule, remedy)
    missing = network.unreachable(AGENT_ENDPOINTS)
    if missing:
        rule = "cannot reach ECS: the network has no NAT gateway"
        remedy = f"add {', '.join(missing)} to network.interface_endpoints, or NAT gateways"
        yield Finding(at, None, rule, remedy)
