"""Names that two environments claim, each valid by itself."""

from collections.abc import Iterator

from modules.access.checks import domain_prefix
from modules.edge.claims import claims
from modules.environment import Environment
from modules.foundation.problems import Finding

#: A finding in the second environment, and the keys in the first environment that it conflicts with.
Conflict = tuple[Finding, tuple[str, ...]]


def conflicts(one: Environment, other: Environment) -> Iterator[Conflict]:
    """Yield names that both environments would use, but that AWS allows only once."""
    yield from _records(one, other)
    yield from _prefixes(one, other)


def _records(one: Environment, other: Environment) -> Iterator[Conflict]:
    """Yield records with the same name in a hosted zone that both environments use, except the names of two sites."""
    for earlier in claims(one):
        for claim in claims(other):
            mine, theirs = one.zone[earlier.zone], other.zone[claim.zone]
            is_one_zone = mine.name == theirs.name and (mine.existing or theirs.existing)
            if is_one_zone and claim.conflicts(earlier) and {claim.kind, earlier.kind} != {"site"}:
                rule = f"is also a record of {one.name} in the zone {theirs.name}"
                yield Finding(claim.at, claim.name, rule, "use different names in each environment"), earlier.at


def _prefixes(one: Environment, other: Environment) -> Iterator[Conflict]:
    """[Amazon Cognito Developer Guide, Configuring a user pool domain]
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html): a prefix is
    unique in a Region, across all accounts.
    """
    mine, theirs = _prefix(one), _prefix(other)
    if mine and mine == theirs and one.region == other.region:
        rule = f"is also the prefix of {one.name}, and prefixes are unique in a Region"
        yield Finding(("sign_in", "domain_prefix"), theirs, rule, "write another one"), ("sign_in", "domain_prefix")


def _prefix(environment: Environment) -> str | None:
    settings = environment.sign_in
    return domain_prefix(settings, environment.names) if settings and not settings.domain else None
