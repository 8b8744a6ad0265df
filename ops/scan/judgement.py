"""The result of the policy scan of a plan: findings, skipped findings, and unused skips."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from modules.foundation.settings import Tier
from ops.scan.checkov import Finding
from ops.scan.skips import PATH, Skips
from ops.workspace import PROJECT


@dataclass(frozen=True)
class Skipped:
    """A finding that a skip excludes, and the reason."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Scan:
    """The result of the policy scan of a plan."""

    findings: list[Finding]
    skipped: list[Skipped]
    notes: list[str]

    def lines(self) -> list[str]:
        """Return the result as lines of text, with only the number of skipped findings."""
        file = PATH.relative_to(PROJECT).as_posix()
        return [
            *(
                f"found: {each.address} fails {each.check}: {each.title}. Correct the resource, or add "
                f'`skip "{each.check}" {{ addresses = ["{each.address}"] reason = "..." }}` to {file}.'
                for each in self.findings
            ),
            *(f"note: {note}" for note in self.notes),
            f"scan: {len(self.findings)} found, {len(self.skipped)} skipped with a reason ({file})",
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


def judge(findings: Iterable[Finding], addresses: Iterable[str], skips: Skips, tier: Tier) -> Scan:
    """Return the findings in a plan without the skipped ones; `addresses` are the resources that exist after it."""
    reasons = {each: skips.reason(each, tier) for each in findings}
    idle = ", ".join(skips.idle(reasons, addresses, tier))
    return Scan(
        findings=[each for each, reason in reasons.items() if reason is None],
        skipped=[Skipped(each, reason) for each, reason in reasons.items() if reason is not None],
        notes=[f"this plan does not need the skips of {idle}; delete those that no environment needs"] if idle else [],
    )
