"""Settings from the environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

Engine = Literal["mysql", "postgres"]


@dataclass(frozen=True)
class Settings:
    """The database, and where its administrator's login is."""

    engine: Engine
    host: str
    port: int
    name: str
    secret_arn: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        engine, port = environment.get("ENGINE", ""), environment.get("PORT", "")
        if engine not in get_args(Engine):
            raise ValueError(f"ENGINE={engine!r} is not a database engine; write mysql or postgres")
        if not port.isdecimal():
            raise ValueError(f"PORT={port!r} is not a port; write a number")
        return cls(
            engine=cast("Engine", engine),
            host=_text(environment, "HOST"),
            port=int(port),
            name=_text(environment, "NAME"),
            secret_arn=_text(environment, "ADMINISTRATOR_SECRET_ARN"),
        )


def _text(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise ValueError(f"{name} is not set; a `database` block sets it")
    return environment[name]
