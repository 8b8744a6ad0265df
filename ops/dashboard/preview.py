"""`python -m ops dashboard preview`: the dashboard as a web page with sample data, to look at before an apply."""

import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from modules.environment_files import EnvironmentFile
from ops.dashboard.body import Widget, widgets
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT

TEMPLATE = Path(__file__).parent / "preview.html"
UPLOT = PROJECT / "node_modules" / "uplot" / "dist"
#: Three hours of minutes.
POINTS = 180
#: An arbitrary time, so that a preview changes only with the dashboard.
START = 1_767_225_600
REFERENCE = re.compile(r"\$\{([^}]*)\}")


def body_of(stack: Path, file: EnvironmentFile) -> str:
    """Return the dashboard's body in a synthesized stack. Raises OpsError if the environment has no dashboard."""
    resources = json.loads((stack / "cdk.tf.json").read_text())["resource"]
    found = [each["dashboard_body"] for each in resources.get("aws_cloudwatch_dashboard", {}).values()]
    if not found:
        raise OpsError(f"{file.document.file} has no `dashboard` block; write dashboard {{}}", ExitCode.REFUSED)
    return str(found[0])


def page(name: str, body: str) -> str:
    """Return the web page, which needs no other file."""
    parts = {
        "NAME": name,
        "STYLE": (UPLOT / "uPlot.min.css").read_text(),
        "SCRIPT": (UPLOT / "uPlot.iife.min.js").read_text(),
        "TIMES": json.dumps([START + 60 * minute for minute in range(POINTS)]),
        "WIDGETS": json.dumps([_shown(each) for each in widgets(body)]).replace("</", "<\\/"),
    }
    return re.sub(r"@([A-Z]+)@", lambda match: parts[match[1]], TEMPLATE.read_text())


def _shown(widget: Widget) -> dict[str, Any]:
    """Return what the page's script draws; references to resources are shown as their addresses."""
    labels = [_plain(query.label) for query in widget.queries if query.label is not None]
    return {
        "kind": widget.kind,
        **{key: getattr(widget, key) for key in ("x", "y", "width", "height", "title", "unit", "start")},
        "html": MarkdownIt().render(widget.text),
        "lines": [{"label": label, "values": _samples(widget, label)} for label in labels],
        "marks": [asdict(each) for each in widget.marks],
        "alarms": [_plain(each) for each in widget.alarms],
    }


def _plain(text: str) -> str:
    return REFERENCE.sub(lambda match: ".".join(match[1].split(".")[:2]), text)


def _samples(widget: Widget, label: str) -> Sequence[float]:
    """Return invented values, the same for the same line, which come near the lowest threshold."""
    if any(label == each.label and each.value == 0 for each in widget.marks):
        return [0.0] * POINTS
    scale = min((each.value for each in widget.marks if each.value > 0), default=100.0)
    source = random.Random(f"{widget.title} {label}")
    level = source.uniform(0.3, 0.7)
    wave = [level + 0.2 * math.sin(minute / 30) + source.uniform(-0.08, 0.08) for minute in range(POINTS)]
    return [round(scale * each, 4) for each in wave]
