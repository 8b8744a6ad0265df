"""Formats of messages: finds out what a message is, and has it read."""

import json
import re
from typing import Any

from . import alarms, delivery, events
from .notices import Message, Notice, facts_of

_BUDGET_LINE = re.compile(r"^(Budget[A-Za-z ]*|Alert [A-Za-z ]+|[A-Z]+ Amount): (.+)$", re.MULTILINE)


def notice_of(message: Message, dashboard: str = "", runbooks: str = "") -> Notice:
    """Return the notice of a message; if its format is unknown or invalid, a notice with the original text."""
    if message.subject.startswith("AWS Budgets:"):
        return _budget(message)
    try:
        notice = _read(message, json.loads(message.text), dashboard, runbooks)
    except (ValueError, LookupError, TypeError, AttributeError):
        notice = None  # It resembles a known format, but is not valid.
    return notice or Notice(message.id, message.subject or "Event", message.severity, as_it_came=message.text)


def _read(message: Message, event: Any, dashboard: str, runbooks: str) -> Notice | None:
    if not isinstance(event, dict):
        return None
    if "AlarmName" in event and "NewStateValue" in event:
        return alarms.by_topic(message, event, dashboard)
    if "approval" in event and "consoleLink" in event:
        return delivery.approval(message, event)
    if "detail-type" not in event or "source" not in event:
        return None
    if event["detail-type"] == "CloudWatch Alarm State Change":
        return alarms.by_event_bridge(message, event, dashboard)
    return events.notice_of(message, event, runbooks)


def _budget(message: Message) -> Notice:
    """[Creating an Amazon SNS topic for budget notifications]
    (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html): a letter that ends with
    names and values.
    """
    return Notice(
        id=message.id,
        title=message.subject,
        severity=message.severity,
        facts=facts_of(*_BUDGET_LINE.findall(message.text)),
        links=(("Budgets", "https://console.aws.amazon.com/billing/home#/budgets"),),
        as_it_came="" if _BUDGET_LINE.search(message.text) else message.text,
    )
