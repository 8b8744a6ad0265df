"""HCL blocks of the observability module."""

from pydantic import Field

from modules.foundation.settings import Settings
from modules.observability.alarms.settings import AlarmsSettings


class ObservabilityBlocks(Settings):
    """The blocks that the observability module builds."""

    alarms: AlarmsSettings | None = Field(
        default=None,
        description="Alarm topics by severity, and the functions that they invoke. Without it, there are none.",
    )
