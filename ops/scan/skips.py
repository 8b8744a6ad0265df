"""Skips: the checks that we do not follow, each with its reason, in skips.hcl beside this file.

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
    """A `skip` block, under the id of a check."""

    addresses: tuple[str, ...] = Field(
        min_length=1, examples=[["aws_s3_bucket.foundation_logs"]], description="Of which resources; * is any letters."
    )
    tiers: tuple[Tier, ...] = Field(default=ALL_TIERS, min_length=1, description="In which tiers; by default in all.")
    sometimes: bool = Field(
        default=False, description="Whether its resources may pass too, by what else the environment has."
    )
    reason: str = Field(min_length=20, description="Why, in words that a person understands a year later.")

    def takes(self, address: str, tier: Tier) -> bool:
        """Return whether it is about this resource in an environment of this tier."""
        return tier in self.tiers and any(fnmatchcase(address, pattern) for pattern in self.addresses)


class Skips(Settings):
    """All of them."""

    skip: dict[str, Skip] = Field(default_factory=dict, description="What is not followed, by the check's id.")

    def reason(self, finding: Finding, tier: Tier) -> str | None:
        """Return why the finding is none in an environment of this tier, None when it is one."""
        skip = self.skip.get(finding.check)
        return skip.reason if skip and skip.takes(finding.address, tier) else None

    def idle(self, findings: Iterable[Finding], addresses: Iterable[str], tier: Tier) -> Iterator[str]:
        """Yield the checks whose resources are there and all pass, so that their skip serves nothing."""
        found = list(findings)
        for name, skip in self.skip.items():
            there = [address for address in addresses if skip.takes(address, tier)]
            failing = {each.address for each in found if each.check == name}
            if there and not skip.sometimes and not failing.intersection(there):
                yield name


def read_skips(path: Path = PATH) -> Skips:
    """Return the skips. Raises SettingsError."""
    document = read(path, Skips)
    return check(document, Skips, document.values)
