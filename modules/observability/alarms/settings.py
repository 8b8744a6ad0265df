"""The `alarms` block: the subscribers of alarm topics, which exist for each severity."""

from typing import Literal, get_args

from pydantic import Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.names import TOPIC_NAME_LIMIT, Names
from modules.foundation.problems import raise_findings
from modules.foundation.settings import Label, Settings

#: The most severe first. critical: someone must act immediately, even at night; warning: someone must look today; info:
#: for information. The function slack_alarm reads the severity from the end of the topic's name.
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
#: Drift needs no immediate action, but should not remain for weeks.
DRIFT_SEVERITY: Severity = "warning"


class AlarmsSettings(Settings):
    """The `alarms` block: a topic for each severity, and the functions that they invoke."""

    functions: tuple[Label, ...] = Field(
        default=(),
        examples=[["slack-alarm"]],
        description="`function` blocks that every alarm invokes; the environment variables of each decide which alarms "
        "it forwards.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "AlarmsSettings":
        raise_findings(named_twice(self, "functions"))
        return self


def alarm_topic(severity: Severity) -> str:
    """Return the name of a severity's topic."""
    return f"alarms-{severity}"


def alarm_topic_arn(names: Names, severity: Severity) -> str:
    """Return the ARN of a severity's topic."""
    return f"arn:aws:sns:{names.region}:{names.account_id}:{names.of(alarm_topic(severity), TOPIC_NAME_LIMIT)}"
