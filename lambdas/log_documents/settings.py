"""Settings from the environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The Firehose stream that documents are put into."""

    stream: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of a missing variable."""
        stream = environment.get("DELIVERY_STREAM", "")
        if not stream:
            raise ValueError("DELIVERY_STREAM is not set; write the name of the Firehose stream")
        return cls(stream)
