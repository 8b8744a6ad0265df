"""The dashboard of an environment."""

import json
from collections.abc import Iterator, Sequence

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.observability.alarms.alarms import Sources
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.dashboard.graphs import Graph, Line, Section, sections
from modules.observability.dashboard.settings import DashboardSettings, dashboard_name
from modules.observability.dashboard.widgets import (
    Widget,
    alarms_widget,
    arranged,
    evenly,
    graph_widgets,
    text_widget,
)

#: [Amazon CloudWatch User Guide, Create a billing alarm to monitor your estimated AWS charges]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html):
#: "Billing metric data is stored in the US East (N. Virginia) Region and represents worldwide charges". It is updated
#: several times a day.
BILLING = MetricSource("AWS/Billing", {"Currency": "USD"}, "us-east-1")
BILLING_PERIOD = 21_600
COSTS = Graph(
    title="Estimated charges of the account since the beginning of the month",
    unit="USD",
    lines=(Line(label="USD", of="charges", metrics={"usd": "EstimatedCharges Maximum"}, period=BILLING_PERIOD),),
    days=14,
)


class Dashboard(Construct):
    """The `dashboard` block: the states of the alarms, and graphs of all blocks that have metrics.

    Creates: a dashboard with a section for each SLO and block, from the users inward, and one for costs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DashboardSettings,
        blocks: ObservabilityBlocks,
        sources: Sources,
        alarms: Sequence[str],
        runbooks: str,
        foundation: Foundation,
    ) -> None:
        """`sources` has the metrics of all blocks, `alarms` are the ARNs of the alarms that notify somebody."""
        super().__init__(scope, id)
        self._settings = settings
        self._sources = sources
        self._runbooks = runbooks
        self._region = foundation.names.region
        rows = [[alarms_widget(alarms)]] if alarms else []
        rows += [row for section in sections(blocks) for row in self._rows(section)]
        rows += self._cost_rows() if settings.costs else []
        name = dashboard_name(foundation.names)
        foundation.resources(self, "dashboard")(
            CloudwatchDashboard, "overview", dashboard_name=name, dashboard_body=self._body(rows)
        )
        self._create_output(name)

    def _body(self, rows: Sequence[Sequence[Widget]]) -> str:
        body = {"start": f"-PT{self._settings.range_hours}H", "periodOverride": "inherit", "widgets": arranged(rows)}
        return json.dumps(body, separators=(",", ":"))

    def _rows(self, section: Section) -> Iterator[list[Widget]]:
        link = f" · [alarms]({self._runbooks}#{section.anchor})" if section.anchor else ""
        yield [text_widget(f"## {section.title}{link}")]
        sources = self._sources[section.block]
        yield evenly([each for graph in section.graphs for each in graph_widgets(graph, sources, self._region)])

    def _cost_rows(self) -> list[list[Widget]]:
        return [[text_widget("## costs")], list(graph_widgets(COSTS, {"charges": [BILLING]}, self._region))]

    def _create_output(self, name: str) -> None:
        url = f"https://{self._region}.console.aws.amazon.com/cloudwatch/home?region={self._region}"
        TerraformOutput(
            TerraformStack.of(self),
            "dashboard",
            value=f"{url}#dashboards/dashboard/{name}",
            description="The dashboard in the console of CloudWatch.",
        )
