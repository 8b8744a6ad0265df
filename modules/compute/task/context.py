"""Context of the tasks on a cluster."""

from dataclasses import dataclass

from modules.compute.ecs.cluster import EcsCluster
from modules.compute.keys.images import Registry
from modules.data.module import DataModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule


@dataclass(frozen=True)
class TaskContext:
    """The constructs that every task on a cluster uses."""

    cluster: EcsCluster
    network: NetworkModule
    data: DataModule
    events: EventsModule
    registry: Registry
    foundation: Foundation
