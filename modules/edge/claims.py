"""Names in zones that several blocks, or several environments, would write records for."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from modules.access.blocks import AccessBlocks
from modules.compute.blocks import ComputeBlocks
from modules.edge.blocks import EdgeBlocks
from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks
from modules.network.keys.domains import is_under
from modules.network.zone.keys.record import DUAL_STACK, IPV4
from modules.network.zone.settings import zone_label_of

_Led = tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]
_ADDRESSES = {"A", "AAAA", "CNAME"}
#: Which kinds compare their names with each other already.
_COMPARED = (
    {"load_balancer"},
    {"site"},
    {"record"},
    {"site", "load_balancer"},
    {"site", "record"},
    {"delegation", "record"},
)


@dataclass(frozen=True)
class Claim:
    """A name for which a block writes records."""

    at: tuple[str, ...]
    name: str
    kind: str
    types: tuple[str, ...]
    zone: str
    """The label of the zone that the records are written into."""
    routing: str | None = None

    @property
    def block(self) -> str:
        """The block as it is named in messages."""
        return ".".join(self.at[:-1]) if self.at[-1] in ("name", "names", "domain") else ".".join(self.at)

    def clashes(self, other: "Claim") -> bool:
        """Return whether both write records that cannot stand beside each other ([Amazon Route 53 Developer Guide,
        Supported DNS record types]
        (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html), and RFC 1034).
        """
        if self.name != other.name or (self.routing and self.routing == other.routing):
            return False
        types = {*self.types, *other.types}
        return bool(set(self.types) & set(other.types)) or bool(types & {"CNAME", "NS"})


def claims(edge: EdgeBlocks, network: NetworkBlocks, access: AccessBlocks, compute: ComputeBlocks) -> Iterator[Claim]:
    """Yield the names that an environment writes records for."""
    for zone, settings in network.zone.items():
        for label, record in settings.record.items():
            yield Claim(
                ("zone", zone, "record", label, "name"), record.name, "record", record.types, zone, record.routing
            )
        for label in settings.delegation:
            yield Claim(("zone", zone, "delegation", label), settings.delegated(label), "delegation", ("NS",), zone)
    for at, kind, types, names in _led(edge, access, compute):
        for name in names:
            zone_label = zone_label_of(name, network.zone)
            if zone_label is not None:
                yield Claim(at, name, kind, types, zone_label)


def _led(edge: EdgeBlocks, access: AccessBlocks, compute: ComputeBlocks) -> Iterator[_Led]:
    """Yield the names that blocks outside of zones lead to themselves: where, which kind, types, names."""
    for label, load_balancer in compute.load_balancer.items():
        yield ("load_balancer", label, "names"), "load_balancer", IPV4, load_balancer.names
    for label, site in edge.site.items():
        yield ("site", label, "names"), "site", DUAL_STACK, site.names
    if access.sign_in and access.sign_in.domain:
        yield ("sign_in", "domain"), "sign_in", IPV4, (access.sign_in.domain,)


def findings(
    edge: EdgeBlocks, network: NetworkBlocks, access: AccessBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    """Yield the names that two blocks claim, those that a delegation takes away, and a sign-in page below none."""
    claimed = list(claims(edge, network, access, compute))
    for one, other in combinations(claimed, 2):
        if one.zone == other.zone and {one.kind, other.kind} not in _COMPARED:
            yield from _claimed_twice(one, other)
    yield from _sign_in_parent(claimed, network, access)
    yield from _checks_from_outside(network, compute)


def _claimed_twice(one: Claim, other: Claim) -> Iterator[Finding]:
    if "delegation" not in (one.kind, other.kind):
        if one.clashes(other):
            rule = f"leads to {one.block} already"
            yield Finding(other.at, other.name, rule, "write another name for one of them")
        return
    delegation, lost = (one, other) if one.kind == "delegation" else (other, one)
    if lost.kind == "delegation" and is_under(delegation.name, lost.name):
        delegation, lost = lost, delegation
    if delegation.name == lost.name and lost.kind == "delegation":
        rule = f"is given away by {delegation.block} already"
        yield Finding(lost.at, lost.name, rule, "take one of them out")
    elif is_under(lost.name.removeprefix("*."), delegation.name):
        # RFC 1034, section 4.2.1: below a cut the parent is no longer asked.
        rule = f"is in {delegation.name}, which {delegation.block} gives to another zone, so that nobody is led here"
        yield Finding(lost.at, lost.name, rule, "write it in that zone's environment, or take the delegation out")


def _sign_in_parent(claimed: list[Claim], network: NetworkBlocks, access: AccessBlocks) -> Iterator[Finding]:
    """[Amazon Cognito Developer Guide, Using your own domain for managed login]
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html): the name
    above the domain has to have an address. What an existing zone has beside ours is not known.
    """
    domain = access.sign_in.domain if access.sign_in else None
    parent = domain.partition(".")[2] if domain else ""
    zone = zone_label_of(parent, network.zone)
    if not domain or zone is None or network.zone[zone].existing or domain == network.zone[zone].name:
        return
    leading = [each for each in claimed if each.kind != "sign_in" and _ADDRESSES & set(each.types)]
    if not any(_answers(each.name, parent) for each in leading):
        rule = f"is below {parent}, which has no address, and Cognito asks for one"
        remedy = f"lead {parent} somewhere (a load balancer, a site or a record of type A), or write another domain"
        yield Finding(("sign_in", "domain"), domain, rule, remedy)


def _checks_from_outside(network: NetworkBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield the health checks of what only the VPC reaches: Route 53 asks from the internet."""
    inside = {name: label for label, each in compute.load_balancer.items() if each.internal for name in each.names}
    for zone, settings in network.zone.items():
        for label, check in settings.health_check.items():
            if check.host in inside:
                rule = f"leads to load_balancer.{inside[check.host]}, which is internal, and Route 53 asks from outside"
                at = ("zone", zone, "health_check", label, "host")
                yield Finding(at, check.host, rule, "write a name that leads to a public address")


def _answers(name: str, asked: str) -> bool:
    return name == asked or (name.startswith("*.") and asked.endswith(name[1:]))
