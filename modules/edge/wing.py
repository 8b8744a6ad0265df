"""The edge wing of one environment."""

from constructs import Construct

from modules.compute.wing import ComputeWing
from modules.edge.firewall import Firewall
from modules.edge.settings.blocks import EdgeBlocks
from modules.edge.settings.firewall import FirewallSettings
from modules.edge.settings.firewall_fitting import protected
from modules.foundation.foundation import Foundation


class EdgeWing(Construct):
    """What users reach first: the firewall."""

    def __init__(
        self, scope: Construct, id: str, *, blocks: EdgeBlocks, compute: ComputeWing, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._compute = compute
        self._foundation = foundation
        self.firewall = self._build_firewall(blocks.firewall) if blocks.firewall else None

    def _build_firewall(self, settings: FirewallSettings) -> Firewall:
        firewall = Firewall(self, "firewall", settings=settings, foundation=self._foundation)
        load_balancers = self._compute.load_balancers
        for name in protected(settings, {label: each.settings for label, each in load_balancers.items()}):
            firewall.protect(load_balancers[name], name)
        return firewall
