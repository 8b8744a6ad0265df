"""Policy comparison: what one policy allows or denies and another does not, regardless of Sids and order.

A statement is split into grants: one principal, action, and resource each, with the statement's conditions. A grant
covers another one if it includes the other's principal, action, and resource, and has no further conditions. `*` and
`?` in the narrower pattern are ordinary characters, which the wider pattern has to match.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from iam.conditions import ALL, ANY, NEGATED
from iam.evaluation import Statement, listed
from iam.patterns import includes, intersect

EVERYONE = "*"


@dataclass(frozen=True)
class Element:
    """An Action or Resource element: one pattern; or, for NotAction and NotResource, everything but the patterns."""

    patterns: tuple[str, ...]
    negated: bool = False

    def includes(self, other: "Element") -> bool:
        """Return whether this covers everything that the other covers."""
        if not self.negated and not other.negated:
            return all(any(includes(mine, theirs) for mine in self.patterns) for theirs in other.patterns)
        if not self.negated:
            return "*" in self.patterns
        if not other.negated:
            return not any(intersect(mine, theirs) for mine in self.patterns for theirs in other.patterns)
        return all(any(includes(theirs, mine) for theirs in other.patterns) for mine in self.patterns)


@dataclass(frozen=True)
class Principal:
    """One principal: its kind ("AWS", "Service", or "Federated") and name; or, for NotPrincipal, everyone but it."""

    kind: str
    name: str
    negated: bool = False

    def includes(self, other: "Principal") -> bool:
        """Return whether this includes everyone that the other includes."""
        if self.negated or other.negated:
            return self == other
        if self.name == EVERYONE:
            return self.kind in (EVERYONE, other.kind)
        root = self.name.removesuffix(":root")
        is_in_account = root != self.name and other.name.startswith(f"{root}:")
        return self.kind == other.kind and (self.name == other.name or is_in_account)


@dataclass(frozen=True)
class Line:
    """One condition of a statement."""

    operator: str
    key: str
    values: tuple[str, ...]

    def holds_with(self, other: "Line") -> bool:
        """Return whether this condition is met whenever the other one is."""
        mine, theirs = _Operator.of(self.operator), _Operator.of(other.operator)
        if self.key != other.key or (mine.qualifier, mine.negated) != (theirs.qualifier, theirs.negated):
            return False
        if theirs.if_exists and not mine.if_exists:
            return False
        if mine.test != theirs.test and (mine.test, theirs.test) != ("StringLike", "StringEquals"):
            return False
        wide, narrow = (other.values, self.values) if mine.negated else (self.values, other.values)
        return all(any(_value_includes(mine.test, one, each) for one in wide) for each in narrow)


@dataclass(frozen=True)
class Grant:
    """The part of a statement for one principal, action, and resource."""

    principal: Principal | None
    """None in an identity policy, which has no Principal element."""
    action: Element
    resource: Element
    lines: tuple[Line, ...]
    statement: Statement
    """The statement that it was split from."""

    def is_within(self, other: "Grant") -> bool:
        """Return whether the other grant covers this one."""
        return self.names_within(other) and all(
            any(line.holds_with(mine) for mine in self.lines) for line in other.lines
        )

    def names_within(self, other: "Grant") -> bool:
        """Return whether the other grant covers this one, regardless of conditions."""
        if (self.principal is None) != (other.principal is None):
            return False
        if self.principal and other.principal and not other.principal.includes(self.principal):
            return False
        return other.action.includes(self.action) and other.resource.includes(self.resource)


def grants(found: Iterable[Statement], effect: str) -> list[Grant]:
    """Return the grants of the statements that have this effect, "Allow" or "Deny"."""
    return [grant for statement in found if statement.get("Effect") == effect for grant in _split(statement)]


def beyond(grants_of_one: Sequence[Grant], grants_of_other: Sequence[Grant]) -> list[Grant]:
    """Return the grants of one policy that no grant of the other covers."""
    return [each for each in grants_of_one if not any(each.is_within(other) for other in grants_of_other)]


def _split(statement: Statement) -> Iterator[Grant]:
    lines = tuple(
        Line(operator, key.lower(), tuple(listed(values)))
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )
    for principal, action, resource in product(
        _principals(statement), _elements(statement, "Action"), _elements(statement, "Resource")
    ):
        yield Grant(principal, action, resource, lines, statement)


def _elements(statement: Statement, name: str) -> list[Element]:
    """Return one element for each pattern, or one for all patterns of a Not form; actions are in lowercase."""
    negated = f"Not{name}" in statement
    patterns = listed(statement.get(f"Not{name}" if negated else name, "*"))
    patterns = [each.lower() for each in patterns] if name == "Action" else patterns
    return [Element(tuple(patterns), negated=True)] if negated else [Element((each,)) for each in patterns]


def _principals(statement: Statement) -> list[Principal | None]:
    if "NotPrincipal" in statement:
        return [Principal(EVERYONE, str(statement["NotPrincipal"]), negated=True)]
    principal: Any = statement.get("Principal")
    if principal is None:
        return [None]
    if not isinstance(principal, dict):
        return [Principal(EVERYONE, EVERYONE)]
    return [Principal(kind, _as_arn(name)) for kind, names in principal.items() for name in listed(names)]


def _as_arn(name: str) -> str:
    """Return an account ID as the equivalent ARN."""
    return f"arn:aws:iam::{name}:root" if name.isdigit() and len(name) == 12 else name


@dataclass(frozen=True)
class _Operator:
    qualifier: str
    test: str
    negated: bool
    if_exists: bool

    @classmethod
    def of(cls, operator: str) -> "_Operator":
        qualifier, _, rest = operator.rpartition(":")
        plain = rest.removesuffix("IfExists")
        test = NEGATED.get(plain, plain)
        # [IAM JSON policy elements: Condition operators]
        # (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html):
        # "ArnEquals and ArnLike behave identically."
        test = "ArnLike" if test == "ArnEquals" else test
        lenient = rest != plain or qualifier == ALL
        return cls(qualifier if qualifier in (ANY, ALL) else "", test, plain in NEGATED, lenient)


def _value_includes(test: str, wide: str, narrow: str) -> bool:
    if wide == narrow:
        return True
    if test in ("StringLike", "ArnLike"):
        return includes(wide, narrow)
    if test in ("Bool", "StringEqualsIgnoreCase", "Null"):
        return wide.lower() == narrow.lower()
    return test == "IpAddress" and _range_includes(wide, narrow)


def _range_includes(wide: str, narrow: str) -> bool:
    try:
        one, other = ipaddress.ip_network(wide, strict=False), ipaddress.ip_network(narrow, strict=False)
    except ValueError:
        return False
    return one.version == other.version and int(one[0]) <= int(other[0]) and int(other[-1]) <= int(one[-1])
