"""DNS names for which several blocks, or several environments, would create records."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from modules.edge.blocks import EdgeBlocks
from modules.foundation.problems import Finding
from modules.network.keys.domains import is_under
from modules.network.zone.keys.record import DUAL_STACK, IPV4
from modules.network.zone.settings import zone_label_of

_Names = tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]
_ADDRESSES = {"A", "AAAA", "CNAME"}
#: Pairs of kinds whose names other checks compare.
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
    """A name for which a block creates records."""

    at: tuple[str, ...]
    name: str
    kind: str
    types: tuple[str, ...]
    zone: str
    """The label of the zone that gets the records."""
    routing: str | None = None

    @property
    def block(self) -> str:
        """The block's address in messages."""
        return ".".join(self.at[:-1]) if self.at[-1] in ("name", "names", "domain", "hostname") else ".".join(self.at)

    def conflicts(self, other: "Claim") -> bool:
        """Return whether both create records that cannot coexist.

        [Amazon Route 53 Developer Guide, Supported DNS record types]
        (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html), and RFC 1034.
        """
        if self.name != other.name or (self.routing and self.routing == other.routing):
            return False
        types = {*self.types, *other.types}
        return bool(set(self.types) & set(other.types)) or bool(types & {"CNAME", "NS"})


def claims(blocks: EdgeBlocks) -> Iterator[Claim]:
    """Yield the names for which an environment creates records."""
    for zone, settings in blocks.zone.items():
        for label, record in settings.record.items():
            yield Claim(
                ("zone", zone, "record", label, "name"), record.name, "record", record.types, zone, record.routing
            )
        for label in settings.delegation:
            yield Claim(("zone", zone, "delegation", label), settings.delegated(label), "delegation", ("NS",), zone)
    for at, kind, types, names in _names_of_blocks(blocks):
        for name in names:
            zone_label = zone_label_of(name, blocks.zone)
            if zone_label is not None:
                yield Claim(at, name, kind, types, zone_label)


def _names_of_blocks(blocks: EdgeBlocks) -> Iterator[_Names]:
    """Yield the names of blocks other than `zone`: the key, the kind of block, the record types, and the names."""
    for label, load_balancer in blocks.load_balancer.items():
        yield ("load_balancer", label, "names"), "load_balancer", IPV4, load_balancer.names
    for label, site in blocks.site.items():
        yield ("site", label, "names"), "site", DUAL_STACK, site.names
    if blocks.sign_in and blocks.sign_in.domain:
        yield ("sign_in", "domain"), "sign_in", IPV4, (blocks.sign_in.domain,)
    if blocks.vpn and blocks.vpn.hostname:
        yield ("vpn", "hostname"), "vpn", IPV4, (blocks.vpn.hostname,)


def findings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield names that two blocks claim or that a delegation hides, and sign-in domains without a parent address."""
    claimed = list(claims(blocks))
    for one, other in combinations(claimed, 2):
        if one.zone == other.zone and {one.kind, other.kind} not in _COMPARED:
            yield from _claimed_twice(one, other)
    yield from _sign_in_parent(claimed, blocks)
    yield from _checks_from_outside(blocks)


def _claimed_twice(one: Claim, other: Claim) -> Iterator[Finding]:
    if "delegation" not in (one.kind, other.kind):
        if one.conflicts(other):
            yield Finding(other.at, other.name, f"already points to {one.block}", "write another name for one of them")
        return
    delegation, hidden = (one, other) if one.kind == "delegation" else (other, one)
    if hidden.kind == "delegation" and is_under(delegation.name, hidden.name):
        delegation, hidden = hidden, delegation
    if delegation.name == hidden.name and hidden.kind == "delegation":
        rule = f"is already delegated by {delegation.block}"
        yield Finding(hidden.at, hidden.name, rule, "remove one of them")
    elif is_under(hidden.name.removeprefix("*."), delegation.name):
        # [RFC 1034, section 4.2.1](https://www.rfc-editor.org/rfc/rfc1034#section-4.2.1): resolvers do not query the
        # parent zone for names below a zone cut.
        rule = f"is in {delegation.name}, which {delegation.block} delegates to another zone: it would not resolve"
        yield Finding(hidden.at, hidden.name, rule, "write it in that zone's environment, or remove the delegation")


def _sign_in_parent(claimed: list[Claim], blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield a sign-in domain whose parent domain has no address record.

    [Amazon Cognito Developer Guide, Using your own domain for managed login]
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html): Cognito
    requires one. Existing zones are skipped: they may have records that are not in the environment files.
    """
    domain = blocks.sign_in.domain if blocks.sign_in else None
    parent = domain.partition(".")[2] if domain else ""
    zone = zone_label_of(parent, blocks.zone)
    if not domain or zone is None or blocks.zone[zone].existing or domain == blocks.zone[zone].name:
        return
    with_address = [each for each in claimed if each.kind != "sign_in" and _ADDRESSES & set(each.types)]
    if not any(_matches(each.name, parent) for each in with_address):
        rule = f"is a subdomain of {parent}, which has no address record, and Cognito requires one"
        remedy = f"give {parent} an address (a load balancer, a site, or a record of type A), or write another domain"
        yield Finding(("sign_in", "domain"), domain, rule, remedy)


def _checks_from_outside(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield health checks of internal load balancers, which Route 53 health checkers cannot reach."""
    inside = {name: label for label, each in blocks.load_balancer.items() if each.internal for name in each.names}
    for zone, settings in blocks.zone.items():
        for label, check in settings.health_check.items():
            if check.fqdn in inside:
                rule = (
                    f"points to load_balancer.{inside[check.fqdn]}, which is internal, and Route 53 checks from the "
                    "internet"
                )
                at = ("zone", zone, "health_check", label, "fqdn")
                yield Finding(at, check.fqdn, rule, "write a name that points to a public address")


def _matches(name: str, queried: str) -> bool:
    return name == queried or (name.startswith("*.") and queried.endswith(name[1:]))
