"""What a check of the doctor says."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

#: error: what comes next would fail. warning: it may. unseen: could not be looked at. ok: is as it should be.
Level = Literal["error", "warning", "unseen", "ok"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check has seen."""

    level: Level
    subject: str
    told: str
    """What was seen, with what it should be."""
    remedy: str = ""
    """The command that mends it, or what a person does; empty where nothing is to be mended."""

    def __str__(self) -> str:
        return f"{self.level:<7}  {self.subject}: {self.told}{f'; {self.remedy}' if self.remedy else ''}"

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


Findings = Iterator[Finding]
