"""The `alarms` block: where alarms go, by how grave they are."""

from typing import Literal, get_args

from pydantic import Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.names import TOPIC_NAME_LIMIT, Names
from modules.foundation.problems import refuse
from modules.foundation.settings import Label, Settings

#: The gravest first: somebody gets up; somebody looks today; good to know. The function slack_alarm reads the severity
#: off the end of the topic's name.
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
#: Drift wakes nobody up, and is not left for a month either.
DRIFT_SEVERITY: Severity = "warning"


class AlarmsSettings(Settings):
    """An `alarms` block: a topic for each severity, and who is told."""

    functions: tuple[Label, ...] = Field(
        default=(),
        examples=[["slack-alarm"]],
        description="`function` blocks that every alarm invokes; each chooses by its own variables what it passes on.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "AlarmsSettings":
        refuse(named_twice(self, "functions"))
        return self


def alarm_topic(severity: Severity) -> str:
    """Return the name of a severity's topic."""
    return f"alarms-{severity}"


def alarm_topic_arn(names: Names, severity: Severity) -> str:
    """Return the ARN of a severity's topic."""
    return f"arn:aws:sns:{names.region}:{names.account_id}:{names.of(alarm_topic(severity), TOPIC_NAME_LIMIT)}"
