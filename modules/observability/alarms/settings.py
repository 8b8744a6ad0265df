"""The `alarms` block: whom alarms notify, which ones exist, and their thresholds."""

from collections.abc import Iterator
from typing import Annotated, get_args

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.names import TOPIC_NAME_LIMIT, Names
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import EmailAddress, Label, TieredSettings, each_once, tiered
from modules.observability.alarms.keys.access import VpnAlarms
from modules.observability.alarms.keys.alarm import BlockAlarms, Severity, off_findings
from modules.observability.alarms.keys.aws_events import EVENTS
from modules.observability.alarms.keys.compute import LoadBalancerAlarms, ScheduledTaskAlarms, ServiceAlarms
from modules.observability.alarms.keys.data import CacheAlarms, DatabaseAlarms
from modules.observability.alarms.keys.edge import FirewallAlarms, NetworkAlarms, SiteAlarms
from modules.observability.alarms.keys.events import FunctionAlarms, QueueAlarms, StreamAlarms, TopicAlarms
from modules.observability.alarms.keys.search import SearchAlarms

#: The page that the links of alarms and events lead to, in this project.
RUNBOOKS_FILE = "docs/runbooks/alarms.md"
#: Drift needs no immediate action, but should not remain for weeks.
DRIFT_SEVERITY: Severity = "warning"


def _https(value: str) -> str:
    if not value.startswith("https://") or "#" in value or " " in value:
        raise broken_rule("is not the URL of a page", 'write "https://..." without a # part')
    return value


class AlarmsSettings(TieredSettings):
    """The `alarms` block: topics by severity, the functions that they invoke, and an alarm for each threshold."""

    functions: tuple[Label, ...] = Field(
        default=(),
        examples=[["slack-alarm"]],
        description="`function` blocks that every alarm invokes; the environment variables of each decide which alarms "
        "it forwards.",
    )
    emails: tuple[EmailAddress, ...] = Field(
        default=(),
        examples=[["on-call@agora.example"]],
        description="Addresses, of groups rather than persons, that get critical alarms as emails too: also the one "
        "that a function failed to forward alarms. AWS first sends each a link to confirm.",
    )
    severities: Annotated[tuple[Severity, ...], AfterValidator(each_once)] = tiered(
        development=("critical",),
        staging=("critical", "warning"),
        production=("critical", "warning"),
        min_length=1,
        description="Severities of the alarms that are created. critical: someone must act at once; warning: someone "
        "must look today. Development pays only for those that show an outage.",
    )
    account_events: bool = Field(
        default=False,
        description="Whether the functions also get the events of the account, such as findings of GuardDuty and "
        "sign-ins of the root user, for which its account file has a `notify` block; bootstrap the account first. By "
        "default no, since environments of one account would each send them.",
    )
    runbooks: Annotated[str, AfterValidator(_https)] | None = Field(
        default=None,
        examples=["https://gitlab.com/community/groundwork/-/blob/main/docs/runbooks/alarms.md"],
        description="The URL of docs/runbooks/alarms.md, which each alarm links to; by default the file in the "
        "project of the `pipeline` block.",
    )
    events_off: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"spot_interruption": "Tasks on Spot restart within a minute"}],
        description=f"Events that notify nobody, each with the reason: {', '.join(EVENTS)}.",
    )
    network: NetworkAlarms | None = Field(default=None, description="Alarms of the `network` block.")
    vpn: VpnAlarms | None = Field(default=None, description="Alarms of the `vpn` block.")
    database: dict[Label, DatabaseAlarms] = Field(default_factory=dict, description="Alarms of `database` blocks.")
    cache: dict[Label, CacheAlarms] = Field(default_factory=dict, description="Alarms of `cache` blocks.")
    search: dict[Label, SearchAlarms] = Field(default_factory=dict, description="Alarms of `search` blocks.")
    function: dict[Label, FunctionAlarms] = Field(
        default_factory=dict,
        description="Alarms of `function` blocks, and of the functions of `push` blocks, push-NAME, and of `search` "
        "blocks, search-NAME and search-NAME-documents.",
    )
    queue: dict[Label, QueueAlarms] = Field(default_factory=dict, description="Alarms of `queue` blocks.")
    topic: dict[Label, TopicAlarms] = Field(default_factory=dict, description="Alarms of `topic` blocks.")
    stream: dict[Label, StreamAlarms] = Field(default_factory=dict, description="Alarms of `stream` blocks.")
    service: dict[Label, ServiceAlarms] = Field(default_factory=dict, description="Alarms of `service` blocks.")
    scheduled_task: dict[Label, ScheduledTaskAlarms] = Field(
        default_factory=dict, description="Alarms of `scheduled_task` blocks."
    )
    load_balancer: dict[Label, LoadBalancerAlarms] = Field(
        default_factory=dict, description="Alarms of `load_balancer` blocks."
    )
    firewall: FirewallAlarms | None = Field(default=None, description="Alarms of the `firewall` block.")
    site: dict[Label, SiteAlarms] = Field(default_factory=dict, description="Alarms of `site` blocks.")

    @model_validator(mode="after")
    def _rules(self) -> "AlarmsSettings":
        raise_findings(
            [
                *named_twice(self, "functions", "emails"),
                *off_findings("events_off", self.events_off, EVENTS, "event"),
                *self._severity_findings(),
            ]
        )
        return self

    def _severity_findings(self) -> list[Finding]:
        if not self.is_production or "critical" in self.severities:
            return []
        rule = "leaves out critical, so an outage would notify nobody in production"
        return [Finding(("severities",), list(self.severities), rule, 'add "critical"')]

    def of(self, kind: str, label: str) -> BlockAlarms:
        """Return the thresholds of a block; those that no file has set are the defaults."""
        written = getattr(self, kind)
        if label:
            written = written.get(label)
        return written or KINDS[kind]()


def _kinds() -> Iterator[tuple[str, type[BlockAlarms]]]:
    for kind, info in AlarmsSettings.model_fields.items():
        for each in get_args(info.annotation):
            if isinstance(each, type) and issubclass(each, BlockAlarms):
                yield kind, each


#: The settings class of the alarms of each kind of block, from the lowest module up, as the fields above.
KINDS = dict(_kinds())


def alarm_topic(severity: Severity) -> str:
    """Return the name of a severity's topic."""
    return f"alarms-{severity}"


def alarm_topic_arn(names: Names, severity: Severity) -> str:
    """Return the ARN of a severity's topic."""
    return f"arn:aws:sns:{names.region}:{names.account_id}:{names.of(alarm_topic(severity), TOPIC_NAME_LIMIT)}"
