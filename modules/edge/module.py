"""The edge module of one environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.compute.module import ComputeModule
from modules.data.module import DataModule
from modules.edge.blocks import EdgeBlocks
from modules.edge.firewall.checks import protected
from modules.edge.firewall.firewall import Firewall
from modules.edge.firewall.settings import FirewallSettings
from modules.edge.site.settings import SiteSettings
from modules.edge.site.site import Site
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule


class EdgeModule(Construct):
    """The web application firewall and the sites, the latter by the labels of their blocks."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: EdgeBlocks,
        network: NetworkModule,
        data: DataModule,
        events: EventsModule,
        compute: ComputeModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._network = network
        self._data = data
        self._events = events
        self._compute = compute
        self._foundation = foundation
        self.firewall = self._build_firewall(blocks.firewall) if blocks.firewall else None
        self.sites = {name: self._build_site(name, settings) for name, settings in blocks.site.items()}
        self._create_outputs()

    def _build_firewall(self, settings: FirewallSettings) -> Firewall:
        search = self._events.searches[settings.search] if settings.search else None
        firewall = Firewall(self, "firewall", settings=settings, log_search=search, foundation=self._foundation)
        load_balancers = self._compute.load_balancers
        for name in protected(settings, {label: each.settings for label, each in load_balancers.items()}):
            firewall.protect(load_balancers[name], name)
        return firewall

    def _build_site(self, name: str, settings: SiteSettings) -> Site:
        return Site(
            self,
            f"site-{name}",
            name=name,
            settings=settings,
            load_balancer=self._compute.load_balancers[settings.api.load_balancer] if settings.api else None,
            media={label: self._data.buckets[media.bucket] for label, media in settings.media.items()},
            web_acl_arn=self.firewall.for_cloudfront.arn if self.firewall else None,
            network=self._network,
            foundation=self._foundation,
        )

    def _create_outputs(self) -> None:
        if self.sites:
            outputs = {
                name: {
                    "names": list(site.settings.names),
                    "distribution_id": site.distribution_id,
                    "domain_name": site.domain_name,
                    "bucket": site.bucket.name,
                    "publish": site.publish_commands,
                }
                for name, site in self.sites.items()
            }
            TerraformOutput(
                TerraformStack.of(self),
                "sites",
                value=outputs,
                description="Sites by name, and what a pipeline runs to publish one.",
            )
