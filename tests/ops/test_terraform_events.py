"""The events in Terraform's output."""

import pytest

from ops.terraform import _Events


@pytest.mark.parametrize("line", ["Plan: 1 to add", '"api.agora.example"', "3", "null", '["a"]', '{"b": "c"}'])
def test_line_without_event_is_ignored(line: str) -> None:
    events = _Events()
    events.take(line)
    assert events == _Events()


def test_events_are_counted() -> None:
    events = _Events()
    events.take('{"type": "planned_change"}')
    events.take('{"type": "apply_start", "hook": {"resource": {"addr": "aws_lb.one"}}}')
    assert (events.total, list(events.running)) == (1, ["aws_lb.one"])
    events.take('{"type": "apply_complete", "hook": {"resource": {"addr": "aws_lb.one"}}}')
    assert (events.done, events.running) == (1, {})
