"""The edge wing's chapter of an environment file."""

from pydantic import Field

from modules.edge.settings.firewall import FirewallSettings
from modules.foundation.settings import Settings


class EdgeBlocks(Settings):
    """The blocks that the edge wing builds."""

    firewall: FirewallSettings | None = Field(
        default=None, description="The web application firewall of the load balancers and the site."
    )
