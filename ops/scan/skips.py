"""Skips: the Checkov checks that do not apply, each with its reason, in skips.hcl next to this file.

skip "CKV_AWS_260" {
  addresses = ["aws_vpc_security_group_ingress_rule.load_balancer_*_http_from_internet"]
  tiers     = ["development"]
  reason    = "..."
}
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import Field

from modules.foundation.settings import Settings, Tier
from modules.hcl.reading import check, read
from ops.scan.checkov import Finding

PATH = Path(__file__).with_name("skips.hcl")
ALL_TIERS: tuple[Tier, ...] = ("development", "staging", "production")


class Skip(Settings):
    """A `skip` block, labeled with the id of a check."""

    addresses: tuple[str, ...] = Field(
        min_length=1,
        examples=[["aws_s3_bucket.foundation_logs"]],
        description="The addresses of the resources. * matches any characters.",
    )
    tiers: tuple[Tier, ...] = Field(
        default=ALL_TIERS, min_length=1, description="The tiers to which it applies; all by default."
    )
    sometimes: bool = Field(
        default=False,
        description="Whether its resources may also pass the check, depending on the rest of the environment.",
    )
    reason: str = Field(min_length=20, description="Why the check does not apply.")

    def applies_to(self, address: str, tier: Tier) -> bool:
        """Return whether it applies to this resource in an environment of this tier."""
        return tier in self.tiers and any(fnmatchcase(address, pattern) for pattern in self.addresses)


class Skips(Settings):
    """All skips."""

    skip: dict[str, Skip] = Field(default_factory=dict, description="The checks that do not apply, by id.")

    def reason(self, finding: Finding, tier: Tier) -> str | None:
        """Return the reason to skip the finding in an environment of this tier; None if no skip applies."""
        skip = self.skip.get(finding.check)
        return skip.reason if skip and skip.applies_to(finding.address, tier) else None

    def idle(self, findings: Iterable[Finding], addresses: Iterable[str], tier: Tier) -> Iterator[str]:
        """Yield the checks whose skip is unused, because all of its resources pass."""
        found = list(findings)
        for name, skip in self.skip.items():
            there = [address for address in addresses if skip.applies_to(address, tier)]
            failing = {each.address for each in found if each.check == name}
            if there and not skip.sometimes and not failing.intersection(there):
                yield name


def read_skips(path: Path = PATH) -> Skips:
    """Return the skips. Raises SettingsError."""
    document = read(path, Skips)
    return check(document, Skips, document.values)
