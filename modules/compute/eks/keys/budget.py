"""Check that the app subnets have enough IP addresses for the pods of all clusters, by Availability Zone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from modules.compute.eks.settings import EksSettings
from modules.foundation.problems import Finding
from modules.network.vpc.keys.subnets import usable
from modules.network.vpc.settings import NetworkSettings, ZoneLetter

#: [View Amazon EKS networking requirements for VPC and subnets]
#: (https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html): at least six addresses for the interfaces of
#: the control plane, 16 recommended.
CONTROL_PLANE = 16
#: [Application Load Balancers, Subnets for your load balancer]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html): eight free
#: addresses for each of two load balancers, an internet-facing one and an internal one of a cluster; and 16 more for
#: everything else in the app subnets (tasks, functions).
OTHERS = 32


@dataclass(frozen=True)
class Term:
    """One part of the sum for a zone: how many nodes, pods, or others there are, and how many addresses each uses."""

    what: str
    count: int
    each: int

    @property
    def total(self) -> int:
        """The number of addresses."""
        return self.count * self.each

    def __str__(self) -> str:
        return f"{self.what} {self.count} x {self.each}" if self.count != 1 else f"{self.what} {self.each}"


def terms(label: str, settings: EksSettings, zone: str, zones: Sequence[ZoneLetter]) -> list[Term]:
    """Return the addresses that a cluster uses in a zone with all of its groups at their maximum size.

    The nodes of a group are spread evenly over its zones, with the remainder rounded up. During a replacement, new
    nodes run in addition to the old ones.
    """
    found = [Term(f"{label} control plane", 1, CONTROL_PLANE)]
    for name, group in settings.nodes.items():
        of_group = group.availability_zones or tuple(zones)
        if zone in of_group:
            most = ceil(group.most / len(set(of_group)))
            found.append(Term(f"{label}.{name}", most, group.addresses))
            if extra := group.extra_nodes(most):
                # The pods move to the new nodes; their number does not grow.
                found.append(Term(f"{label}.{name} replacement", extra, group.addresses_of_first_pod))
    for name, profile in settings.fargate.items():
        of_profile = profile.availability_zones or tuple(zones)
        if zone in of_profile:
            found.append(Term(f"{label}.{name}", ceil(profile.max_pods / len(set(of_profile))), 1))
    return found


def needed(clusters: Mapping[str, EksSettings], zone: str, network: NetworkSettings) -> list[Term]:
    """Return the addresses that all clusters use in a zone, including clusters that `network.clusters` still expects.

    An expected cluster is assumed to be as large as the largest existing one.
    """
    of_each = {label: terms(label, each, zone, network.availability_zones) for label, each in clusters.items()}
    found = [term for each in of_each.values() for term in each]
    missing = network.clusters - len(clusters)
    if missing > 0:
        largest = max(of_each, key=lambda label: sum(term.total for term in of_each[label]))
        found.append(Term(f"another like {largest}", missing, sum(term.total for term in of_each[largest])))
    return [*found, Term("others", 1, OTHERS)]


def budget_findings(clusters: Mapping[str, EksSettings], network: NetworkSettings) -> Iterator[Finding]:
    """Yield a problem if the zone with the most addresses in use needs more than an app subnet has."""
    if not clusters:
        return
    prefix = network.prefixes["app"]
    sums = {zone: needed(clusters, zone, network) for zone in network.availability_zones}
    zone = max(sums, key=lambda zone: sum(term.total for term in sums[zone]))
    total = sum(term.total for term in sums[zone])
    if total > usable(prefix):
        shown = " + ".join(map(str, sums[zone]))
        rule = f"needs too many addresses in zone {zone}: {shown} = {total}, and a /{prefix} has {usable(prefix)}"
        larger = f'subnet_sizes {{ app = "{_fit(total)}" }}'
        remedy = f"write fewer nodes or a lower max_pods, or, before the network's first apply, {larger}"
        yield Finding(("eks", list(clusters)[-1]), None, rule, remedy)


def _fit(total: int) -> str:
    """Return the size of the smallest subnet with that many usable addresses."""
    return f"/{max(prefix for prefix in range(1, 29) if usable(prefix) >= total)}"
