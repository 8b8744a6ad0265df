"""Settings from the environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_HOST = re.compile(r"[a-z0-9.-]+")


@dataclass(frozen=True)
class Settings:
    """The cluster, and how it is set up."""

    endpoint: str
    index: str
    retention_days: int
    replicas: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    administrators: tuple[str, ...]

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        endpoint = environment.get("ENDPOINT", "")
        if not _HOST.fullmatch(endpoint):
            raise ValueError(f"ENDPOINT={endpoint!r} is not the host name of a domain; write it without https://")
        index = environment.get("INDEX", "")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", index):
            raise ValueError(f'INDEX={index!r} is not a prefix of indices; write "logs"')
        return cls(
            endpoint=endpoint,
            index=index,
            retention_days=_number(environment, "RETENTION_DAYS", least=1),
            replicas=_number(environment, "REPLICAS", least=0),
            writers=_list(environment, "WRITERS"),
            readers=_list(environment, "READERS"),
            administrators=_list(environment, "ADMINISTRATORS"),
        )


def _number(environment: Mapping[str, str], name: str, least: int) -> int:
    text = environment.get(name, "")
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"{name}={text!r} is not a number; write {least} or more")
    return int(text)


def _list(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in environment.get(name, "").split(",") if each.strip())
