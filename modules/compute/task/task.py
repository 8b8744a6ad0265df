"""ECS tasks, for services and scheduled tasks."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionEphemeralStorage,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from constructs import Construct

from modules.compute.keys.images import image_reference
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.repository import pull_statements
from modules.compute.task.access import TaskAccess
from modules.compute.task.container import container_definition, volumes
from modules.compute.task.context import TaskContext
from modules.compute.task.keys.members import Member, members
from modules.compute.task.rights import write_logs
from modules.compute.task.settings import TaskSettings
from modules.foundation.policies import assumed_by
from modules.foundation.roles import Role
from modules.foundation.variables import variables_for

TaskKind = Literal["service", "scheduled_task"]
#: The image of a task definition before the first push, so that everything else can be created; it never runs.
NO_IMAGE_YET = "{label}:0.0.0"
#: The names of ECS.
ARCHITECTURES: dict[Architecture, str] = {"arm64": "ARM64", "x86_64": "X86_64"}


class Task(Construct):
    """A task definition, with the containers, permissions, and network access of its settings.

    Its containers are the main one, which has the task's name, and those of `sidecar` and `init` blocks and of
    `generated_sidecars`. All have the same roles, security group, and log group.

    Creates: task execution role and task role, what `TaskAccess` creates, log group, task definition. Old revisions are
    kept: a failed deployment is rolled back to one, and a deregistered revision cannot be started.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        kind: TaskKind,
        name: str,
        settings: TaskSettings,
        context: TaskContext,
        peers: Mapping[str, tuple[str, int]],
        port: int | None = None,
    ) -> None:
        """`peers` has the host and port of each service that the settings reach."""
        super().__init__(scope, id)
        self.name = name
        self.reaches = settings.reaches
        self.full_name = f"{kind}-{name}".replace("_", "-")
        self._settings = settings
        self._context = context
        self._make = context.foundation.resources(self, kind)
        self.capacity = context.cluster.settings.capacity_of(settings.capacity)
        self._generated = settings.generated_sidecars(name, context.foundation.names)
        self._members = members(settings, name, self._generated)
        self.execution_role = self._create_role("execution")
        self.task_role = self._create_role("task")
        self.log_group = context.foundation.log_group(f"{kind.replace('_', '-')}/{name}")
        self.access = TaskAccess(
            self,
            "access",
            make=self._make,
            label=name,
            full_name=self.full_name,
            settings=settings,
            context=context,
            execution_role=self.execution_role,
            task_role=self.task_role,
        )
        if settings.search:
            context.events.searches[settings.search].subscribe(self.log_group, self.full_name)
        self._name_peers(peers)
        self._allow_start()
        self._define(kind, port)

    @property
    def security_group_id(self) -> str:
        """The security group of its tasks."""
        return self.access.security_group_id

    @property
    def image(self) -> str:
        """The main container's image; before the first push, a version that does not exist."""
        return self._settings.image or NO_IMAGE_YET.format(label=self.name)

    @property
    def image_containers(self) -> list[str]:
        """The containers that run the main container's image; a pipeline deploys a new version to all of them."""
        return [name for name, each in self._members.items() if each.runs_main_image]

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The resources that must exist before a task is started."""
        roles = [*self.execution_role.ready, *self.task_role.ready]
        return [*roles, *self.access.ready, self.log_group.ready, self._context.cluster.ready]

    def _create_role(self, use: Literal["execution", "task"]) -> Role:
        names = self._context.foundation.names
        return Role(
            self._make,
            f"{self.name}_{use}",
            names=names,
            name=f"{self.full_name}-{use}",
            # [Amazon ECS Developer Guide, Amazon ECS task IAM role]
            # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
            trust_policy=assumed_by("ecs-tasks.amazonaws.com", names.account_id),
        )

    def _name_peers(self, peers: Mapping[str, tuple[str, int]]) -> None:
        for label in self._settings.reaches:
            host, port = peers[label]
            self.access.environment |= variables_for("service", label, host=host, port=str(port))

    def _allow_start(self) -> None:
        self.execution_role.add_statements(
            *pull_statements([each.image or self.image for each in self._members.values()], self._context.registry),
            write_logs(self.log_group.arn),
        )
        self.task_role.add_statements(*(statement for each in self._generated for statement in each.statements))

    def _define(self, kind: TaskKind, port: int | None) -> None:
        settings, names = self._settings, self._context.foundation.names
        self.family = names.of(self.name if kind == "service" else self.full_name)
        #: The latest revision, in plain text.
        self.family_arn = f"arn:aws:ecs:{names.region}:{names.account_id}:task-definition/{self.family}"
        self.definition = self._make(
            EcsTaskDefinition,
            self.name,
            family=self.family,
            requires_compatibilities=[self.capacity.upper()],
            network_mode="awsvpc",
            cpu=str(settings.cpu),
            memory=str(settings.memory),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                operating_system_family="LINUX",
                cpu_architecture=ARCHITECTURES[self._context.cluster.settings.architecture],
            ),
            ephemeral_storage=(
                EcsTaskDefinitionEphemeralStorage(size_in_gib=settings.ephemeral_storage_gib)
                if settings.ephemeral_storage_gib
                else None
            ),
            volume=[
                EcsTaskDefinitionVolume(name=volume)
                for name, member in self._members.items()
                for volume in volumes(name, member).values()
            ]
            or None,
            **self._fault_injection(),
            execution_role_arn=self.execution_role.arn,
            task_role_arn=self.task_role.arn,
            container_definitions=json.dumps(
                [self._container(name, each, port) for name, each in self._members.items()]
            ),
            skip_destroy=True,
        )
        self.arn = self.definition.arn

    def _fault_injection(self) -> dict[str, Any]:
        """Return what allows a container to disturb the network of the task.

        [Use the AWS FIS aws:ecs:task actions]
        (https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html).
        """
        if not any(each.injects_faults for each in self._generated):
            return {}
        return {"enable_fault_injection": True, "pid_mode": "task"}

    def _container(self, name: str, member: Member, port: int | None) -> dict[str, Any]:
        settings = member.settings
        environment, secrets = self._variables(member)
        return container_definition(
            name=name,
            image=image_reference(member.image or self.image, self._context.registry),
            member=member,
            user=settings.user or (self._settings.user if member.runs_main_image else None),
            port=None if member.at else port,
            environment=environment,
            secrets=secrets,
            environment_files=[
                *(self.access.environment_files(self._settings) if member.is_init else []),
                *self.access.environment_files(settings),
            ],
            log_group=self.log_group.name,
            region=self._context.foundation.names.region,
        )

    def _variables(self, member: Member) -> tuple[dict[str, str], dict[str, str]]:
        """Return the environment variables of a container, and those from secrets and parameters.

        A sidecar has its own only, an init container those of the main container too.
        """
        access, settings = self.access, member.settings
        if settings is self._settings:
            generated = {name: value for each in self._generated for name, value in each.variables.items()}
            added = {name: generated[name] for name in generated.keys() - access.secrets.keys()}
            return {**added, **access.environment}, access.secrets
        values, secrets = settings.environment, access.written_secrets(settings)
        if not member.is_init:
            return {**access.proxy_variables, **values}, secrets
        return (
            {**{name: access.environment[name] for name in access.environment.keys() - secrets.keys()}, **values},
            {**{name: access.secrets[name] for name in access.secrets.keys() - values.keys()}, **secrets},
        )
