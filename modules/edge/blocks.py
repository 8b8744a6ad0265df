"""HCL blocks of the edge module."""

from pydantic import Field

from modules.compute.blocks import ComputeBlocks
from modules.edge.firewall.settings import FirewallSettings
from modules.edge.site.settings import SiteSettings
from modules.foundation.settings import Label


class EdgeBlocks(ComputeBlocks):
    """The blocks of the edge module."""

    firewall: FirewallSettings | None = Field(
        default=None, description="The web application firewall (AWS WAF) of the load balancers and the sites."
    )
    site: dict[Label, SiteSettings] = Field(
        default_factory=dict,
        description="Websites: pages on CloudFront, with an API and media on the same domain names.",
    )
