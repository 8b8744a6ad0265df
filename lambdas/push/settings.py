"""What the environment variables say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: "CreatePlatformApplication, Platform": those that this function writes payloads for; SNS calls FCM by its old name.
PLATFORMS = ("APNS", "APNS_SANDBOX", "GCM")
#: FCM keeps a message for four weeks at most ("Set the lifespan of a message").
TTL_LIMIT = 28 * 86400

_APPLICATION = re.compile(rf"arn:aws:sns:[a-z0-9-]+:[0-9]{{12}}:app/({'|'.join(PLATFORMS)})/[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Settings:
    """Whose devices are sent to, and how long a notification is worth delivering."""

    applications: tuple[str, ...]
    ttl_seconds: int = 86400

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError, naming the variable and what to write."""
        applications = tuple(filter(None, map(str.strip, environment.get("PLATFORM_APPLICATIONS", "").split(","))))
        for arn in applications or ("",):
            if not _APPLICATION.fullmatch(arn):
                raise ValueError(
                    f"PLATFORM_APPLICATIONS has {arn!r}, which is no ARN of an application of {', '.join(PLATFORMS)}; "
                    "write those that `python -m ops push-credentials` prints, with commas between"
                )
        text = environment.get("TTL_SECONDS", str(cls.ttl_seconds))
        if not (text.isascii() and text.isdigit() and int(text) <= TTL_LIMIT):
            raise ValueError(f"TTL_SECONDS={text!r} is not a number from 0 to {TTL_LIMIT}")
        return cls(applications, int(text))
