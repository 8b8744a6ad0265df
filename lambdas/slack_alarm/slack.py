"""Posts to an incoming webhook, and again when Slack says later."""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

#: Seconds for one request: Slack answers within one.
_TIMEOUT = 5
#: Seconds before the first repetition; each further one waits twice as long.
_FIRST_WAIT = 0.5
#: "Sending messages using incoming webhooks": a webhook that was removed, revoked, or whose channel is gone.
_WEBHOOK_IS_DEAD = (403, 404, 410)


class SlackError(Exception):
    """Slack did not take the message; what it said. Never the webhook's address, which is a password."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET without a body, which would look like success."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(webhook: Callable[[bool], str], payload: Mapping[str, Any], seconds_left: Callable[[], float]) -> None:
    """Post the payload. Raises SlackError when Slack refuses it, or does not take it in time.

    `webhook(fresh)` returns the address, from the secret itself when a cached one is dead.
    """
    url, tried_fresh, wait = webhook(False), False, _FIRST_WAIT
    while True:
        status, told, retry_after = _request(url, payload)
        if status == 200:
            return
        if status in _WEBHOOK_IS_DEAD and not tried_fresh:
            url, tried_fresh = webhook(True), True
            continue
        if status and status != 429 and status < 500:
            raise SlackError(f"Slack refused the message: {status} {told}")
        # Not all functions again in the same moment.
        pause = retry_after if retry_after is not None else wait * random.uniform(1, 1.5)
        if pause + _TIMEOUT > seconds_left():
            raise SlackError(f"Slack did not take the message in time: {status or 'no answer'} {told}")
        time.sleep(pause)
        wait *= 2


def checked(url: str) -> str:
    """Return the webhook's address. Raises SlackError when the secret holds something else."""
    parts = urlsplit(url.strip())
    on_this_machine = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
        raise SlackError("the secret's value is not an https:// address; `python -m ops secret set` puts one in")
    return url.strip()


def _request(url: str, payload: Mapping[str, Any]) -> tuple[int, str, float | None]:
    """Return the status (0 without an answer), what was said, and after how many seconds to come again."""
    request = urllib.request.Request(
        url, json.dumps(payload).encode(), {"Content-Type": "application/json; charset=utf-8"}, method="POST"
    )
    try:
        with _opener.open(request, timeout=_TIMEOUT) as response:
            return response.status, "", None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(200).decode(errors="replace"), _seconds(error.headers.get("Retry-After"))
    except (urllib.error.URLError, OSError) as error:
        return 0, type(getattr(error, "reason", error)).__name__, None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
