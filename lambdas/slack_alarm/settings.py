"""Settings from the environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Last part of the names of the alarm topics, most severe first.
SEVERITIES = ("critical", "warning", "info")
#: [MetricAlarm, StateValue](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html).
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")


@dataclass(frozen=True)
class Settings:
    """Which events are posted, and which secret contains the webhook URL."""

    webhook_secret: str
    severities: tuple[str, ...] = SEVERITIES
    states: tuple[str, ...] = ("ALARM", "OK")
    dashboard: str = ""
    runbooks: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        secret = environment.get("SECRET_SLACK_WEBHOOK_ARN", "")
        if not secret:
            raise ValueError(
                "SECRET_SLACK_WEBHOOK_ARN is not set; write the ARN or the name of the secret that contains the URL"
            )
        return cls(
            webhook_secret=secret,
            severities=_some_of(SEVERITIES, environment, "SEVERITIES", cls.severities),
            states=_some_of(STATES, environment, "STATES", cls.states),
            dashboard=environment.get("DASHBOARD", ""),
            runbooks=_page(environment, "RUNBOOKS"),
        )


def _page(environment: Mapping[str, str], name: str) -> str:
    """Return the URL of a page without an anchor, to which the events add theirs."""
    text = environment.get(name, "")
    # Slack ends a URL at `|` and `>`.
    if text and not re.fullmatch(r"https://[^\s#<>|]+", text):
        raise ValueError(
            f'{name}={text!r} is not an https:// URL without an anchor; write "https://example.com/runbooks"'
        )
    return text


def _some_of(
    known: tuple[str, ...], environment: Mapping[str, str], name: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    text = environment.get(name)
    if text is None:
        return default
    chosen = tuple(each.strip() for each in text.split(","))
    if not set(chosen) <= set(known):
        raise ValueError(f'{name}={text!r} is not a list of {", ".join(known)}; write "{",".join(default)}"')
    return chosen
