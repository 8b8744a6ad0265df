"""The edge wing's chapter of an environment file."""

from pydantic import Field

from modules.edge.firewall.settings import FirewallSettings
from modules.edge.site.settings import SiteSettings
from modules.foundation.settings import Label, Settings


class EdgeBlocks(Settings):
    """The blocks that the edge wing builds."""

    firewall: FirewallSettings | None = Field(
        default=None, description="The web application firewall of the load balancers and the site."
    )
    site: dict[Label, SiteSettings] = Field(
        default_factory=dict, description="Sites: pages behind CloudFront, an API and media through the same names."
    )
