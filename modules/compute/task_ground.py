"""What every task of a cluster stands on."""

from dataclasses import dataclass

from modules.compute.ecs import EcsCluster
from modules.compute.settings.images import Registry
from modules.data.wing import DataWing
from modules.events.wing import EventsWing
from modules.foundation.foundation import Foundation
from modules.network.wing import NetworkWing


@dataclass(frozen=True)
class TaskGround:
    """What every task of a cluster stands on."""

    cluster: EcsCluster
    network: NetworkWing
    data: DataWing
    events: EventsWing
    registry: Registry
    foundation: Foundation
