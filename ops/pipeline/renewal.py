"""A file with an ID token that is renewed while the command runs.

GitHub's tokens are valid for minutes, an AWS session for an hour, and an apply takes up to three. When a session
expires, botocore (FileWebIdentityTokenLoader) and Terraform's AWS SDK for Go (stscreds.IdentityTokenFile) read the file
of AWS_WEB_IDENTITY_TOKEN_FILE again, which then has to contain a valid token. A longer session is no alternative:
neither of them has a variable for it.
"""

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from ops import steps
from ops.errors import OpsError

#: Well below the five minutes for which a token is valid at least, so that a failed renewal can be repeated in time.
RENEWAL_SECONDS = 100


def token_file(token: str) -> Path:
    """Write the token to a new file that only this user can read, and return its path."""
    handle, path = tempfile.mkstemp(prefix="groundwork-token-")
    with os.fdopen(handle, "w") as file:
        file.write(token)
    return Path(path)


def renew_in_background(path: Path, request: Callable[[], str], seconds: float = RENEWAL_SECONDS) -> threading.Event:
    """Replace the file's token regularly until the command ends, the file is deleted, or the returned event is set."""
    end = threading.Event()

    def renew() -> None:
        while not end.wait(seconds) and path.exists():
            _renew(path, request)

    # A daemon ends with the command; it also runs while the command waits for Terraform.
    threading.Thread(target=renew, name="token-renewal", daemon=True).start()
    return end


def _renew(path: Path, request: Callable[[], str]) -> None:
    try:
        token = request()
    except OpsError as error:
        steps.warn(f"the ID token was not renewed: {error}")
        return
    # In one step: a session may be renewed at any time.
    token_file(token).replace(path)
