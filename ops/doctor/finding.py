"""The result of a check of the doctor."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

#: error: a deploy would fail. warning: it may fail. unseen: could not be checked. ok: no problem.
Level = Literal["error", "warning", "unseen", "ok"]


@dataclass(frozen=True)
class Finding:
    """One result of a check."""

    level: Level
    subject: str
    message: str
    """The actual and the expected situation."""
    remedy: str = ""
    """The command that solves the problem, or what to do; empty if there is no problem."""

    def __str__(self) -> str:
        return f"{self.level:<7}  {self.subject}: {self.message}{f'; {self.remedy}' if self.remedy else ''}"

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


Findings = Iterator[Finding]
