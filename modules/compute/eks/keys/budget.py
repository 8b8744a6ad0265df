"""Whether the pods of all clusters find addresses in the app subnets, summed zone by zone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from modules.compute.eks.settings import EksSettings
from modules.foundation.problems import Finding
from modules.network.vpc.keys.subnets import usable
from modules.network.vpc.settings import NetworkSettings, ZoneLetter

#: "Amazon EKS networking requirements for VPC and clusters, Subnet requirements": six for the control plane's own
#: interfaces, 16 recommended.
CONTROL_PLANE = 16
#: "Application Load Balancers, Subnets": eight free for each, one for users and one internal to a cluster; and as
#: many again for what else is in the app subnets (tasks, functions).
OTHERS = 32


@dataclass(frozen=True)
class Term:
    """So many things of so many addresses each, in one zone."""

    what: str
    count: int
    each: int

    @property
    def total(self) -> int:
        """The addresses."""
        return self.count * self.each

    def __str__(self) -> str:
        return f"{self.what} {self.count} x {self.each}" if self.count != 1 else f"{self.what} {self.each}"


def terms(label: str, settings: EksSettings, zone: str, zones: Sequence[ZoneLetter]) -> list[Term]:
    """Return what a cluster takes in a zone with all of its groups at their maximum.

    A group is spread evenly over its zones, the fuller ones taking what is over; while its nodes are replaced, the new
    ones come beside.
    """
    found = [Term(f"{label} control plane", 1, CONTROL_PLANE)]
    for name, group in settings.nodes.items():
        of_group = group.availability_zones or tuple(zones)
        if zone in of_group:
            most = ceil(group.most / len(set(of_group)))
            found.append(Term(f"{label}.{name}", most, group.addresses))
            if extra := group.extra_nodes(most):
                # Pods move to the new nodes; there are no more of them.
                found.append(Term(f"{label}.{name} replacement", extra, group.addresses_of_first_pod))
    for name, profile in settings.fargate.items():
        of_profile = profile.availability_zones or tuple(zones)
        if zone in of_profile:
            found.append(Term(f"{label}.{name}", ceil(profile.max_pods / len(set(of_profile))), 1))
    return found


def needed(clusters: Mapping[str, EksSettings], zone: str, network: NetworkSettings) -> list[Term]:
    """Return what all clusters take in a zone, and the room for those that `network.clusters` still expects.

    A cluster that is not there yet is thought as large as the largest, beside which it will be set up.
    """
    of_each = {label: terms(label, each, zone, network.availability_zones) for label, each in clusters.items()}
    found = [term for each in of_each.values() for term in each]
    missing = network.clusters - len(clusters)
    if missing > 0:
        largest = max(of_each, key=lambda label: sum(term.total for term in of_each[label]))
        found.append(Term(f"another like {largest}", missing, sum(term.total for term in of_each[largest])))
    return [*found, Term("others", 1, OTHERS)]


def budget_findings(clusters: Mapping[str, EksSettings], network: NetworkSettings) -> Iterator[Finding]:
    """Yield the sum of the fullest zone where it is more than an app subnet has."""
    if not clusters:
        return
    prefix = network.prefixes["app"]
    sums = {zone: needed(clusters, zone, network) for zone in network.availability_zones}
    zone = max(sums, key=lambda zone: sum(term.total for term in sums[zone]))
    total = sum(term.total for term in sums[zone])
    if total > usable(prefix):
        shown = " + ".join(map(str, sums[zone]))
        rule = f"leaves zone {zone} short of addresses: {shown} = {total}, a /{prefix} has {usable(prefix)}"
        larger = f'subnet_sizes {{ app = "{_fit(total)}" }}'
        remedy = f"write fewer nodes or fewer max_pods, or, before the network's first apply, {larger}"
        yield Finding(("eks", list(clusters)[-1]), None, rule, remedy)


def _fit(total: int) -> str:
    """Return the size of the smallest subnet that has so many addresses for its users."""
    return f"/{max(prefix for prefix in range(1, 29) if usable(prefix) >= total)}"
