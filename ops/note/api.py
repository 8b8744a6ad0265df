"""Requests to the REST API of a CI server, with a token that is never printed or sent elsewhere."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from ops.errors import ExitCode, OpsError

TIMEOUT_SECONDS = 30
#: The most that GitHub and GitLab return at once.
_PER_PAGE = 100
#: The longest that a server can make a job wait: GitLab ends an `after_script` after five minutes.
LONGEST_WAIT_SECONDS = 60
_TRY_AGAIN = (429, 500, 502, 503, 504)


class TryAgainError(OpsError):
    """A failure that may not happen again."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(f"{message}; run the job again", ExitCode.UNAVAILABLE)
        self.wait_seconds = wait_seconds
        """How long to wait, if the server says so."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would send the token along to the other address."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Api:
    """The REST API of a server."""

    url: str
    """Without a slash at the end."""
    headers: Mapping[str, str]
    token: str = field(repr=False)
    remedy: str = ""
    """What to do if the server refuses the token."""
    ca_file: str = ""
    """A file with the certificate authority of the server, in addition to those of the system."""

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the server's response. Raises OpsError, or TryAgainError for what may succeed the next time."""
        url = f"{self.url}{path}"
        if not url.startswith(("https://", "http://")):
            raise OpsError(f"{url} is not the URL of an API", ExitCode.REFUSED)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **self.headers}, method=method)
        try:
            with self._opener().open(request, timeout=TIMEOUT_SECONDS) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            raise self._failure(method, url, error) from None
        except (urllib.error.URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise TryAgainError(f"{method} {url}: {self._without_token(str(reason))}") from None
        except ValueError:
            raise OpsError(f"{method} {url}: the response is not JSON", ExitCode.UNAVAILABLE) from None

    def listed(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield everything in a list of the server, which has pages. Raises as `request`."""
        page, separator = 1, "&" if "?" in path else "?"
        while found := self.request("GET", f"{path}{separator}per_page={_PER_PAGE}&page={page}"):
            yield from found
            page += 1

    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context()
        if self.ca_file and Path(self.ca_file).exists():
            context.load_verify_locations(self.ca_file)
        return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects())

    def _failure(self, method: str, url: str, error: urllib.error.HTTPError) -> OpsError:
        said = " ".join(error.read(2000).decode(errors="replace").split())[:300]
        message = f"{method} {url}: HTTP {error.code} {self._without_token(said)}"
        wait = _wait(error.headers)
        if error.code in _TRY_AGAIN or (error.code == 403 and wait is not None):
            return TryAgainError(message, wait)
        return OpsError(f"{message}; {self.remedy}", ExitCode.REFUSED)

    def _without_token(self, text: str) -> str:
        return text.replace(self.token, "***") if self.token else text


def _wait(headers: Any) -> float | None:
    """Return the seconds that the server asks to wait. GitHub also asks with status 403, for its secondary limits."""
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT_SECONDS) if asked.isdecimal() else None
