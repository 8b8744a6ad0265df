"""HCL blocks of the observability module."""

from pydantic import Field

from modules.edge.blocks import EdgeBlocks
from modules.foundation.settings import Label
from modules.observability.alarms.settings import AlarmsSettings
from modules.observability.dashboard.settings import DashboardSettings
from modules.observability.experiment.settings import ExperimentSettings
from modules.observability.grafana.settings import GrafanaSettings
from modules.observability.slo.settings import SloSettings


class ObservabilityBlocks(EdgeBlocks):
    """The blocks that the observability module builds."""

    alarms: AlarmsSettings | None = Field(
        default=None,
        description="Whom alarms notify, and when; required in production. Every block has its alarms, with or without "
        "thresholds in here.",
    )
    slo: dict[Label, SloSettings] = Field(default_factory=dict, description="Service level objectives, by name.")
    dashboard: DashboardSettings | None = Field(
        default=None, description="A dashboard with the metrics of all blocks, beside the thresholds of their alarms."
    )
    grafana: GrafanaSettings | None = Field(
        default=None, description="An Amazon Managed Grafana workspace, which reads the account's metrics and logs."
    )
    experiment: dict[Label, ExperimentSettings] = Field(
        default_factory=dict,
        description="Chaos experiments, by name; each runs only when somebody starts it "
        "(docs/runbooks/experiments.md).",
    )
