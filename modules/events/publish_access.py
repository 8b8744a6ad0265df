"""What a program publishes to: the right to do so, and where it finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from modules.foundation.policies import Statement


@dataclass(frozen=True)
class PublishAccess:
    """A queue, topic, stream or push that a program publishes to."""

    kind: str
    label: str
    statements: list[Statement]
    variables: Mapping[str, str]
    """What the program has to know, by the ends of the variables' names."""
