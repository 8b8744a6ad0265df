"""Settings from the environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: [CreatePlatformApplication, Platform](https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html):
#: the platforms that this function supports; GCM is the former name of FCM.
PLATFORMS = ("APNS", "APNS_SANDBOX", "GCM")
#: FCM keeps a message for four weeks at most ([Set the lifespan of a message]
#: (https://firebase.google.com/docs/cloud-messaging/customize-messages/setting-message-lifespan)).
TTL_LIMIT = 28 * 86400

_APPLICATION = re.compile(rf"arn:aws:sns:[a-z0-9-]+:[0-9]{{12}}:app/({'|'.join(PLATFORMS)})/[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Settings:
    """The platform applications, and the default time to live."""

    applications: tuple[str, ...]
    ttl_seconds: int = 86400

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        applications = tuple(filter(None, map(str.strip, environment.get("PLATFORM_APPLICATIONS", "").split(","))))
        for arn in applications or ("",):
            if not _APPLICATION.fullmatch(arn):
                raise ValueError(
                    f"PLATFORM_APPLICATIONS contains {arn!r}, which is not the ARN of an application for "
                    f"{', '.join(PLATFORMS)}; write the ARNs that `python -m ops push-credentials` prints, "
                    "separated by commas"
                )
        text = environment.get("TTL_SECONDS", str(cls.ttl_seconds))
        if not (text.isascii() and text.isdigit() and int(text) <= TTL_LIMIT):
            raise ValueError(f"TTL_SECONDS={text!r} is not a number from 0 to {TTL_LIMIT}")
        return cls(applications, int(text))
