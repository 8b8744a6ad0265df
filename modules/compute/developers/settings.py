"""The `developers` block: what developers reach in the VPC, through a task that lives as long as their session."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.compute.keys.images import SidecarImage, is_public
from modules.compute.keys.instance_types import Architecture
from modules.data.database.keys.access import DatabaseAccess
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, TieredSettings, each_once, tiered

#: AWS's own image, in [Amazon ECR Public Gallery, amazonlinux](https://gallery.ecr.aws/amazonlinux/amazonlinux); it
#: only has to have `sleep`. The tag follows security updates: ECS resolves it whenever a task starts.
IMAGE = "public.ecr.aws/amazonlinux/amazonlinux:2023-minimal"

Labels = Annotated[tuple[Label, ...], AfterValidator(each_once)]


class DevelopersSettings(TieredSettings):
    """The `developers` block: what `python -m ops connect` may reach from a developer's machine.

    For each connection, a small Fargate task starts in the app subnets, Session Manager forwards a local port through
    it, and the task stops with the session. There is no bastion host, no open port, and no cost between sessions; a
    task costs about 0.01 USD per hour. The security group of the tasks allows only what is listed here.
    """

    databases: dict[Label, DatabaseAccess] = Field(
        default_factory=dict,
        examples=[{"main": "read_only"}],
        description="Databases that developers may connect to, each with what their user, `gw_developers`, may do "
        "there: read_only, read_write, or migrate.",
    )
    caches: Labels = Field(default=(), examples=[["sessions"]], description="Caches that developers may connect to.")
    services: Labels = Field(
        default=(), examples=[["api"]], description="Services that developers may call, past any load balancer."
    )
    clusters: Labels = Field(
        default=(),
        examples=[["main"]],
        description="EKS clusters whose API developers may call; what they may do there is an `access` block's.",
    )
    image: SidecarImage = Field(
        default=IMAGE,
        examples=["developers:1.0.0"],
        description="The image of the tasks, which needs only `sleep`; by default Amazon Linux with security updates. "
        "Without a NAT gateway it must be a copy in a `repository`.",
    )
    architecture: Architecture = Field(
        default="arm64", description="The architecture of the image; the public one has both, and arm64 is cheaper."
    )
    maximum_hours: int = tiered(
        development=8,
        staging=4,
        production=1,
        ge=1,
        le=24,
        description="Hours after which a task ends, with its connections, even if the command that started it was "
        "killed and could not stop it: a working day in development, an incident's look in production.",
    )
    production_reason: str | None = Field(
        default=None,
        min_length=10,
        max_length=200,
        examples=["On-call engineers look into failed payments until the back office can show them"],
        description="Why developers connect in production, where the data is that of users. Without it, the block is "
        "not allowed there.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "DevelopersSettings":
        raise_findings(self._findings())
        return self

    @property
    def needed_services(self) -> tuple[str, ...]:
        """The AWS services without which a task does not start, or has no session.

        "Monitor Amazon ECS containers with ECS Exec, Considerations"; "Amazon ECR interface VPC endpoints".
        """
        return ("logs", "ssmmessages", *(() if is_public(self.image) else ("ecr.api", "ecr.dkr")))

    def _findings(self) -> Iterator[Finding]:
        if not (self.databases or self.caches or self.services or self.clusters):
            yield Finding(
                (), None, "names nothing that developers may reach", 'write databases = { main = "read_only" }'
            )
        if self.is_production and not self.production_reason:
            rule = "is not allowed in production without a production_reason: its data is that of users"
            yield Finding((), None, rule, 'write production_reason = "...", or remove the block')
