"""Checks of the access module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.access.blocks import AccessBlocks
from modules.access.sign_in.settings import SignInSettings
from modules.foundation.names import Names
from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks
from modules.network.zone.settings import outside_zones

#: "Amazon Cognito Developer Guide, Prefix domains": the prefix may not hold these words; and its length.
RESERVED = ("aws", "amazon", "cognito")
PREFIX_LIMIT = 63


def findings(blocks: AccessBlocks, network: NetworkBlocks, names: Names) -> Iterator[Finding]:
    """Yield what does not fit between these blocks, or between them and those of lower modules."""
    settings = blocks.sign_in
    if settings is None:
        return
    if settings.domain:
        yield from _domain(settings.domain, network)
        return
    prefix = domain_prefix(settings, names)
    for word in RESERVED:
        if word in prefix:
            rule = f"holds {word}, which Cognito does not allow in a name below amazoncognito.com"
            yield Finding(("sign_in", "domain_prefix"), prefix, rule, "write another one, or domain")


def domain_prefix(settings: SignInSettings, names: Names) -> str:
    """Return the name of the pages below amazoncognito.com."""
    return settings.domain_prefix or names.of(names.account_id, PREFIX_LIMIT)


def _domain(domain: str, network: NetworkBlocks) -> Iterator[Finding]:
    at = ("sign_in", "domain")
    yield from outside_zones(at, domain, network.zone)
    if any(domain == zone.name for zone in network.zone.values()):
        # "Using your own domain for managed login": the parent has to have an address, and that one is not ours.
        rule = "is a zone's own name; Cognito asks for one below a name that has an address"
        yield Finding(at, domain, rule, f'write "auth.{domain}"')
