"""What every task of a cluster stands on."""

from dataclasses import dataclass

from modules.compute.ecs.cluster import EcsCluster
from modules.compute.keys.images import Registry
from modules.data.module import DataWing
from modules.events.module import EventsWing
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkWing


@dataclass(frozen=True)
class TaskGround:
    """What every task of a cluster stands on."""

    cluster: EcsCluster
    network: NetworkWing
    data: DataWing
    events: EventsWing
    registry: Registry
    foundation: Foundation
