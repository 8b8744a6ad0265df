"""What the environment variables say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: "RFC 9110, 5.6.2 Tokens": what a header may be called.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: What the page itself decides, or the load balancer.
_OWN_HEADERS = frozenset({"content-type", "content-length", "cache-control", "retry-after", "connection"})


@dataclass(frozen=True)
class Settings:
    """The answer: its status, how long to wait, what it says and further headers."""

    status: int = 503
    retry_after_seconds: int = 600
    title: str = "We will be right back"
    message: str = "The service is being maintained."
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError, naming the variable and what to write."""
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
        raise ValueError(f'HEADERS={text!r} is not a JSON object of texts; write {{"X-Maintenance": "database"}}')
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise ValueError(f"HEADERS names {name!r}: {value!r}, which HTTP does not take as a header")
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"HEADERS names {name}, which the page sets itself")
    return headers
