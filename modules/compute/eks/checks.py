"""Checks of clusters against the network and the blocks that they name."""

from collections.abc import Iterator, Mapping

from modules.compute.eks.keys.budget import budget_findings
from modules.compute.eks.keys.fargate import FargateProfileSettings
from modules.compute.eks.keys.nodes import NodesSettings
from modules.compute.eks.settings import EksSettings
from modules.data.blocks import DataBlocks
from modules.events.blocks import EventsBlocks
from modules.foundation.problems import Finding
from modules.network.vpc.settings import NetworkSettings

#: [Amazon EKS User Guide, Deploy private clusters with limited internet access]
#: (https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html): the endpoints that nodes need to join and
#: to pull images. The S3 gateway endpoint, for image layers, always exists.
ENDPOINTS_OF_NODES = ("ec2", "ecr.api", "ecr.dkr", "eks", "sts")


def eks_findings(
    clusters: Mapping[str, EksSettings], data: DataBlocks, events: EventsBlocks, network: NetworkSettings | None
) -> Iterator[Finding]:
    """Yield the problems of clusters with the network, data, and events blocks."""
    if network is None:
        for label in clusters:
            yield Finding(("eks", label), None, "needs app subnets, and there is no VPC", "write a `network` block")
        return
    for label, settings in clusters.items():
        at = ("eks", label)
        for finding in (
            *_network_findings(settings, network),
            *_data_findings(settings, data),
            *_publishing_findings(settings, events),
            *_endpoint_findings(settings, network),
            *_port_findings(settings),
            *_user_findings(settings, data),
        ):
            yield finding.under(*at)
    if not any(any(_zone_findings(settings, network)) for settings in clusters.values()):
        yield from budget_findings(clusters, network)


def _network_findings(settings: EksSettings, network: NetworkSettings) -> Iterator[Finding]:
    missing = network.unreachable([*ENDPOINTS_OF_NODES, *(["eks-auth"] if settings.uses_pod_identity else [])])
    if missing:
        rule = f"cannot reach {', '.join(missing)}: there is no NAT gateway, and no interface endpoint for them"
        yield Finding((), None, rule, "add them to network.interface_endpoints")
    if settings.corporate and network.direct_connect is None:
        rule = "needs the corporate IP ranges of network.direct_connect, and there is no such block"
        yield Finding(("corporate",), True, rule, "remove it, or write network { direct_connect { ... } }")
    for taken in (network.cidr, *(cidr for _, cidr in network.foreign_cidrs)):
        if settings.service_cidr.overlaps(taken):
            rule = f"overlaps {taken}, which pods could then not reach"
            yield Finding(("service_cidr",), settings.service_cidr, rule, "write another private range")
    yield from _zone_findings(settings, network)


def _zone_findings(settings: EksSettings, network: NetworkSettings) -> Iterator[Finding]:
    kinds: dict[str, Mapping[str, NodesSettings | FargateProfileSettings]] = {
        "managed": settings.managed,
        "self_managed": settings.self_managed,
        "fargate": settings.fargate,
    }
    for kind, groups in kinds.items():
        for label, group in groups.items():
            for zone in sorted(set(group.availability_zones) - set(network.availability_zones)):
                rule = "is not a zone of the network, which has no app subnet there"
                remedy = f"write one or more of {', '.join(network.availability_zones)}"
                yield Finding((kind, label, "availability_zones"), zone, rule, remedy)


def _data_findings(settings: EksSettings, data: DataBlocks) -> Iterator[Finding]:
    named: list[tuple[tuple[str, ...], str, str, Mapping[str, object]]] = [
        *((("databases",), label, "database", data.database) for label in settings.databases),
        *((("caches",), label, "cache", data.cache) for label in settings.caches),
        *(
            (("service_account", name, "buckets"), label, "bucket", data.bucket)
            for name, account in settings.service_account.items()
            for label in account.buckets
        ),
        *(
            (("service_account", name, "secrets"), label, "secret", data.secret)
            for name, account in settings.service_account.items()
            for label in account.secrets
        ),
    ]
    for at, label, kind, blocks in named:
        if label not in blocks:
            known = f"write one of {', '.join(sorted(blocks))}" if blocks else f'write `{kind} "{label}" {{ ... }}`'
            yield Finding(at, label, f"is the name of no {kind} block", known)


def _publishing_findings(settings: EksSettings, events: EventsBlocks) -> Iterator[Finding]:
    for name, account in settings.service_account.items():
        for finding in account.publishing_findings(events):
            yield finding.under("service_account", name)


def _endpoint_findings(settings: EksSettings, network: NetworkSettings) -> Iterator[Finding]:
    """Yield AWS services that pods use and cannot reach."""
    for name, account in settings.service_account.items():
        reads = ["secretsmanager"] if account.secrets or account.databases else []
        missing = network.unreachable_by_programs([*account.publishing_endpoints, *reads])
        if missing:
            rule = f"cannot reach {', '.join(missing)}: there is no NAT gateway, no endpoint for them, and no proxy"
            remedy = "add them to network.interface_endpoints, or add a network.proxy"
            yield Finding(("service_account", name), None, rule, remedy)


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


def _user_findings(settings: EksSettings, data: DataBlocks) -> Iterator[Finding]:
    for name, account in settings.service_account.items():
        for label in account.caches:
            if label in data.cache and (unknown := data.cache[label].unknown_user()):
                rule = f"has no user {unknown}, which the pods log in as"
                at = ("service_account", name, "caches")
                yield Finding(at, label, rule, f'write `user "{unknown}" {{ }}` in its block')
