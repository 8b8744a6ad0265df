"""HCL blocks of the observability module."""

from pydantic import Field

from modules.foundation.settings import Settings
from modules.observability.alarms.settings import AlarmsSettings


class ObservabilityBlocks(Settings):
    """The blocks that the observability module builds."""

    alarms: AlarmsSettings | None = Field(
        default=None, description="Topics for alarms by severity, and who is told. Without it there are none."
    )
