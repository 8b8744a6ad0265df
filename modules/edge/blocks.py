"""HCL blocks of the edge module."""

from pydantic import Field

from modules.edge.firewall.settings import FirewallSettings
from modules.edge.site.settings import SiteSettings
from modules.foundation.settings import Label, Settings


class EdgeBlocks(Settings):
    """The blocks that the edge module builds."""

    firewall: FirewallSettings | None = Field(
        default=None, description="The web application firewall of the load balancers and the site."
    )
    site: dict[Label, SiteSettings] = Field(
        default_factory=dict, description="Sites: pages behind CloudFront, an API and media through the same names."
    )
