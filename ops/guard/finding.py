"""Findings of the guard."""

from dataclasses import dataclass
from typing import Literal

#: An `unlock` record cannot allow "deletions", which has its own record, or "blocked".
Kind = Literal["loss", "protection", "empty", "exposure", "version", "deletions", "blocked"]


@dataclass(frozen=True, order=True)
class Finding:
    """One harmful change of a plan."""

    address: str
    kind: Kind
    sentence: str
    """What would happen, and why it is refused; a complete sentence."""
    number: int = 0
    """The number of resources, if the finding is about the whole plan."""
