"""Settings of the `notify` block."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.account.notify.keys.events import EVENTS
from modules.foundation.lists import named_twice
from modules.foundation.problems import raise_findings
from modules.foundation.settings import EmailAddress, Settings, each_once
from modules.observability.alarms.keys.alarm import Severity, off_findings


class NotifySettings(Settings):
    """The `notify` block: topics of the account, and the events of all of its Regions that they deliver.

    EventBridge has rules and events in each Region; each Region of the account's environments, and us-east-1, where
    events of global services and of the root user are, sends them to the Region of the state bucket, which has the
    topics. Rules, and events within a Region, cost nothing; events between Regions 1 USD a million ([Amazon EventBridge
    pricing](https://aws.amazon.com/eventbridge/pricing/)).
    """

    emails: tuple[EmailAddress, ...] = Field(
        default=(),
        examples=[["security@agora.example"]],
        description="Addresses, of groups rather than persons, that get the events as emails. AWS first sends each a "
        "link to confirm. Functions of environments get them with `account_events` in their `alarms` block.",
    )
    email_severities: Annotated[tuple[Severity, ...], AfterValidator(each_once)] = Field(
        default=("critical", "warning"),
        min_length=1,
        description="Severities of the events that are sent as emails. critical: someone must act at once; warning: "
        "someone must look today.",
    )
    events_off: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"health": "The organization sends them to all teams"}],
        description=f"Events that notify nobody, each with the reason: {', '.join(EVENTS)}.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "NotifySettings":
        raise_findings(
            [*named_twice(self, "emails"), *off_findings("events_off", self.events_off, EVENTS, "event of an account")]
        )
        return self
