"""What the guard refuses."""

from dataclasses import dataclass
from typing import Literal

#: No `unlock` record allows "deletions", which has a record of its own, or "blocked".
Kind = Literal["loss", "protection", "empty", "exposure", "version", "deletions", "blocked"]


@dataclass(frozen=True, order=True)
class Refusal:
    """One thing that a plan would do and that nobody has unlocked."""

    address: str
    kind: Kind
    sentence: str
    """What would happen, and why that is refused; a whole sentence."""
    number: int = 0
    """How many resources it is about, where it is about the plan as a whole."""
