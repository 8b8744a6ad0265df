"""The preview of a dashboard: a web page with all widgets, from the synthesized stack."""

import json
from pathlib import Path

import pytest

from modules.environment_files import load
from ops.dashboard.body import Query, widgets
from ops.dashboard.preview import body_of, page
from ops.errors import OpsError
from tests.support.environments import DEV, write


def test_widgets_are_those_of_the_body(body: str) -> None:
    found = widgets(body)
    assert len(found) == len(json.loads(body)["widgets"])
    assert {each.kind for each in found} == {"graph", "number", "text", "alarms"}
    waiting = next(each for each in found if each.title == "Messages that wait")
    assert waiting.queries == (
        Query(
            id="m1",
            label="depth",
            period=60,
            namespace="AWS/SQS",
            name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": "agora-prod-push-mobile"},
            statistic="Maximum",
        ),
    )
    assert [(each.label, each.value) for each in waiting.marks] == [("depth", 10_000)]


def test_page_has_all_lines_and_thresholds(body: str) -> None:
    html = page("prod", body)
    for widget in widgets(body):
        for label in (widget.title, *(each.label for each in widget.marks)):
            assert json.dumps(label)[1:-1] in html
    assert "cloudfront_distribution.site_www" not in html, "only labels are shown, not dimensions"
    assert "uPlot" in html
    assert "src=" not in html, "the page needs no other file"


def test_page_of_the_same_dashboard_is_the_same(body: str) -> None:
    assert page("prod", body) == page("prod", body)


def test_environment_without_a_dashboard_is_refused(tmp_path: Path) -> None:
    file = load(write(tmp_path, {"dev": DEV}))["dev"]
    (tmp_path / "cdk.tf.json").write_text('{"resource": {}}')
    with pytest.raises(OpsError, match=r"has no `dashboard` block; write dashboard \{\}"):
        body_of(tmp_path, file)
