"""Access to what a program publishes to: the permissions, and the environment variables that describe it."""

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
    """The values of the environment variables, by the suffixes of their names."""
