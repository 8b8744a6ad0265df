"""What the guard refuses."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["loss", "protection", "exposure", "version", "deletions"]


@dataclass(frozen=True, order=True)
class Refusal:
    """One thing that a plan would do and that nobody has unlocked."""

    address: str
    kind: Kind
    sentence: str
    """What would happen, and why that is refused; a whole sentence."""
