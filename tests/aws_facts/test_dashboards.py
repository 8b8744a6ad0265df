"""Dashboards of every stack against the structure that CloudWatch accepts.

[Amazon CloudWatch API Reference, Dashboard Body Structure and Syntax]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html), and for
`start` of a widget [AWS CDK API Reference, SingleValueWidget]
(https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.SingleValueWidget.html).
"""

import json
from itertools import combinations
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from local_aws.cloudwatch_expressions import Expression
from tests.aws_facts.stack import Stack

Id = Annotated[str, Field(pattern=r"^[a-z]\w*$")]
Period = Annotated[int, Field(ge=60, multiple_of=60)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Start = Annotated[str, Field(pattern=r"^-P(T\d+[MH]|\d+[DWM])$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Rendering(Strict):
    id: Id
    stat: Annotated[str, Field(pattern=r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d\d|PR\(:[\d.]+\))$")]
    period: Period
    label: str | None = None
    visible: bool = True


class Calculated(Strict):
    expression: str
    id: Id
    label: str
    period: Period
    region: str


class Annotation(Strict):
    label: str
    value: float
    color: Color


class Annotations(Strict):
    horizontal: list[Annotation] = Field(min_length=1)


class Axis(Strict):
    label: str
    min: float
    show_units: bool


class Graphed(Strict):
    title: str
    region: str
    metrics: list[list[Any]] = Field(min_length=1, max_length=500)
    view: Literal["timeSeries", "singleValue"]
    y_axis: dict[Literal["left", "right"], Axis] | None = None
    annotations: Annotations | None = None
    start: Start | None = None

    @model_validator(mode="after")
    def _metrics_fit(self) -> "Graphed":
        single = [Rendering.model_validate(each[-1]) for each in self.metrics if isinstance(each[0], str)]
        for each in self.metrics:
            assert len(each) == 1 or (len(each) % 2 and all(isinstance(part, str) for part in each[:-1])), each
            assert len(each) <= 2 * 30 + 3, "a metric has up to 30 dimensions"
        calculated = [Calculated.model_validate(each[0]) for each in self.metrics if len(each) == 1]
        ids = [*(each.id for each in single), *(each.id for each in calculated)]
        assert len(set(ids)) == len(ids), f"an id is there twice: {ids}"
        used = {name for each in calculated for name in Expression(each.expression).names}
        assert used <= set(ids), f"no metric has the ids {used - set(ids)}"
        assert {each.id for each in single if not each.visible} <= used, "a hidden metric is not used"
        return self


class Placed(Strict):
    x: int = Field(ge=0, le=23)
    y: int = Field(ge=0)
    width: int = Field(ge=1, le=24)
    height: int = Field(ge=1, le=1000)

    def overlaps(self, other: "Placed") -> bool:
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


class MetricWidget(Placed):
    type: Literal["metric"]
    properties: Graphed


class Text(Strict):
    markdown: str


class TextWidget(Placed):
    type: Literal["text"]
    properties: Text


class Alarms(Strict):
    title: str
    alarms: list[str] = Field(min_length=1, max_length=100)
    sort_by: Literal["default", "stateUpdatedTimestamp", "timestamp"]


class AlarmWidget(Placed):
    type: Literal["alarm"]
    properties: Alarms


class Body(Strict):
    start: Start
    period_override: Literal["auto", "inherit"]
    widgets: list[Annotated[MetricWidget | TextWidget | AlarmWidget, Field(discriminator="type")]] = Field(
        max_length=500
    )

    @model_validator(mode="after")
    def _widgets_fit(self) -> "Body":
        assert all(each.x + each.width <= 24 for each in self.widgets), "a widget is wider than the grid"
        assert not [pair for pair in combinations(self.widgets, 2) if pair[0].overlaps(pair[1])], "widgets overlap"
        return self


def bodies(stacks: list[Stack]) -> list[dict[str, Any]]:
    found = [each for stack in stacks for each in stack.of_type("aws_cloudwatch_dashboard")]
    return [json.loads(each.block["dashboard_body"]) for each in found]


def test_dashboards_of_every_stack_have_the_structure_of_cloudwatch(stacks: list[Stack]) -> None:
    found = bodies(stacks)
    assert found
    for body in found:
        TypeAdapter(Body).validate_python(body)


@pytest.mark.parametrize(
    ("widget", "fault"),
    [
        ({"x": 20}, "wider than the grid"),
        ({"x": 4}, "widgets overlap"),
        ({"properties": {"region": "us-east-1"}}, "Field required"),
        ({"type": "graph"}, "does not match any of the expected tags"),
    ],
)
def test_wrong_widget_is_found(widget: dict[str, Any], fault: str) -> None:
    metric = ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs", {"id": "m1", "stat": "Sum", "period": 60}]
    properties = {"title": "Sent", "region": "us-east-1", "view": "timeSeries", "metrics": [metric]}
    correct = {"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": properties}
    body = {"start": "-PT3H", "periodOverride": "inherit", "widgets": [correct, {**correct, "x": 6, **widget}]}
    with pytest.raises(ValidationError, match=fault):
        TypeAdapter(Body).validate_python(body)
