"""The `alarms` block: where alarms go, by how grave they are."""

from typing import Literal, get_args

from pydantic import Field

from modules.foundation.settings import Label, Settings

#: The gravest first: somebody gets up; somebody looks today; good to know. The function slack_alarm reads the severity
#: off the end of the topic's name.
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class AlarmsSettings(Settings):
    """An `alarms` block: a topic for each severity, and who is told."""

    functions: tuple[Label, ...] = Field(
        default=(),
        examples=[["slack-alarm"]],
        description="`function` blocks that every alarm invokes; each chooses by its own variables what it passes on.",
    )


def alarm_topic(severity: Severity) -> str:
    """Return the name of a severity's topic."""
    return f"alarms-{severity}"
