"""The compute wing of one environment."""

from constructs import Construct

from modules.compute.settings.blocks import ComputeBlocks
from modules.data.wing import DataWing
from modules.foundation.foundation import Foundation
from modules.network.wing import NetworkWing


class ComputeWing(Construct):
    """What runs the service: load balancers, image repositories, clusters and services."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: ComputeBlocks,
        network: NetworkWing,
        data: DataWing,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._network = network
        self._data = data
        self._foundation = foundation
