"""HCL blocks of the compute module."""

from pydantic import Field

from modules.compute.ecs.settings import EcsSettings
from modules.compute.eks.settings import EksSettings
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.repository.settings import RegistrySettings, RepositorySettings
from modules.compute.scheduled_task.settings import ScheduledTaskSettings
from modules.compute.service.settings import ServiceSettings
from modules.foundation.settings import Label, Settings


class ComputeBlocks(Settings):
    """The blocks that the compute module builds."""

    repository: dict[Label, RepositorySettings] = Field(
        default_factory=dict, description="Image repositories, by name, in the one environment that keeps them."
    )
    registry: RegistrySettings | None = Field(
        default=None, description="Whose repositories images are pulled from, where it is not this account's."
    )
    ecs: dict[Label, EcsSettings] = Field(
        default_factory=dict, description="Clusters for services and scheduled tasks, by name."
    )
    eks: dict[Label, EksSettings] = Field(
        default_factory=dict, description="Kubernetes clusters, by name; a new one beside the old one is an upgrade."
    )
    load_balancer: dict[Label, LoadBalancerSettings] = Field(
        default_factory=dict, description="Application Load Balancers, internet-facing or internal, by name."
    )
    service: dict[Label, ServiceSettings] = Field(
        default_factory=dict, description="Services on the clusters: containers that run all the time, by name."
    )
    scheduled_task: dict[Label, ScheduledTaskSettings] = Field(
        default_factory=dict, description="Commands that run as tasks by rate or by the clock, by name."
    )
