"""CloudWatch alarms: of one metric, of a metric math expression, or composite; from a topic or from EventBridge."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from .notices import Event, Link, Message, Notice, facts_of, moment

#: The last line of a description that links to a runbook. Slack ends a URL at `|` and `>`.
_RUNBOOK = re.compile(r"(?:^|\n)Runbook: (https://[^\s<>|]{1,1000})\s*\Z")


def by_topic(message: Message, event: Event, dashboard: str) -> Notice:
    """[Amazon CloudWatch User Guide, Notifying users on alarm changes]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
    """
    trigger = event.get("Trigger") or {}
    region = event["AlarmArn"].split(":")[3]
    description, runbook = _description(event.get("AlarmDescription"))
    children = _children(event.get("TriggeringChildren"), "Arn", "State", "Value")
    return Notice(
        id=f"{event['AlarmArn']} {event['NewStateValue']} {event['StateChangeTime']}",
        title=event["AlarmName"],
        severity=message.severity,
        state=event["NewStateValue"],
        state_before=event.get("OldStateValue") or "",
        text="\n".join(filter(None, (description, event.get("NewStateReason")))),
        facts=facts_of(
            ("Metric", " ".join(filter(None, (trigger.get("Namespace"), trigger.get("MetricName"))))),
            ("Of", _dimensions(trigger)),
            *_metric_math(trigger.get("Metrics")),
            ("Triggered by", children),
            # Without children, somebody set the state for a test; the rule then says what the alarm combines.
            ("Rule", "" if children else event.get("AlarmRule")),
            ("Account", event.get("AWSAccountId")),
            ("Region", region),
        ),
        since=moment(event["StateChangeTime"]),
        links=(*runbook, *_links(region, event["AlarmName"], dashboard)),
    )


def by_event_bridge(message: Message, event: Event, dashboard: str) -> Notice:
    """[Amazon CloudWatch User Guide, Alarm events and EventBridge]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html).

    Only these events can say that the actions of a composite alarm are suppressed: its topics then get no message.
    """
    detail = event["detail"]
    state, before = detail["state"], detail.get("previousState") or {}
    description, runbook = _description((detail.get("configuration") or {}).get("description"))
    reason_data = json.loads(state.get("reasonData") or "{}")
    return Notice(
        id=f"{event['resources'][0]} {state['value']} {state['timestamp']}",
        title=detail["alarmName"],
        severity=message.severity,
        state=state["value"],
        state_before=before.get("value", ""),
        text="\n".join(filter(None, (description, state.get("reason")))),
        facts=facts_of(
            ("Triggered by", _children(reason_data.get("triggeringAlarms"), "arn", "state", "value")),
            ("Actions suppressed by", state.get("actionsSuppressedBy")),
            ("Reason of the suppression", state.get("actionsSuppressedReason")),
            ("Account", event.get("account")),
            ("Region", event["region"]),
        ),
        since=moment(state["timestamp"]),
        links=(*runbook, *_links(event["region"], detail["alarmName"], dashboard)),
    )


def _description(text: str | None) -> tuple[str, tuple[Link, ...]]:
    """Return the description without a last line `Runbook: https://...`, and the link of that line."""
    found = _RUNBOOK.search(text or "")
    if not text or not found:
        return text or "", ()
    return text[: found.start()].rstrip(), (("Runbook", found[1]),)


def _children(children: Any, arn: str, state: str, value: str) -> str:
    """Return the names and states of the alarms that changed a composite alarm.

    The user guide documents the children in a topic's message as strings; CloudWatch sends objects with `Arn` and
    `State`. EventBridge has the same objects in other case.
    """
    lines = []
    for child in children or ():
        # The name may contain colons and slashes.
        name = (child if isinstance(child, str) else child[arn]).split(":", 6)[-1]
        lines.append(name if isinstance(child, str) else f"{name}: {child[state][value]}")
    return "\n".join(lines)


def _metric_math(metrics: Any) -> Iterator[tuple[str, str]]:
    """Yield the expressions of a metric math or anomaly detection alarm, and what the IDs in them stand for."""
    expressions, sources = [], []
    for each in metrics or ():
        if "Expression" in each:
            label = each.get("Label")
            expressions.append(f"{label}: {each['Expression']}" if label else each["Expression"])
        else:
            metric, statistic = each["MetricStat"]["Metric"], each["MetricStat"].get("Stat")
            name = " ".join(filter(None, (metric.get("Namespace"), metric["MetricName"], statistic)))
            dimensions = _dimensions(metric)
            sources.append(f"{each['Id']}: {name}" + (f" of {dimensions}" if dimensions else ""))
    yield "Expression", "\n".join(expressions)
    yield "Metrics", "\n".join(sources)


def _dimensions(metric: Event) -> str:
    return ", ".join(f"{each['name']} {each['value']}" for each in metric.get("Dimensions") or ())


def _links(region: str, alarm: str, dashboard: str) -> tuple[Link, ...]:
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    links = [("Alarm", f"{console}#alarmsV2:alarm/{quote(alarm, safe='')}")]
    if dashboard:
        links.append(("Dashboard", f"{console}#dashboards/dashboard/{quote(dashboard, safe='')}"))
    return tuple(links)
