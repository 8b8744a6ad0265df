"""Notices: what an event means, independent of the service that sent it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .settings import SEVERITIES

Event = Mapping[str, Any]
_BUDGET_LINE = re.compile(r"^(Budget[A-Za-z ]*|Alert [A-Za-z ]+|[A-Z]+ Amount): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """A message from a topic, or an event from EventBridge."""

    id: str
    text: str
    subject: str = ""
    topic_arn: str = ""

    @property
    def severity(self) -> str:
        """The severity, which is the last part of the topic's name; empty for other topics."""
        last = self.topic_arn.rpartition("-")[2]
        return last if last in SEVERITIES else ""


@dataclass(frozen=True)
class Notice:
    """One notification: what happened, where, since when, and links to more information."""

    id: str
    """The same for two messages about the same event."""
    title: str
    severity: str = ""
    state: str = ""
    """The alarm state; empty if an event is neither good nor bad."""
    state_before: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    links: tuple[tuple[str, str], ...] = ()
    as_it_came: str = ""
    """The text of the event, if its format is unknown."""

    def __post_init__(self) -> None:
        """Raise TypeError if a value does not have the type that AWS documents."""
        for value in (self.id, self.title, self.severity, self.state, self.state_before, self.text):
            if not isinstance(value, str):
                raise TypeError(f"{value!r} is not a string")


def messages(event: Event) -> Iterator[Message]:
    """Yield the messages in a topic's records, or the event itself if EventBridge invokes the function."""
    if "Records" not in event:
        yield Message(str(event.get("id", "")), json.dumps(event, ensure_ascii=False))
        return
    for record in event["Records"]:
        sns = record["Sns"]
        yield Message(sns["MessageId"], sns["Message"], sns.get("Subject") or "", sns.get("TopicArn") or "")


def notice_of(message: Message, dashboard: str = "") -> Notice:
    """Return the notice of a message; if its format is unknown or invalid, a notice with the original text."""
    if message.subject.startswith("AWS Budgets:"):
        return _budget(message)
    try:
        event = json.loads(message.text)
        read = _reader(event)
        if read:
            return read(message, event, dashboard)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass  # It resembles a known format, but is not valid.
    return Notice(message.id, message.subject or "Event", message.severity, as_it_came=message.text)


def _reader(event: Any) -> "Callable[[Message, Event, str], Notice] | None":
    if not isinstance(event, dict):
        return None
    if "AlarmName" in event and "NewStateValue" in event:
        return _alarm
    if "detail-type" not in event or "source" not in event:
        return None
    if event["detail-type"] == "CloudWatch Alarm State Change":
        return _alarm_by_event_bridge
    if event["detail-type"] == "ECS Deployment State Change":
        return _ecs_deployment
    return _event_bridge


def _alarm(message: Message, event: Event, dashboard: str) -> Notice:
    """[Amazon CloudWatch User Guide, Notifying users on alarm changes]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html): of one metric, of
    several, or composite.
    """
    trigger = event.get("Trigger") or {}
    region = event["AlarmArn"].split(":")[3]
    dimensions = [f"{each['name']} {each['value']}" for each in trigger.get("Dimensions") or ()]
    return Notice(
        id=f"{event['AlarmArn']} {event['NewStateValue']} {event['StateChangeTime']}",
        title=event["AlarmName"],
        severity=message.severity,
        state=event["NewStateValue"],
        state_before=event.get("OldStateValue") or "",
        text="\n".join(filter(None, (event.get("AlarmDescription"), event.get("NewStateReason")))),
        facts=_facts(
            ("Metric", " ".join(filter(None, (trigger.get("Namespace"), trigger.get("MetricName"))))),
            ("Of", ", ".join(dimensions)),
            ("Account", event.get("AWSAccountId")),
            ("Region", region),
        ),
        since=_moment(event["StateChangeTime"]),
        links=_links(region, event["AlarmName"], dashboard),
    )


def _alarm_by_event_bridge(message: Message, event: Event, dashboard: str) -> Notice:
    detail = event["detail"]
    state, before = detail["state"], detail.get("previousState") or {}
    return Notice(
        id=f"{event['resources'][0]} {state['value']} {state['timestamp']}",
        title=detail["alarmName"],
        severity=message.severity,
        state=state["value"],
        state_before=before.get("value", ""),
        text="\n".join(filter(None, ((detail.get("configuration") or {}).get("description"), state.get("reason")))),
        facts=_facts(("Account", event.get("account")), ("Region", event["region"])),
        since=_moment(state["timestamp"]),
        links=_links(event["region"], detail["alarmName"], dashboard),
    )


def _ecs_deployment(message: Message, event: Event, dashboard: str) -> Notice:
    """[Amazon ECS service deployment state change events]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html).
    """
    detail = event["detail"]
    _, cluster, service = event["resources"][0].split("/")
    region = event["region"]
    ended = {"SERVICE_DEPLOYMENT_FAILED": "ALARM", "SERVICE_DEPLOYMENT_COMPLETED": "OK"}
    console = f"https://{region}.console.aws.amazon.com/ecs/v2/clusters/{quote(cluster)}/services/{quote(service)}"
    return Notice(
        id=message.id,
        title=f"Deployment of {service} {detail['eventName'].removeprefix('SERVICE_DEPLOYMENT_').lower()}",
        severity=message.severity,
        state=ended.get(detail["eventName"], ""),
        # A completed deployment is posted even if none failed before.
        state_before="ALARM",
        text=detail.get("reason", ""),
        facts=_facts(("Cluster", cluster), ("Account", event.get("account")), ("Region", region)),
        since=_moment(detail.get("updatedAt") or event["time"]),
        links=(("Service", f"{console}/deployments?region={region}"),),
    )


def _event_bridge(message: Message, event: Event, dashboard: str) -> Notice:
    """Any other EventBridge event: EKS, whose changes come through CloudTrail, ECS tasks, AWS Health."""
    detail = event.get("detail") or {}
    facts = [
        ("Event", detail.get("eventName")),
        ("Status", detail.get("lastStatus") or detail.get("status") or detail.get("statusCode")),
        ("Error", detail.get("errorCode")),
        ("Cluster", _last_part(detail.get("clusterArn") or (detail.get("requestParameters") or {}).get("name"))),
        ("Of", ", ".join(_last_part(each) for each in event.get("resources") or ())),
        ("By", _last_part((detail.get("userIdentity") or {}).get("arn"))),
        ("Account", event.get("account")),
        ("Region", event.get("region")),
    ]
    return Notice(
        id=str(event.get("id") or message.id),
        title=f"{event['detail-type']} ({event['source']})",
        severity=message.severity,
        text=str(detail.get("stoppedReason") or detail.get("reason") or detail.get("errorMessage") or ""),
        facts=_facts(*facts),
        since=_moment(event["time"]) if event.get("time") else None,
    )


def _budget(message: Message) -> Notice:
    """[Creating an Amazon SNS topic for budget notifications]
    (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html): a letter that ends with
    names and values.
    """
    return Notice(
        id=message.id,
        title=message.subject,
        severity=message.severity,
        facts=_facts(*_BUDGET_LINE.findall(message.text)),
        links=(("Budgets", "https://console.aws.amazon.com/billing/home#/budgets"),),
        as_it_came="" if _BUDGET_LINE.search(message.text) else message.text,
    )


def _links(region: str, alarm: str, dashboard: str) -> tuple[tuple[str, str], ...]:
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    links = [("Alarm", f"{console}#alarmsV2:alarm/{quote(alarm, safe='')}")]
    if dashboard:
        links.append(("Dashboard", f"{console}#dashboards/dashboard/{quote(dashboard, safe='')}"))
    return tuple(links)


def _facts(*facts: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in facts if value)


def _last_part(arn: object) -> str:
    return str(arn or "").rpartition("/")[2].rpartition(":")[2]


def _moment(text: str) -> datetime:
    """Return the time; CloudWatch writes `+0000`, EventBridge `Z`. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
