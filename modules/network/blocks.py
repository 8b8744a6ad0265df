"""HCL blocks of the network module."""

from pydantic import Field

from modules.foundation.settings import Label, Settings
from modules.network.vpc.settings import NetworkSettings
from modules.network.zone.settings import ZoneSettings


class NetworkBlocks(Settings):
    """The blocks that the network module builds."""

    network: NetworkSettings | None = Field(default=None, description="The VPC.")
    zone: dict[Label, ZoneSettings] = Field(default_factory=dict, description="Public DNS zones, by name.")
