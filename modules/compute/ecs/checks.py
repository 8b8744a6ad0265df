"""Checks between ECS clusters and the network."""

from collections.abc import Iterator

from modules.access.sessions.keys.hosts import ENDPOINTS as SESSION_ENDPOINTS
from modules.compute.blocks import ComputeBlocks
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_subnets, unknown_zones, unreachable

#: [Amazon ECS Developer Guide, Amazon ECS interface VPC endpoints]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html): the endpoints of the agent on an
#: EC2 instance. Fargate needs none of them.
AGENT_ENDPOINTS = ("ecs", "ecs-agent", "ecs-telemetry")


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield what EC2 instances of a cluster require of the network and the network lacks; Fargate requires nothing."""
    for name, cluster in blocks.ecs.items():
        at = ("ecs", name, "ec2")
        if cluster.ec2 and blocks.network is None:
            yield needs_subnets(at, "app")
        elif cluster.ec2 and blocks.network:
            zones = cluster.ec2.availability_zones
            yield from unknown_zones((*at, "availability_zones"), zones, blocks.network, "app")
            yield from unreachable(at, AGENT_ENDPOINTS, blocks.network)
            if cluster.ec2.session_manager:
                yield from unreachable((*at, "session_manager"), SESSION_ENDPOINTS, blocks.network)
