"""Checks between the access module's blocks, and between them and those of lower modules."""

from collections.abc import Iterator

from modules.access.blocks import AccessBlocks
from modules.access.sign_in.settings import SignInSettings
from modules.access.vpn import checks as vpn_checks
from modules.foundation.names import Names
from modules.foundation.problems import Finding
from modules.network.zone.settings import outside_zones

#: [Amazon Cognito Developer Guide, Using the Amazon Cognito prefix domain for managed login]
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html): words that
#: the prefix may not contain, and its maximum length.
RESERVED = ("aws", "amazon", "cognito")
PREFIX_LIMIT = 63


def findings(blocks: AccessBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and those of lower modules."""
    if blocks.sign_in:
        yield from _sign_in_findings(blocks.sign_in, blocks)
    if blocks.vpn:
        yield from vpn_checks.findings(blocks.vpn, blocks)


def _sign_in_findings(settings: SignInSettings, blocks: AccessBlocks) -> Iterator[Finding]:
    if settings.domain:
        yield from _domain(settings.domain, blocks)
        return
    prefix = domain_prefix(settings, blocks.names)
    for word in RESERVED:
        if word in prefix:
            rule = f"contains {word}, which Cognito does not allow in a domain prefix"
            yield Finding(("sign_in", "domain_prefix"), prefix, rule, "write another prefix, or set domain")


def domain_prefix(settings: SignInSettings, names: Names) -> str:
    """Return the user pool's domain prefix, the part before amazoncognito.com."""
    return settings.domain_prefix or names.of(names.account_id, PREFIX_LIMIT)


def _domain(domain: str, blocks: AccessBlocks) -> Iterator[Finding]:
    at = ("sign_in", "domain")
    yield from outside_zones(at, domain, blocks.zone)
    if any(domain == zone.name for zone in blocks.zone.values()):
        # "Using your own domain for managed login": the parent domain must have an A record, and this environment does
        # not manage the parent of its zone.
        rule = "is a zone apex; Cognito requires a subdomain of a domain that has an A record"
        yield Finding(at, domain, rule, f'write "auth.{domain}"')
