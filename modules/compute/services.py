"""All services and scheduled tasks of an environment, and the calls between them."""

from collections.abc import Mapping
from functools import cached_property

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.compute.blocks import ComputeBlocks
from modules.compute.ecs.cluster import EcsCluster
from modules.compute.keys.images import Registry
from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.compute.scheduled_task.scheduled_task import ScheduledTask
from modules.compute.scheduled_task.settings import ScheduledTaskSettings
from modules.compute.service.discovery import ServiceNames
from modules.compute.service.keys.names import service_host
from modules.compute.service.service import Attachment, Service
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.context import TaskContext
from modules.compute.task.settings import TaskSettings
from modules.compute.task.task import Task
from modules.data.module import DataModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup
from modules.network.module import NetworkModule


class Services(Construct):
    """Services and scheduled tasks, by name, on clusters and behind load balancers.

    Creates: what `Service` and `ScheduledTask` create; the namespace of services that have a DNS name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: ComputeBlocks,
        clusters: Mapping[str, EcsCluster],
        load_balancers: Mapping[str, LoadBalancer],
        registry: Registry,
        network: NetworkModule,
        data: DataModule,
        events: EventsModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._clusters = clusters
        self._load_balancers = load_balancers
        self._registry = registry
        self._network = network
        self._data = data
        self._events = events
        self._foundation = foundation
        self.services = {name: self._build_service(name, settings) for name, settings in blocks.service.items()}
        self._own_tasks: dict[str, Task] = {}
        self.scheduled_tasks = {
            name: self._build_scheduled_task(name, settings) for name, settings in blocks.scheduled_task.items()
        }
        self._allow_calls()
        if self.services:
            self._create_outputs()

    @property
    def log_groups(self) -> list[LogGroup]:
        """The log groups of all tasks."""
        return [task.log_group for task in self._all_tasks()]

    @cached_property
    def names(self) -> ServiceNames:
        """The namespace of services, created for the first service that needs a DNS name."""
        return ServiceNames(self, "names", network=self._network.vpc, foundation=self._foundation)

    def _build_service(self, name: str, settings: ServiceSettings) -> Service:
        return Service(
            self,
            f"service-{name}",
            name=name,
            settings=settings,
            context=self._context(settings),
            attachments=self._attachments(name),
            peers=self._peers(settings),
            service_names=self.names if name in self._reached else None,
        )

    def _build_scheduled_task(self, name: str, settings: ScheduledTaskSettings) -> ScheduledTask:
        service = self.services[settings.service] if settings.service else None
        task = service.task if service else self._build_task(name, settings)
        owner: TaskSettings = service.settings if service else settings
        return ScheduledTask(
            self,
            f"scheduled-task-{name}",
            name=name,
            settings=settings,
            task=task,
            has_image=owner.image is not None,
            context=self._context(owner),
        )

    def _build_task(self, name: str, settings: ScheduledTaskSettings) -> Task:
        self._own_tasks[name] = Task(
            self,
            f"task-{name}",
            kind="scheduled_task",
            name=name,
            settings=settings,
            context=self._context(settings),
            peers=self._peers(settings),
        )
        return self._own_tasks[name]

    def _context(self, settings: TaskSettings) -> TaskContext:
        cluster = self._clusters[settings.cluster]
        return TaskContext(cluster, self._network, self._data, self._events, self._registry, self._foundation)

    def _attachments(self, name: str) -> list[Attachment]:
        rules_by_label = {label: settings.rules_to(name) for label, settings in self._blocks.load_balancer.items()}
        return [
            Attachment(label, self._load_balancers[label], rules) for label, rules in rules_by_label.items() if rules
        ]

    def _peers(self, settings: TaskSettings) -> dict[str, tuple[str, int]]:
        environment = self._foundation.names.environment
        return {
            label: (service_host(label, environment), self._blocks.service[label].port or 0)
            for label in settings.reaches
        }

    @cached_property
    def _reached(self) -> set[str]:
        """The services that have a DNS name in the VPC."""
        callers: list[TaskSettings] = [*self._blocks.service.values(), *self._blocks.scheduled_task.values()]
        discovered = {name for name, settings in self._blocks.service.items() if settings.discovery}
        called = self._blocks.developers.services if self._blocks.developers else ()
        return discovered.union(called, *(caller.reaches for caller in callers))

    def _all_tasks(self) -> list[Task]:
        return [*(service.task for service in self.services.values()), *self._own_tasks.values()]

    def _allow_calls(self) -> None:
        """Open both security groups after all services are created: two services may call each other."""
        for task in self._all_tasks():
            for label in task.reaches:
                callee = self.services[label]
                callee.allow_ingress_from(task.security_group_id, task.full_name)
                task.access.allow_egress_to(callee.task.security_group_id, callee.port, f"service_{label}")

    def _create_outputs(self) -> None:
        stack, environment = TerraformStack.of(self), self._foundation.names.environment
        outputs = {
            name: {
                "service": service.name,
                "family": service.task.family,
                "image_containers": service.task.image_containers,
                "log_group": service.task.log_group.name,
                "owned_by": service.settings.owned_by,
                "host": service_host(name, environment) if name in self._reached else None,
            }
            for name, service in self.services.items()
        }
        TerraformOutput(
            stack, "services", value=outputs, description="Services by name, with what `aws ecs` and a pipeline need."
        )
        without_image = {
            name: f"push an image to {self._registry.host}, then write service.{name}.image"
            for name, service in self.services.items()
            if service.settings.image is None
        }
        if without_image:
            TerraformOutput(
                stack,
                "services_without_image",
                value=without_image,
                description="Services of which no task runs yet, since there is no image.",
            )
