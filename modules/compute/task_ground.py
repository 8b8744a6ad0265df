"""What every task of a cluster stands on."""

from dataclasses import dataclass

from modules.compute.ecs import EcsCluster
from modules.compute.settings.images import Registry
from modules.data.wing import DataWing
from modules.foundation.foundation import Foundation
from modules.network.vpc import Network


@dataclass(frozen=True)
class TaskGround:
    """What every task of a cluster stands on."""

    cluster: EcsCluster
    network: Network
    data: DataWing
    registry: Registry
    foundation: Foundation
