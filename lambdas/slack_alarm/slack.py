"""Incoming webhooks of Slack: posts a message, with retries while Slack limits the rate or is unavailable."""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

#: Timeout of one request in seconds; Slack usually responds within one.
_TIMEOUT = 5
#: Seconds before the first retry; each further wait is twice as long.
_FIRST_WAIT = 0.5
#: [Slack, Sending messages using incoming webhooks]
#: (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks): a webhook that was removed or revoked,
#: or whose channel was deleted.
_INVALID_WEBHOOK = (403, 404, 410)


class SlackError(Exception):
    """Slack did not accept the message, with its response. Never contains the webhook URL, which is a credential."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Rejects redirects: a redirected POST becomes a GET without a body, which would look like success."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(webhook: Callable[[bool], str], payload: Mapping[str, Any], seconds_left: Callable[[], float]) -> None:
    """Post the payload. Raises SlackError if Slack rejects it, or does not accept it in time.

    `webhook(fresh)` returns the URL; `fresh` reads the secret again because the cached URL is no longer valid.
    """
    url, tried_fresh, wait = webhook(False), False, _FIRST_WAIT
    while True:
        status, response, retry_after = _request(url, payload)
        if status == 200:
            return
        if status in _INVALID_WEBHOOK and not tried_fresh:
            url, tried_fresh = webhook(True), True
            continue
        if status and status != 429 and status < 500:
            raise SlackError(f"Slack rejected the message: {status} {response}")
        # Random, so that concurrent functions do not retry at the same moment.
        pause = retry_after if retry_after is not None else wait * random.uniform(1, 1.5)
        if pause + _TIMEOUT > seconds_left():
            raise SlackError(f"Slack did not accept the message in time: {status or 'no response'} {response}")
        time.sleep(pause)
        wait *= 2


def checked(url: str) -> str:
    """Return the webhook URL. Raises SlackError if the secret contains something else."""
    parts = urlsplit(url.strip())
    on_this_machine = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
        raise SlackError("the secret's value is not an https:// URL; set it with `python -m ops secret set`")
    return url.strip()


def _request(url: str, payload: Mapping[str, Any]) -> tuple[int, str, float | None]:
    """Return the status (0 without a response), the response, and after how many seconds to retry."""
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
