"""Users of the VPN: issues profiles, lists and revokes certificates."""

import base64
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ops.errors import ExitCode, OpsError
from ops.vpn.host import Host


@dataclass(frozen=True)
class Certificate:
    """A certificate that was issued to a user."""

    user: str
    state: str
    """valid, expired, or revoked."""
    expires: str
    """The date, in UTC."""
    revoked: str | None
    """The date, in UTC."""


def add(host: Host, user: str, request: str) -> str:
    """Return a new profile without its private key, for the request (PEM). Raises OpsError."""
    profile = host.run("add", user, base64.b64encode(request.encode()).decode())
    if "</cert>" not in profile:
        raise OpsError("the server printed no profile; nothing was written", ExitCode.REFUSED)
    return profile


def with_key(profile: str, key: str) -> str:
    """Return the profile with its private key (PEM)."""
    return f"{profile.rstrip()}\n<key>\n{key.strip()}\n</key>\n"


def certificates(host: Host) -> list[Certificate]:
    """Return all certificates that were issued to users, the oldest first. Raises OpsError."""
    return list(_parsed(host.run("list")))


def revoke(host: Host, user: str) -> None:
    """Revoke the user's certificate, and end the connection. Raises OpsError."""
    host.run("revoke", user)


def _parsed(output: str) -> Iterator[Certificate]:
    for line in output.splitlines():
        user, state, expires, *revoked = line.split("\t")
        yield Certificate(user, state, _date(expires), _date(revoked[0]) if revoked and revoked[0] else None)


def _date(text: str) -> str:
    """Return the date of a time in the index of OpenSSL: 271127093000Z, with four digits of the year after 2049."""
    digits = text.removesuffix("Z")
    form = "%y%m%d%H%M%S" if len(digits) == 12 else "%Y%m%d%H%M%S"
    return datetime.datetime.strptime(digits, form).date().isoformat()
