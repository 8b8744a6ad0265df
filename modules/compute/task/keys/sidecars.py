"""Containers of a task in addition to its main container: `sidecar` and `init` blocks, and generated sidecars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from modules.compute.keys.images import Image, SidecarImage
from modules.compute.task.keys.container import ContainerSettings
from modules.foundation.policies import Statement
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label

#: [ContainerDependency, condition](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html).
Condition = Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]


class AdditionalSettings(ContainerSettings):
    """The keys that `sidecar` and `init` blocks share."""

    key_groups: ClassVar[Mapping[str, str]] = {
        "entry_point": "Container",
        "environment": "Environment variables",
        "depends_on": "Order of starting",
        "image": "Image and its place in the task",
    }

    depends_on: dict[Label, Condition] = Field(
        default_factory=dict,
        examples=[{"proxy": "HEALTHY"}],
        description="Containers of the task for which its start waits, by name, each with the condition: START (it "
        "runs), HEALTHY (its health check passes), COMPLETE (it ended), or SUCCESS (it ended with 0). When the task "
        "stops, it stops before them.",
    )
    # [ContainerDefinition, startTimeout]
    # (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html): 2 to 120 on Fargate.
    # Without it, the agent has no limit: hasDependencyTimedOut in its source
    # (https://github.com/aws/amazon-ecs-agent/blob/master/agent/engine/dependencygraph/graph.go).
    start_timeout_seconds: int | None = Field(
        default=None,
        ge=2,
        le=120,
        description="Seconds within which it must meet the HEALTHY, COMPLETE, or SUCCESS condition of containers that "
        "wait for it; otherwise ECS stops the task. By default there is no such limit.",
    )


class SidecarSettings(AdditionalSettings):
    """A `sidecar` block: a container that runs beside the main container, in the same task, network, and log group.
    The task's security group and role apply to it too. It gets none of the main container's environment variables,
    except those of the network's proxy.
    """

    image: SidecarImage = Field(
        examples=["envoy:1.31.2"],
        description="The image: a repository and a version, or an image of the ECR Public Gallery with its version or "
        "digest, which requires a NAT gateway: it has no VPC endpoint.",
    )
    essential: bool = Field(
        default=True,
        description="Whether the task stops, and a service starts another one, when this container stops: by default "
        "the program does not run on without it, unnoticed. Write false for a container that ends, or that the program "
        "can do without.",
    )
    cpu: int | None = Field(
        default=None,
        ge=2,
        examples=[64],
        description="CPU units of the task that are reserved for it when containers compete; the main container gets "
        "those that no sidecar reserves. By default none are reserved.",
    )
    memory: int | None = Field(
        default=None,
        ge=6,
        examples=[128],
        description="MiB of the task's memory that it may use; ECS ends a container that needs more. By default it may "
        "use all of the task's memory.",
    )
    # [ContainerRestartPolicy, restartAttemptPeriod]
    # (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html): by default, ECS does
    # not restart a container that ran for less than 300 seconds.
    restart: bool = Field(
        default=False,
        description="Whether ECS restarts only this container when it ends after at least 5 minutes, before it stops "
        "the task of an essential one. By default a task with a failed container is replaced.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "SidecarSettings":
        raise_findings(self.container_findings())
        return self


class InitSettings(AdditionalSettings):
    """An `init` block: a container that must end with 0 before the main container starts, such as a migration.
    It runs in every task, also in those that scaling adds, that replace others, and that scheduled tasks start. Several
    tasks start at the same time, so what it does must be safe to run more than once, and concurrently. While a
    deployment is in progress, tasks of the previous revision still run: they must work with what it changes. If it
    fails, the task stops; a deployment in which tasks keep failing is rolled back, but what it changed is not. It gets
    the environment variables of the main container, and its own.
    """

    image: Image | None = Field(
        default=None,
        examples=["migrations:1.4.2"],
        description="The image: a repository and a version. By default the main container's, with its user; a pipeline "
        "that deploys another version replaces it in both.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "InitSettings":
        raise_findings([*self.container_findings(), *self._findings()])
        return self

    def _findings(self) -> Iterator[Finding]:
        if not (self.image or self.command or self.entry_point):
            rule = "is missing: it would run the program of the main container, and never end"
            yield Finding(("command",), None, rule, 'write a list, such as command = ["python", "-m", "migrate"]')


@dataclass(frozen=True)
class GeneratedSidecar:
    """A sidecar that a key of a block adds to its task, beside its `sidecar` blocks.

    All checks apply to it as if it were written. `TaskSettings.generated_sidecars` returns those of a task.
    """

    name: str
    """The name of the container, which no block may have."""
    key: str
    """The key or block that adds it, for messages: `traces`."""
    settings: SidecarSettings
    statements: Sequence[Statement] = ()
    """What the task's role must allow."""
    endpoints: tuple[str, ...] = ()
    """The AWS services that it calls, as named in `network.interface_endpoints`."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the main container, which the block's own values override."""
    injects_faults: bool = False
    """Whether it disturbs the other containers, which the task then must allow."""
