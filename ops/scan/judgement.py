"""What the policy scan says of a plan: findings, what is skipped, and skips that serve nothing."""

from dataclasses import asdict, dataclass
from typing import Any

from modules.foundation.settings import Tier
from ops.scan.checkov import Finding, Report
from ops.scan.skips import PATH, Skips
from ops.workspace import PROJECT


@dataclass(frozen=True)
class Skipped:
    """A finding that is none, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Scan:
    """What a person has to know of a plan, as far as policies go."""

    findings: list[Finding]
    skipped: list[Skipped]
    notes: list[str]

    def told(self) -> list[str]:
        """Return the lines that a person reads; of what is skipped only how much it is."""
        file = PATH.relative_to(PROJECT).as_posix()
        return [
            *(
                f"found: {each.address} fails {each.check}: {each.title}. Mend it where it is made, or write "
                f'`skip "{each.check}" {{ addresses = ["{each.address}"] reason = "..." }}` into {file}.'
                for each in self.findings
            ),
            *(f"note: {note}" for note in self.notes),
            f"scan: {len(self.findings)} found, {len(self.skipped)} skipped with a reason ({file})",
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


def judge(report: Report, skips: Skips, tier: Tier) -> Scan:
    """Return which findings are left after the skips."""
    reasons = {each: skips.reason(each, tier) for each in report.findings}
    idle = ", ".join(skips.idle(report.findings, report.addresses, tier))
    return Scan(
        findings=[each for each, reason in reasons.items() if reason is None],
        skipped=[Skipped(each, reason) for each, reason in reasons.items() if reason is not None],
        notes=[f"nothing here needs the skips of {idle}; take out what no environment needs"] if idle else [],
    )
