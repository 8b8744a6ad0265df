"""Problems with settings: the value, the rule that it breaks, and what to write instead.

Settings call `raise_findings(...)` in their pydantic validators. `modules/hcl` turns each finding into a `Problem` with
its file and line, and reports all of them together.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

#: The pydantic error type that carries a rule and its remedy separately.
PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """A value that breaks a rule, or deserves a warning, relative to the block that contains it."""

    at: tuple[str, ...]
    """Keys below the block, `("cidr",)` or `("direct_connect", "amazon_side_asn")`; () is the block itself."""
    value: Any
    rule: str
    """Which rule the value breaks, as a phrase that follows the value."""
    remedy: str
    """What to write instead, or which command to run next."""

    def under(self, *at: str) -> "Finding":
        """Return the same finding relative to an outer block, in which this block is at the keys `at`."""
        return replace(self, at=(*at, *self.at))


def broken_rule(rule: str, remedy: str) -> PydanticCustomError:
    """Return the error that a validator of a single value raises."""
    return PydanticCustomError(PROBLEM, "{rule}; {remedy}", {"rule": rule, "remedy": remedy})


def raise_findings(findings: Iterable[Finding]) -> None:
    """Raise all findings as one ValidationError; return if there are none.

    For validators of a whole model: pydantic lets a validator raise only one error, but it accepts a ValidationError
    with several, and prefixes their locations with the model's own.
    """
    lines = [
        InitErrorDetails(type=broken_rule(finding.rule, finding.remedy), loc=finding.at, input=finding.value)
        for finding in findings
    ]
    if lines:
        raise ValidationError.from_exception_data("settings", lines)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to correct in an environment file."""

    file: str
    line: int
    """0 for a folder, or for a file as a whole."""
    subject: str
    """The key's path and its value, `network.cidr 10.20.32.0/19`."""
    rule: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.subject} {self.rule}; {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


class SettingsError(Exception):
    """The environment files have problems; `problems` lists all of them, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise SettingsError with the problems; return if there are none."""
    found = list(problems)
    if found:
        raise SettingsError(found)
