"""Checks of clusters against the network and the blocks that they name."""

from collections.abc import Iterator, Mapping

from modules.access.sessions.keys.hosts import ENDPOINTS as SESSION_ENDPOINTS
from modules.compute.blocks import ComputeBlocks
from modules.compute.eks.keys.budget import budget_findings
from modules.compute.eks.keys.fargate import FargateProfileSettings
from modules.compute.eks.keys.nodes import NodesSettings
from modules.compute.eks.settings import EksSettings
from modules.data.checks import cache_findings
from modules.data.database.keys.users import reads_secrets
from modules.foundation.checks import unknown_labels, unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.checks import (
    needs_direct_connect,
    needs_subnets,
    unknown_zones,
    unreachable,
    unreachable_by_programs,
)
from modules.network.vpc.settings import NetworkSettings

#: [Amazon EKS User Guide, Deploy private clusters with limited internet access]
#: (https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html): the endpoints that nodes need to join and
#: to pull images. The S3 gateway endpoint, for image layers, always exists.
ENDPOINTS_OF_NODES = ("ec2", "ecr.api", "ecr.dkr", "eks", "sts")


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield the problems of clusters with the network, data, and events blocks."""
    network = blocks.network
    if network is None:
        yield from (needs_subnets(("eks", label), "app") for label in blocks.eks)
        return
    for label, settings in blocks.eks.items():
        for finding in (
            *_network_findings(settings, network),
            *_name_findings(settings, blocks),
            *_endpoint_findings(settings, network, blocks),
            *_port_findings(settings),
        ):
            yield finding.under("eks", label)
    if not any(any(_zone_findings(settings, network)) for settings in blocks.eks.values()):
        yield from budget_findings(blocks.eks, network)


def _network_findings(settings: EksSettings, network: NetworkSettings) -> Iterator[Finding]:
    yield from unreachable((), [*ENDPOINTS_OF_NODES, *(["eks-auth"] if settings.uses_pod_identity else [])], network)
    if settings.session_manager:
        yield from unreachable(("session_manager",), SESSION_ENDPOINTS, network)
    if settings.corporate:
        yield from needs_direct_connect(("corporate",), True, network)
    for taken in (network.cidr, *(cidr for _, cidr in network.foreign_cidrs)):
        if settings.service_ipv4_cidr.overlaps(taken):
            rule = f"overlaps {taken}, which pods could then not reach"
            yield Finding(("service_ipv4_cidr",), settings.service_ipv4_cidr, rule, "write another private range")
    yield from _zone_findings(settings, network)


def _zone_findings(settings: EksSettings, network: NetworkSettings) -> Iterator[Finding]:
    kinds: dict[str, Mapping[str, NodesSettings | FargateProfileSettings]] = {
        "managed": settings.managed,
        "self_managed": settings.self_managed,
        "fargate": settings.fargate,
    }
    for kind, groups in kinds.items():
        for label, group in groups.items():
            yield from unknown_zones((kind, label, "availability_zones"), group.availability_zones, network, "app")


def _name_findings(settings: EksSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    yield from unknown_names(("databases",), "database", settings.databases, blocks.database)
    yield from unknown_names(("caches",), "cache", settings.caches, blocks.cache)
    for name, account in settings.service_account.items():
        at = ("service_account", name)
        yield from unknown_labels((*at, "buckets"), "bucket", account.buckets, blocks.bucket)
        yield from unknown_names((*at, "secrets"), "secret", account.secrets, blocks.secret)
        users = dict.fromkeys(label for label in account.caches if label in blocks.cache)
        yield from cache_findings((*at, "caches"), users, blocks.cache)
        for finding in account.publishing_findings(blocks):
            yield finding.under(*at)


def _endpoint_findings(settings: EksSettings, network: NetworkSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield AWS services that pods use and cannot reach."""
    for name, account in settings.service_account.items():
        reads = ["secretsmanager"] if account.secrets or reads_secrets(account.databases, blocks.database) else []
        called = [*account.publishing_endpoints, *reads]
        yield from unreachable_by_programs(("service_account", name), called, network)


def _port_findings(settings: EksSettings) -> Iterator[Finding]:
    """Yield databases and caches that a service account logs in to but that allow no traffic from the cluster."""
    for name, account in settings.service_account.items():
        for key, logins, reachable in (
            ("databases", account.databases, settings.databases),
            ("caches", account.caches, settings.caches),
        ):
            for label in logins:
                if label not in reachable:
                    rule = f"is not one of the cluster's {key}, so it allows no traffic from the pods"
                    remedy = f'write {key} = ["{label}"] in the `eks` block too'
                    yield Finding(("service_account", name, key), label, rule, remedy)
