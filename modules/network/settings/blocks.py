"""The network wing's chapter of an environment file."""

from pydantic import Field

from modules.foundation.settings import Settings
from modules.network.settings.vpc import NetworkSettings


class NetworkBlocks(Settings):
    """The blocks that the network wing builds."""

    network: NetworkSettings | None = Field(default=None, description="The VPC.")
