"""The runbooks of alarms and events, `docs/runbooks/alarms.md`: what each one means, and what to do.

The numbers and conditions come from the declarations of the alarms and events, the prose from `runbooks.toml`. The
links of alarms and of messages in Slack end in the anchor of a heading. [GitLab Flavored Markdown, Heading IDs and
links](https://docs.gitlab.com/user/markdown/#heading-ids-and-links): in lowercase, with hyphens instead of spaces, and
without characters other than letters, digits, underscores, and hyphens.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from modules.account.notify.keys.events import EVENTS as ACCOUNT_EVENTS
from modules.foundation.names import Names
from modules.hcl.values import as_hcl
from modules.observability.alarms.keys.alarm import SEVERITIES, Alarm, BlockAlarms, MissingData
from modules.observability.alarms.keys.aws_events import EVENTS, AwsEvent
from modules.observability.alarms.settings import KINDS, RUNBOOKS_FILE
from modules.observability.slo.keys.burn_rates import BURN_RATES

PAGE = Path(RUNBOOKS_FILE)
TEXTS = Path(__file__).with_name("runbooks.toml")
#: API calls have one detail type, and a runbook for each call.
_CALL = "AWS API Call via CloudTrail"
#: Of environments and of accounts, whose names differ.
ALL_EVENTS: Mapping[str, AwsEvent] = {**EVENTS, **ACCOUNT_EVENTS}
#: For the parts of an event pattern that are the same in all environments.
_NAMES = Names(product="PRODUCT", environment="ENV", account_id="ACCOUNT", region="REGION")
_MISSING: Mapping[MissingData, str] = {
    "notBreaching": "counts as good",
    "missing": "leads to the state INSUFFICIENT_DATA, which notifies nobody",
    "ignore": "changes nothing",
    "breaching": "counts as bad: without data, the alarm is on",
}
_PERIODS = {60: "one minute", 300: "five minutes", 900: "15 minutes", 86_400: "one day"}
_HEAD = "<!-- Written by `make reference` from the alarms and ops/reference/runbooks.toml; a test keeps it current. -->"
_OBJECTIVE = """\
slo "NAME" {
  load_balancer = "NAME"
  objective     = 99.5 # fewer alarms
}"""


@dataclass(frozen=True)
class Runbook:
    """What a person reads about an alarm or an event."""

    means: str
    """What users notice."""
    look: str
    """The first command to run, and what it shows."""
    causes: tuple[str, ...]
    """The usual causes, the most likely first."""
    now: str
    """What to do now."""
    later: str
    """What to change so that it does not return."""
    pages: tuple[str, ...]
    """Links to AWS's documentation."""


#: Blocks of which an environment has one, without a label.
_WITHOUT_LABEL = ("network", "firewall", "vpn")


def page() -> str:
    """Return the text of the page."""
    texts = _texts()
    lines = [_HEAD, "", "# Alarms and events", "", texts["introduction"].strip()]
    for kind in KINDS:
        lines += ["", f"## Alarms of {_kind(kind)}", *_alarms_of(kind)]
    lines += ["", "## Service level objectives", "", texts["objectives"].strip(), *_objectives()]
    lines += ["", "## Events of AWS services", "", texts["events"].strip(), *_events("alarms", EVENTS)]
    lines += ["", "## Events of an account", "", texts["account_events"].strip(), *_events("notify", ACCOUNT_EVENTS)]
    return "\n".join(lines) + "\n"


def runbooks() -> dict[str, Runbook]:
    """Return the runbooks by their headings: "database cpu_percent", or the detail type of an event."""
    texts = _texts()
    return {
        **{f"{kind} {key}": _runbook(each) for kind in KINDS for key, each in texts.get(kind, {}).items()},
        **{f"slo {indicator}": _runbook(each) for indicator, each in texts["slo"].items()},
        **{heading: _runbook(each) for heading, each in texts["event"].items()},
    }


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads(TEXTS.read_text())


def events_by_heading(events: Mapping[str, AwsEvent] = ALL_EVENTS) -> dict[str, dict[str, AwsEvent]]:
    """Return the events by the heading of their runbook: the detail type, or the name of an API call."""
    found: dict[str, dict[str, AwsEvent]] = {}
    for name, event in events.items():
        for heading in headings(event):
            found.setdefault(heading, {})[name] = event
    return found


def headings(event: AwsEvent) -> list[str]:
    """Return the headings of the event's runbooks."""
    if event.detail_types != (_CALL,):
        return list(event.detail_types)
    return list(event.matches(_NAMES)["detail"]["eventName"])


def _runbook(table: Mapping[str, Any]) -> Runbook:
    texts = dict(table)
    return Runbook(**{**texts, "causes": tuple(texts["causes"]), "pages": tuple(texts["pages"])})


def _alarms_of(kind: str) -> Iterator[str]:
    model = KINDS[kind]
    texts = runbooks()
    for key in dict.fromkeys(key for key, _ in model.declared()):
        heading = f"{kind} {key}"
        yield from ("", f"### {heading}", "")
        yield f"**{_severity(key, model)}.** {model.model_fields[key].description}"
        yield from _prose(texts[heading])
        yield from _declared(kind, key, model)


def _objectives() -> Iterator[str]:
    texts = runbooks()
    for heading in [each for each in texts if each.startswith("slo ")]:
        yield from ("", f"### {heading}", "")
        yield from _prose(texts[heading])
        yield from (
            "",
            "**The alarms.** On if the part of bad requests uses up the error budget so fast in both windows:",
            "",
        )
        for rate in BURN_RATES:
            name = f"`{rate.name}-{rate.long.name}` and `{rate.name}-{rate.short.name}`"
            yield f"- **{rate.severity}**: {name}, {rate.budget_percent} percent of the budget within {rate.long.name}"
        yield from ("", "```hcl", *_OBJECTIVE.splitlines(), "```")


def _declared(kind: str, key: str, model: type[BlockAlarms]) -> Iterator[str]:
    """Yield what the declaration of an alarm says."""
    alarms = [alarm for name, alarm in model.declared() if name == key]
    yield from ("", "**The alarm.**", "")
    for alarm in alarms:
        only_if = f" It exists only if {alarm.only_if.words}." if alarm.only_if else ""
        yield f"- On if {_watched(alarm)} {alarm.breaches} `{key}` {_for(alarm)}.{only_if}"
    yield f"- A time without data {_MISSING[alarms[0].missing]}."
    if alarms[0].lasts:
        yield "- It stays on until somebody acts, and notifies by itself."
    yield from ("- Another threshold, or no such alarm:", "", *_example(kind, key, model))


def _severity(key: str, model: type[BlockAlarms]) -> str:
    (severity,) = {alarm.severity for name, alarm in model.declared() if name == key}
    return severity


def _watched(alarm: Alarm) -> str:
    metrics = " and ".join(_metric(name, of, alarm) for name, of in alarm.metrics.items())
    return f"`{alarm.expression}`, with {metrics}, is" if alarm.expression else f"{metrics} is"


def _metric(name: str, of: str, alarm: Alarm) -> str:
    return f"`{name}` = {of}" if alarm.expression else f"the metric {of}"


def _for(alarm: Alarm) -> str:
    """Return how long the metric breaches the threshold."""
    of = f"{alarm.datapoints} of {alarm.out_of} data points" if alarm.out_of else f"{alarm.datapoints} data points"
    number = "1 data point" if alarm.datapoints == 1 and not alarm.out_of else of
    return f"for {number} of {_PERIODS[alarm.period]}"


def _example(kind: str, key: str, model: type[BlockAlarms]) -> Iterator[str]:
    """Yield the block with the threshold, and the line that turns the alarm off."""
    label = "" if kind in _WITHOUT_LABEL else ' "NAME"'
    yield from ("```hcl", "alarms {", f"  {kind}{label} {{")
    others = [name for name in model.model_fields if name not in {"off", *(each for each, _ in model.declared())}]
    used = "".join(alarm.expression or "" for name, alarm in model.declared() if name == key)
    yield f"    {key} = {as_hcl(model.model_fields[key].default)} # the default"
    for other in others:
        if f"{{{other}}}" in used:
            yield f"    {other} = {as_hcl(model.model_fields[other].default)} # the default"
    yield f'    # instead: off = {{ {key} = "why nobody needs to know" }}'
    yield from ("  }", "}", "```")


def _events(block: str, table: Mapping[str, AwsEvent]) -> Iterator[str]:
    texts = runbooks()
    for heading, events in events_by_heading(table).items():
        yield from ("", f"### {heading}", "")
        for name, event in sorted(events.items(), key=lambda each: SEVERITIES.index(each[1].severity)):
            yield f"- **{event.severity}**, `{name}`: {event.description}"
        yield from _prose(texts[heading])
        yield from ("", "**The event.**", "")
        (source,) = {event.source for event in events.values()}
        detail_type = ", ".join(sorted({each for event in events.values() for each in _types(event, heading)}))
        yield f"- From `{source}`, detail type `{detail_type}`."
        yield from ("- To get no message:", "", "```hcl", f"{block} {{", "  events_off = {")
        yield from (f'    {name} = "why nobody needs to know"' for name in events)
        yield from ("  }", "}", "```")


def _types(event: AwsEvent, heading: str) -> tuple[str, ...]:
    return (heading,) if heading in event.detail_types else event.detail_types


def _prose(runbook: Runbook) -> Iterator[str]:
    yield from ("", f"**What users notice.** {runbook.means}")
    yield from ("", f"**First look.** {runbook.look.strip()}", "", "**Usual causes**, the most likely first:", "")
    yield from (f"{number}. {cause}" for number, cause in enumerate(runbook.causes, 1))
    yield from ("", f"**Now.** {runbook.now.strip()}", "", f"**So that it does not return.** {runbook.later.strip()}")
    yield from ("", f"AWS: {', '.join(runbook.pages)}")


def _kind(kind: str) -> str:
    article = "the " if kind in _WITHOUT_LABEL else ""
    return f"{article}`{kind}` block{'' if article else 's'}"
