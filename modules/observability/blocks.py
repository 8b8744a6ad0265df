"""HCL blocks of the observability module."""

from pydantic import Field

from modules.edge.blocks import EdgeBlocks
from modules.observability.alarms.settings import AlarmsSettings


class ObservabilityBlocks(EdgeBlocks):
    """The blocks that the observability module builds."""

    alarms: AlarmsSettings | None = Field(
        default=None,
        description="Alarm topics by severity, and the functions that they invoke. Without it, there are none.",
    )
