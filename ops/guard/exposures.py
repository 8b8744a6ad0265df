"""Exposures: something would become reachable for everyone that is not so now."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ops.guard.plan import Change, Plan, ResourceChange
from ops.guard.refusal import Refusal

ANYWHERE = ("0.0.0.0/0", "::/0")

#: Flags that open something, by attribute: what they are when it is open.
_OPEN = {
    "associate_public_ip_address": True,
    "assign_public_ip": True,
    "authorization_type": "NONE",
    "block_public_acls": False,
    "block_public_policy": False,
    "endpoint_public_access": True,
    "ignore_public_acls": False,
    "map_public_ip_on_launch": True,
    "publicly_accessible": True,
    "restrict_public_buckets": False,
}
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
#: Attributes that hold a policy which says who may come.
_POLICIES = ("policy", "assume_role_policy", "access_policies", "resource_policy", "policy_text")
#: An endpoint's policy narrows what passes it and opens nothing: everyone stands in it because it must (S3, DynamoDB).
_NARROWING = ("aws_vpc_endpoint", "aws_vpc_endpoint_policy")
#: Conditions that name who may come or on whose behalf ("IAM User Guide, AWS global condition context keys").
_NAMING = (
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount",
)  # fmt: skip


#: A stack's `cdk.tf.json`: on a first apply a policy that names a new resource is known only here, its ARNs as tokens.
Synthesized = Mapping[str, Any]


def exposures(plan: Plan, synthesized: Synthesized) -> Iterator[Refusal]:
    """Yield what the plan would open to everyone."""
    for resource in plan.changes:
        if resource.change.after is not None:
            for sentence in (
                *_open_ranges(resource, resource.change),
                *_open_flags(resource.change),
                *_open_policies(resource, synthesized),
            ):
                yield Refusal(resource.address, "exposure", f"{resource.address} {sentence}.")


def unread_policies(plan: Plan, synthesized: Synthesized) -> list[str]:
    """Return the addresses of policies that only the apply will tell, and that were not synthesized either."""
    return sorted(
        {
            resource.address
            for resource in plan.changes
            for attribute in _POLICIES
            if resource.type not in _NARROWING
            and resource.change.is_unknown(attribute)
            and not isinstance(_synthesized(resource, attribute, synthesized), str)
        }
    )


def _open_ranges(resource: ResourceChange, change: Change) -> Iterator[str]:
    before = _ingress_ranges(resource.type, change.before)
    for found in _ingress_ranges(resource.type, change.after):
        if found not in before:
            yield f"would let everyone in ({found})"


def _ingress_ranges(kind: str, values: Mapping[str, Any] | None) -> list[str]:
    """Return what is open to everyone as `range, protocol ports`."""
    if not values:
        return []
    if kind == "aws_vpc_security_group_ingress_rule":
        rules = [{**values, "cidrs": [values.get("cidr_ipv4"), values.get("cidr_ipv6")]}]
    elif kind == "aws_security_group_rule" and values.get("type") == "ingress":
        rules = [{**values, "cidrs": [*_list(values, "cidr_blocks"), *_list(values, "ipv6_cidr_blocks")]}]
    elif kind in ("aws_security_group", "aws_default_security_group"):
        rules = [
            {**rule, "cidrs": [*_list(rule, "cidr_blocks"), *_list(rule, "ipv6_cidr_blocks")]}
            for rule in _list(values, "ingress")
        ]
    elif kind == "aws_eks_cluster":
        rules = [{"cidrs": _list(block, "public_access_cidrs"), "protocol": "its API"}
                 for block in _list(values, "vpc_config") if block.get("endpoint_public_access")]  # fmt: skip
    else:
        return []
    return [f"{cidr}, {_ports(rule)}" for rule in rules for cidr in rule["cidrs"] if cidr in ANYWHERE]


def _ports(rule: Mapping[str, Any]) -> str:
    protocol = rule.get("ip_protocol") or rule.get("protocol") or "all"
    if str(protocol) in ("-1", "all"):
        return "all ports"
    first, last = rule.get("from_port"), rule.get("to_port")
    if first is None:
        return str(protocol)
    return f"{protocol} {first}" if first == last else f"{protocol} {first} to {last}"


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    return values.get(name) or []


def _open_flags(change: Change) -> Iterator[str]:
    before = dict(_flags(change.before or {}))
    for path, value in _flags(change.after or {}):
        name = path.rpartition(".")[2]
        is_open = _OPEN[name] == value if name in _OPEN else value in _PUBLIC_ACLS
        if is_open and before.get(path) != value:
            yield f"would be open to the public ({path} = {json.dumps(value)})"


def _flags(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the flags that may open something, in nested blocks too, by their path."""
    if isinstance(values, dict):
        for name, value in values.items():
            here = f"{path}.{name}" if path else name
            if (name in _OPEN and value is not None) or (name == "acl" and isinstance(value, str)):
                yield here, value
            else:
                yield from _flags(value, here)
    elif isinstance(values, list):
        for value in values:
            yield from _flags(value, path)


def _open_policies(resource: ResourceChange, synthesized: Synthesized) -> Iterator[str]:
    if resource.type in _NARROWING:
        return
    change = resource.change
    for attribute in _POLICIES:
        before = _open_statements(change.was(attribute))
        unknown = change.is_unknown(attribute)
        after = _synthesized(resource, attribute, synthesized) if unknown else change.becomes(attribute)
        for statement in _open_statements(after):
            if statement not in before:
                yield f"would allow everyone what its {attribute} says in {_called(statement)}"


def _synthesized(resource: ResourceChange, attribute: str, synthesized: Synthesized) -> Any:
    name = resource.address.partition(".")[2]
    return synthesized.get("resource", {}).get(resource.type, {}).get(name, {}).get(attribute)


def _called(statement: Mapping[str, Any]) -> str:
    actions = statement.get("Action", statement.get("NotAction", []))
    shown = actions if isinstance(actions, str) else ", ".join(map(str, actions[:3]))
    return f'"{statement["Sid"]}" ({shown})' if statement.get("Sid") else f"a statement without a name ({shown})"


def _open_statements(policy: Any) -> list[dict[str, Any]]:
    """Return the statements that allow everyone, and that no condition narrows to somebody."""
    try:
        document = json.loads(policy) if isinstance(policy, str) else {}
    except ValueError:
        return []
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    statements = [statements] if isinstance(statements, dict) else statements
    return [
        each for each in statements if each.get("Effect") == "Allow" and _is_anyone(each) and not _is_narrowed(each)
    ]


def _is_anyone(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return "*" in ([named] if isinstance(named, str) else named or [])


def _is_narrowed(statement: Mapping[str, Any]) -> bool:
    """Return whether a condition names somebody; one that only excludes, or that `*` fulfils, names nobody."""
    for operator, keys in (statement.get("Condition") or {}).items():
        if "not" in operator.lower() or operator.lower().endswith("ifexists") or operator == "Null":
            continue
        for key, value in keys.items():
            values = [value] if isinstance(value, str) else value
            if key.lower() in _NAMING and all(each.strip("*") for each in map(str, values)):
                return True
    return False
