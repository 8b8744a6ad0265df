"""HCL blocks of the observability module."""

from pydantic import Field

from modules.edge.blocks import EdgeBlocks
from modules.observability.alarms.settings import AlarmsSettings


class ObservabilityBlocks(EdgeBlocks):
    """The blocks that the observability module builds."""

    alarms: AlarmsSettings | None = Field(
        default=None,
        description="SNS topics for alarms. Without this block, there are none.",
    )
