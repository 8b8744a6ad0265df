"""Address ranges to which a plan would open something."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.guard.finding import Finding
from ops.guard.plan import Plan, ResourceChange, is_unknown

#: Prefix lengths up to which a public range is wide. Our own limits: an office or a partner has at most a /16; an
#: IPv6 provider gets a /32 ("IPv6 Address Allocation and Assignment Policy", RIPE-738).
WIDE = {4: 16, 6: 32}
ANYONE = ("0.0.0.0/0", "::/0")
#: Private ranges, which are not routed on the internet (RFC 1918, RFC 6598, RFC 4193).
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)


_RULES = ("aws_vpc_security_group_ingress_rule", "aws_security_group_rule")


def is_wide(cidr: str) -> bool:
    """Return whether a range is public and too wide to belong to one organization."""
    try:
        network = ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen <= WIDE[network.version] and not any(_is_in(network, each) for each in _PRIVATE)


def _is_in(narrow: Any, wide: Any) -> bool:
    return narrow.version == wide.version and int(wide[0]) <= int(narrow[0]) and int(narrow[-1]) <= int(wide[-1])


@dataclass(frozen=True)
class Opening:
    """A range to which something is open."""

    group: str | None
    """The security group, network ACL, or cluster; None if it is known only after the apply."""
    cidr: str
    protocol: str
    first: int
    last: int

    def is_within(self, other: "Opening") -> bool:
        """Return whether the other opening includes this one."""
        one, wide = (ipaddress.ip_network(each.cidr, strict=False) for each in (self, other))
        return (
            (self.group == other.group or None in (self.group, other.group))
            and _is_in(one, wide)
            and other.protocol in ("-1", self.protocol)
            and other.first <= self.first
            and self.last <= other.last
        )

    def __str__(self) -> str:
        if self.protocol == "-1":
            return f"{self.cidr}, all ports"
        if self.last - self.first >= 65535:
            return f"{self.cidr}, {self.protocol}" + (" 0 to 65535" if self.first == 0 else "")
        ports = self.first if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.cidr}, {self.protocol} {ports}"


def opened(plan: Plan) -> Iterator[Finding]:
    """Yield each wide range that the plan opens and that no existing rule of the same group opens.

    A rule that only moves to another resource opens nothing.
    """
    before = [each for resource in plan.changes for each in _openings(resource, resource.change.before, None)]
    for resource in plan.changes:
        unknown = resource.change.after_unknown
        for each in _openings(resource, resource.change.after, unknown):
            if is_wide(each.cidr) and not any(each.is_within(other) for other in before):
                who = "everyone" if each.cidr in ANYONE else "a wide public range"
                yield Finding(
                    resource.address, "exposure", f"{resource.address} would allow access from {who} ({each})."
                )
        if _is_unknown(resource):
            sentence = f"{resource.address} would allow access from a source that is known only after the apply."
            yield Finding(resource.address, "exposure", sentence)


def _is_unknown(resource: ResourceChange) -> bool:
    """Return whether the range of an ingress rule is known only after the apply."""
    change = resource.change
    if change.after is None or not isinstance(change.after_unknown, dict):
        return False
    if resource.type in ("aws_security_group", "aws_default_security_group"):
        # It is also unknown for a new group without inline rules.
        unknown = change.after_unknown.get("ingress")
        is_changed = change.before is not None and not change.is_replacement
        return (unknown is True and is_changed) or any(map(_is_range_unknown, _blocks(unknown)))
    if resource.type == "aws_security_group_rule" and change.becomes("type") == "egress":
        return False
    return resource.type in _RULES and _is_range_unknown(change.after_unknown)


def _is_range_unknown(unknown: Mapping[str, Any]) -> bool:
    return any(is_unknown(unknown.get(name)) for name in ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"))


def _openings(resource: ResourceChange, attributes: Any, unknown: Any) -> Iterator[Opening]:
    if not attributes or resource.type not in _READERS:
        return
    for group, rule, cidrs in _READERS[resource.type](attributes, unknown):
        for cidr in cidrs:
            opening = _opening(group if isinstance(group, str) else None, rule, cidr)
            if opening:
                yield opening


def _opening(group: str | None, rule: Mapping[str, Any], cidr: Any) -> Opening | None:
    try:
        ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return None
    protocol = str(rule.get("ip_protocol") or rule.get("protocol") or "-1").lower()
    protocol = {"all": "-1", "6": "tcp", "17": "udp"}.get(protocol, protocol)
    first, last = rule.get("from_port"), rule.get("to_port")
    is_all = protocol == "-1" or not isinstance(first, int) or not isinstance(last, int)
    return Opening(group, str(cidr), protocol, *((0, 1 << 16) if is_all else (first, last)))


_Found = Iterator[tuple[Any, Mapping[str, Any], list[Any]]]


def _of_rule(values: Mapping[str, Any], _: Any) -> _Found:
    yield values.get("security_group_id"), values, [values.get("cidr_ipv4"), values.get("cidr_ipv6")]


def _of_old_rule(values: Mapping[str, Any], _: Any) -> _Found:
    if values.get("type") == "ingress":
        yield values.get("security_group_id"), values, _cidrs(values)


def _of_group(values: Mapping[str, Any], _: Any) -> _Found:
    for rule in _blocks(values.get("ingress")):
        yield values.get("id"), rule, _cidrs(rule)


def _of_cluster(values: Mapping[str, Any], _: Any) -> _Found:
    for block in _blocks(values.get("vpc_config")):
        if block.get("endpoint_public_access"):
            yield values.get("name"), {"protocol": "its API"}, _list(block, "public_access_cidrs")


def _of_acl_rule(values: Mapping[str, Any], unknown: Any) -> _Found:
    """Yield what a rule of an existing network ACL allows. The id of a new network ACL is not known yet."""
    is_new = unknown is not None and not isinstance(values.get("network_acl_id"), str)
    if values.get("egress") is False and values.get("rule_action") == "allow" and not is_new:
        yield values.get("network_acl_id"), values, [values.get("cidr_block"), values.get("ipv6_cidr_block")]


def _of_acl(values: Mapping[str, Any], _: Any) -> _Found:
    for rule in _blocks(values.get("ingress")):
        if rule.get("action") == "allow" and isinstance(values.get("id"), str):
            yield values.get("id"), rule, [rule.get("cidr_block"), rule.get("ipv6_cidr_block")]


_READERS = {
    "aws_vpc_security_group_ingress_rule": _of_rule,
    "aws_security_group_rule": _of_old_rule,
    "aws_security_group": _of_group,
    "aws_default_security_group": _of_group,
    "aws_eks_cluster": _of_cluster,
    "aws_network_acl": _of_acl,
    "aws_network_acl_rule": _of_acl_rule,
}


def _cidrs(rule: Mapping[str, Any]) -> list[Any]:
    return [*_list(rule, "cidr_blocks"), *_list(rule, "ipv6_cidr_blocks")]


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name)
    return found if isinstance(found, list) else []


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
