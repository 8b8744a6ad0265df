"""HCL blocks of the compute module."""

from pydantic import Field

from modules.compute.developers.settings import DevelopersSettings
from modules.compute.ecs.settings import EcsSettings
from modules.compute.eks.settings import EksSettings
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.repository.settings import RegistrySettings, RepositorySettings
from modules.compute.scheduled_task.settings import ScheduledTaskSettings
from modules.compute.service.settings import ServiceSettings
from modules.events.blocks import EventsBlocks
from modules.foundation.settings import Label


class ComputeBlocks(EventsBlocks):
    """The blocks that the compute module builds."""

    repository: dict[Label, RepositorySettings] = Field(
        default_factory=dict,
        description="ECR repositories, by name, in the one environment that has the images of all environments.",
    )
    registry: RegistrySettings | None = Field(
        default=None, description="The registry that images are pulled from; by default this account's."
    )
    ecs: dict[Label, EcsSettings] = Field(
        default_factory=dict, description="ECS clusters for services and scheduled tasks, by name."
    )
    eks: dict[Label, EksSettings] = Field(
        default_factory=dict, description="EKS clusters, by name; for an upgrade, add a new cluster beside the old one."
    )
    load_balancer: dict[Label, LoadBalancerSettings] = Field(
        default_factory=dict, description="Application Load Balancers, internet-facing or internal, by name."
    )
    service: dict[Label, ServiceSettings] = Field(
        default_factory=dict, description="ECS services, by name: containers that run all the time."
    )
    scheduled_task: dict[Label, ScheduledTaskSettings] = Field(
        default_factory=dict, description="Commands that run as ECS tasks on a schedule, by name."
    )
    developers: DevelopersSettings | None = Field(
        default=None, description="What developers reach from their machines; by default nothing."
    )

    @property
    def has_session_hosts(self) -> bool:
        """Whether Session Manager connects to instances: of a cluster, or the VPN's."""
        hosts = [*(each.ec2 for each in self.ecs.values()), *self.eks.values()]
        return self.vpn is not None or any(each and each.session_manager for each in hosts)
