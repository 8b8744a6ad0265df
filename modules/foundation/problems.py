"""How a wrong setting is said: what is wrong, the rule that says so, and what to write instead.

A module's settings raise `refuse(...)` from their pydantic validators; `modules/hcl` turns each one
into a `Problem` with the file and line, and everything that is wrong comes out at once.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

#: The pydantic error type that carries a rule and its remedy apart from each other.
PROBLEM = "refusal"


@dataclass(frozen=True)
class Finding:
    """A value that breaks a rule, or deserves a second look, seen from the block that it stands in."""

    at: tuple[str, ...]
    """Keys below the block, `("cidr",)` or `("direct_connect", "amazon_side_asn")`; () is the block."""
    value: Any
    rule: str
    """What is wrong by which rule, a phrase that follows the value."""
    remedy: str
    """What to write instead, or to run next."""

    def under(self, *at: str) -> "Finding":
        """Return the same, seen from further out: the block stands at these keys."""
        return replace(self, at=(*at, *self.at))


def broken_rule(rule: str, remedy: str) -> PydanticCustomError:
    """Return the error for a validator of a single value to raise."""
    return PydanticCustomError(PROBLEM, "{rule}; {remedy}", {"rule": rule, "remedy": remedy})


def refuse(findings: Iterable[Finding]) -> None:
    """Raise all of the findings as one ValidationError; return when there are none.

    For validators of a whole model: pydantic lets a validator raise one error only, except a ValidationError,
    whose lines it takes over and sets below the model's own place.
    """
    lines = [
        InitErrorDetails(type=broken_rule(finding.rule, finding.remedy), loc=finding.at, input=finding.value)
        for finding in findings
    ]
    if lines:
        raise ValidationError.from_exception_data("settings", lines)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend in an environment file."""

    file: str
    line: int
    """0 where it is the folder or the file as a whole."""
    subject: str
    """What is meant: the key's path and its value, `network.cidr 10.20.32.0/19`."""
    rule: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.subject} {self.rule}; {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


class SettingsError(Exception):
    """The environment files cannot be used; `problems` says all that is wrong with them, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise SettingsError with the problems; return when there are none."""
    found = list(problems)
    if found:
        raise SettingsError(found)
