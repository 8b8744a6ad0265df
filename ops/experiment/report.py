"""The report of an experiment, in Markdown: what was expected, what happened, and what remains to be done."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ops.experiment.run import Outcome, Result

_VERDICTS: dict[Outcome, str] = {
    "held": "The hypothesis held.",
    "refuted": "The hypothesis is refuted.",
    "stopped": "The hypothesis is refuted, or somebody stopped the experiment.",
    "failed": "The experiment failed; it says nothing about the hypothesis.",
    "interrupted": "The experiment was interrupted; it says nothing about the hypothesis.",
}
_WHYS = """\
## Five whys

1. Why was the steady state left, or not noticed?
2. Why was that possible?
3. Why?
4. Why?
5. Why?

## What we change

| what | who | until |
|---|---|---|
|  |  |  |
"""


def markdown(result: Result) -> str:
    """Return the report."""
    experiment = result.experiment
    lines = [
        f"# {experiment.label} in {experiment.names.environment}, {result.started:%Y-%m-%d %H:%M} UTC",
        "",
        f"**{_verdict(result)}**",
        "",
        f"Hypothesis: {experiment.settings.hypothesis}",
        "",
        f"Fault: `{experiment.settings.fault}`. Experiment {result.id}, log group "
        f"`{experiment.names.log_group('experiments')}`. FIS: {result.reason or 'no reason'}",
        "",
        "## Times",
        "",
        "| what | UTC | seconds after the start |",
        "|---|---|---|",
        *(f"| {what} | {_time(at)} | {_after(result.started, at)} |" for what, at in _times(result)),
        "",
        "## Steady state",
        "",
        "| alarm | stops at | before | during |",
        "|---|---|---|---|",
        *_measured(result),
        "",
        "## Alarms",
        "",
        *([f"- {each.at:%H:%M:%S} {each.alarm}: {each.state or 'notified'}" for each in result.changes] or ["None."]),
        "",
        _WHYS,
    ]
    return "\n".join(lines)


def write(result: Result, folder: Path) -> Path:
    """Write the report, and return its path."""
    names = result.experiment.names
    path = folder / f"{result.started:%Y-%m-%d-%H%M%S}-{names.environment}-{result.experiment.label}.md"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown(result))
    return path


def as_json(result: Result, path: Path) -> dict[str, Any]:
    """Return the result for `--json`."""
    times = {what.split(" (")[0].replace(" ", "_"): at.isoformat() if at else None for what, at in _times(result)}
    return {
        "experiment": result.experiment.label,
        "id": result.id,
        "outcome": result.outcome,
        "reason": result.reason,
        **times,
        "report": path.as_posix(),
    }


def _verdict(result: Result) -> str:
    if result.outcome == "stopped" and result.stop:
        return f"The hypothesis is refuted: {result.stop.alarm} stopped the experiment."
    if result.outcome == "refuted" and result.recovered is None:
        return f"The hypothesis is refuted: no recovery in {result.experiment.settings.recovery_minutes} minutes."
    return _VERDICTS[result.outcome]


def _times(result: Result) -> Iterator[tuple[str, datetime | None]]:
    yield "started", result.started
    detected, notified = result.detected, result.notified
    yield f"detected ({detected.alarm})" if detected else "detected", detected.at if detected else None
    yield f"notified ({notified.alarm})" if notified else "notified", notified.at if notified else None
    yield "ended", result.ended
    yield "recovered", result.recovered


def _time(at: datetime | None) -> str:
    return f"{at:%H:%M:%S}" if at else "-"


def _after(start: datetime, at: datetime | None) -> str:
    return f"{(at - start).total_seconds():.0f}" if at else "-"


def _measured(result: Result) -> Iterator[str]:
    during = {each.alarm: each for each in result.during}
    for before in result.control:
        yield f"| {before.alarm} | {before.limit} | {before.shown} | {during[before.alarm].shown} |"
