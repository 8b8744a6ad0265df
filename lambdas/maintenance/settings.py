"""Settings from the environment variables."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: [RFC 9110, 5.6.2 Tokens](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2): valid header names.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that the function itself or the load balancer sets.
_OWN_HEADERS = frozenset({"content-type", "content-length", "cache-control", "retry-after", "connection"})


@dataclass(frozen=True)
class Settings:
    """The response: its status, its Retry-After, its text, and additional headers."""

    status: int = 503
    retry_after_seconds: int = 600
    title: str = "We will be right back"
    message: str = "The service is being maintained."
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        return cls(
            status=_number(environment, "STATUS", cls.status, range(200, 600)),
            retry_after_seconds=_number(environment, "RETRY_AFTER_SECONDS", cls.retry_after_seconds, range(86_401)),
            title=environment.get("TITLE", cls.title),
            message=environment.get("MESSAGE", cls.message),
            headers=_headers(environment.get("HEADERS", "{}")),
        )


def _number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) in allowed):
        raise ValueError(f"{name}={text!r} is not a number from {allowed[0]} to {allowed[-1]}")
    return int(text)


def _headers(text: str) -> dict[str, str]:
    try:
        headers = json.loads(text)
    except ValueError:
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError(f'HEADERS={text!r} is not a JSON object of strings; write {{"X-Maintenance": "database"}}')
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise ValueError(f"HEADERS contains {name!r}: {value!r}, which is not a valid HTTP header")
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"HEADERS contains {name}, which the function sets itself")
    return headers
