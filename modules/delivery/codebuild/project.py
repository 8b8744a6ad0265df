"""CodeBuild projects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cdktf_cdktf_provider_aws.codebuild_project import (
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectEnvironment,
    CodebuildProjectEnvironmentEnvironmentVariable,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
)
from constructs import Construct

from modules.compute.keys.images import Registry, image_reference, is_public
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.repository import pull_statements
from modules.compute.task.rights import write_logs
from modules.delivery.codebuild.keys.environment import BuildEnvironmentSettings
from modules.delivery.codebuild.network import BuildNetwork
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.resources import Resources
from modules.foundation.roles import Role
from modules.network.module import NetworkModule

#: CODEPIPELINE: source and artifacts are those of the pipeline. NO_SOURCE: the buildspec is all there is.
Source = Literal["NO_SOURCE", "CODEPIPELINE"]
#: [CreateProject, name](https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html).
NAME_LIMIT = 150
#: Minutes that a build waits for a machine; the default of 8 hours would roll out what nobody expects any more.
QUEUED_MINUTES = 60
_TYPES: Mapping[Architecture, str] = {"arm64": "ARM_CONTAINER", "x86_64": "LINUX_CONTAINER"}


@dataclass(frozen=True)
class Job:
    """What the builds of a project do."""

    description: str
    source: Source
    buildspec: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables. They must contain no secrets: the console shows them."""
    privileged: bool = False
    concurrent_build_limit: int | None = None


class Project(Construct):
    """A CodeBuild project without webhook or public badge, whose buildspec is in the environment's configuration.

    Creates: role, log group, project; with a network, what `BuildNetwork` creates.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        address: str,
        purpose: str,
        job: Job,
        settings: BuildEnvironmentSettings,
        registry: Registry,
        foundation: Foundation,
        network: NetworkModule | None = None,
    ) -> None:
        """`purpose` is the project's in names, `build-rollout`; `address` is the end of the addresses.

        With `network`, builds run in the app subnets.
        """
        super().__init__(scope, id)
        self._make = make
        self._address = address
        self._purpose = purpose
        self._job = job
        self._settings = settings
        self._registry = registry
        self._foundation = foundation
        names = foundation.names
        self.name = names.of(purpose, NAME_LIMIT)
        self.arn = f"arn:aws:codebuild:{names.region}:{names.account_id}:project/{self.name}"
        self._log_group = foundation.log_group(purpose)
        self.log_group_arn = self._log_group.arn
        self.role = self._create_role()
        self.network = self._create_network(network) if network else None
        #: The project itself, which what starts its builds waits for.
        self.ready = self._create_project()

    def start_statements(self) -> list[Statement]:
        """Return the statement to start builds of the project and to follow them, for a service that does nothing else.

        Whoever may start builds may also replace the commands, and with them do all that the project's role may.
        """
        return [allow("StartBuild", actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"], resources=[self.arn])]

    def _create_role(self) -> Role:
        settings, names = self._settings, self._foundation.names
        return Role(
            self._make,
            self._address,
            names=names,
            name=self._purpose,
            # [AWS CodeBuild User Guide, Allow CodeBuild to interact with other AWS services]
            # (https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html).
            trust_policy=assumed_by("codebuild.amazonaws.com", names.account_id, source_arn=self.arn),
            policy_name="build",
            statements=[
                write_logs(self._log_group.arn),
                *pull_statements([settings.image] if settings.image else [], self._registry),
            ],
        )

    def _create_network(self, network: NetworkModule) -> BuildNetwork:
        return BuildNetwork(
            self._make,
            self._address,
            name=self._foundation.names.of(self._purpose),
            role=self.role,
            network=network,
            names=self._foundation.names,
        )

    def _create_project(self) -> CodebuildProject:
        job, in_pipeline = self._job, self._job.source == "CODEPIPELINE"
        return self._make(
            CodebuildProject,
            self._address,
            name=self.name,
            description=job.description,
            service_role=self.role.arn,
            build_timeout=self._settings.build_timeout,
            queued_timeout=QUEUED_MINUTES,
            concurrent_build_limit=job.concurrent_build_limit,
            # Without it, CodeBuild would encrypt artifacts with the key that AWS manages for S3.
            encryption_key=self._foundation.object_key.arn if in_pipeline else None,
            source=CodebuildProjectSource(type=job.source, buildspec=self._buildspec()),
            artifacts=CodebuildProjectArtifacts(type=job.source if in_pipeline else "NO_ARTIFACTS"),
            environment=self._environment(),
            logs_config=self._logs(),
            vpc_config=self.network.config if self.network else None,
            # CodeBuild checks when a project is created that the role may create network interfaces.
            depends_on=[*self.role.ready, self._log_group.ready],
        )

    def _buildspec(self) -> str:
        """Return the buildspec with what the network requires.

        [AWS CodeBuild User Guide, Build specification reference, Syntax]
        (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html): a JSON document is a YAML document
        too. `proxy` is for a build behind a proxy that a client must be configured for.
        """
        by_proxy = self.network and self.network.logs_by_proxy
        proxy = {"proxy": {"logs": "yes", "upload-artifacts": "yes"}} if by_proxy else {}
        return json.dumps({"version": 0.2, **proxy, **self._job.buildspec}, indent=2)

    def _environment(self) -> CodebuildProjectEnvironment:
        settings, job = self._settings, self._job
        of_network = self.network.variables if self.network else {}
        image = image_reference(settings.image, self._registry) if settings.image else settings.curated_image
        # [CreateProject, ProjectEnvironment, imagePullCredentialsType]
        # (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html): CODEBUILD for AWS's
        # images, SERVICE_ROLE for an image in a private registry.
        by_role = settings.image and not is_public(settings.image)
        return CodebuildProjectEnvironment(
            type=_TYPES[settings.architecture],
            compute_type=settings.compute_type,
            image=image,
            image_pull_credentials_type="SERVICE_ROLE" if by_role else "CODEBUILD",
            privileged_mode=job.privileged,
            environment_variable=[
                CodebuildProjectEnvironmentEnvironmentVariable(name=name, value=value)
                for name, value in {**of_network, **job.variables}.items()
            ],
        )

    def _logs(self) -> CodebuildProjectLogsConfig:
        return CodebuildProjectLogsConfig(
            cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(status="ENABLED", group_name=self._log_group.name)
        )
