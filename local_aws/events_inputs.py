"""EventBridge: what a target of a rule receives.

[Target](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html) and [Amazon EventBridge input
transformation](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html): the event, a
constant, a part of the event, or a template with parts of it. In a template that is a JSON object, a variable outside
quotation marks becomes a JSON value; everywhere else it becomes text.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

_VARIABLE = re.compile(r"<([\w.-]+)>")
_STRING_OR_VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*"|<[\w.-]+>')


def delivered(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event as a target receives it; Moto's has another time, and the time of its arrival."""
    found = {key: value for key, value in event.items() if key != "ingestion-time"}
    return found | {"time": _time(event["time"])}


def text(rule: Any, target: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what the target receives for Moto's event."""
    sent = delivered(event)
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(_found(sent, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(sent)
    values = {name: _found(sent, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    return _filled(transformer["InputTemplate"], values | _predefined(rule, event, sent))


def _predefined(rule: Any, event: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event.ingestion-time": _time(event.get("ingestion-time") or event["time"]),
        "aws.events.event": {key: value for key, value in sent.items() if key != "detail"},
        "aws.events.event.json": sent,
    }


def _filled(template: str, values: dict[str, Any]) -> str:
    if not template.lstrip().startswith("{"):
        return _VARIABLE.sub(lambda found: _plain(values.get(found[1])), template)

    def replacement(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("<"):
            return json.dumps(values.get(token[1:-1]))
        # Quotation marks of a value are escaped, since the template is JSON.
        return _VARIABLE.sub(lambda each: json.dumps(_plain(values.get(each[1])))[1:-1], token)

    return _STRING_OR_VARIABLE.sub(replacement, template)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _found(event: dict[str, Any], path: str) -> Any:
    from jsonpath_ng.ext.parser import parse

    matches = parse(path).find(event)
    return matches[0].value if matches else None


def _time(moment: Any) -> Any:
    if isinstance(moment, int | float):
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return moment
