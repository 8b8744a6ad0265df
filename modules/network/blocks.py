"""HCL blocks of the network module."""

from pydantic import Field

from modules.foundation.blocks import EnvironmentKeys
from modules.foundation.settings import Label
from modules.network.vpc.settings import NetworkSettings
from modules.network.zone.settings import ZoneSettings


class NetworkBlocks(EnvironmentKeys):
    """The blocks that the network module builds."""

    network: NetworkSettings | None = Field(default=None, description="The VPC.")
    zone: dict[Label, ZoneSettings] = Field(default_factory=dict, description="Public DNS zones, by name.")
