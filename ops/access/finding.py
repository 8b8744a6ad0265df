"""What somebody must do about an access."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be."""

    subject: str
    """A role or a user."""
    rule: str
    """What is wrong, as a phrase that follows the subject."""
    remedy: str

    def __str__(self) -> str:
        return f"{self.subject} {self.rule}; {self.remedy}"
