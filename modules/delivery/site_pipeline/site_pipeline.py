"""Pipelines that build sites from a Git repository and publish them."""

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.codeconnections_connection import CodeconnectionsConnection
from cdktf_cdktf_provider_aws.codepipeline import (
    Codepipeline,
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
)
from constructs import Construct

from modules.compute.keys.images import Registry
from modules.delivery.codebuild.keys.environment import BuildEnvironmentSettings
from modules.delivery.codebuild.project import Job, Project
from modules.delivery.site_pipeline.keys.buildspecs import build_spec, publish_spec
from modules.delivery.site_pipeline.roles import artifact_statements, connection_statement, publish_statements
from modules.delivery.site_pipeline.settings import PIPELINE_NAME_LIMIT, SitePipelineSettings, connection_name
from modules.delivery.site_pipeline.stages import approval_stage, build_stage, publish_stage, source_stage, trigger
from modules.edge.site.site import Site
from modules.foundation.buckets import PrivateBucket
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by
from modules.foundation.resources import Resources
from modules.foundation.roles import Role
from modules.observability.alarms.alarms import Alarms

#: Artifacts are only handed from stage to stage; a month of them helps to compare what was published.
ARTIFACT_DAYS = 30


class Connections:
    """The environment's connections to Git providers, each created on the first use."""

    def __init__(self, make: Resources, foundation: Foundation) -> None:
        self._make = make
        self._names = foundation.names
        self._arns: dict[str, str] = {}

    def arn(self, provider_type: str) -> str:
        """Return the ARN of the connection, which is pending until somebody confirms it in the console.

        [Developer Tools console User Guide, Update a pending connection]
        (https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html).
        """
        if provider_type not in self._arns:
            name = connection_name(self._names, provider_type)
            address = f"{provider_type.lower()}_source"
            connection = self._make(CodeconnectionsConnection, address, name=name, provider_type=provider_type)
            self._arns[provider_type] = connection.arn
        return self._arns[provider_type]


class SitePipeline(Construct):
    """A `site_pipeline` block.

    Creates: bucket of artifacts; what `Project` creates, for the build and for the publication; role; pipeline.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: SitePipelineSettings,
        site: Site,
        connections: Connections,
        registry: Registry,
        alarms: Alarms | None,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._registry = registry
        self._alarms = alarms
        self._foundation = foundation
        self._make = foundation.resources(self, "site_pipeline")
        self.name = foundation.names.of(f"site-{name}", PIPELINE_NAME_LIMIT)
        self.connection_arn = settings.connection_arn or connections.arn(settings.provider_type)
        self._bucket = self._create_bucket()
        self._build = self._create_project("build", build_spec(settings), settings)
        self._publish = self._create_project("publish", publish_spec(site.publish_commands), _with_aws_image(settings))
        self._publish.role.add_statements(*publish_statements(site, foundation.names))
        self._create_pipeline(self._create_role())

    def _create_bucket(self) -> PrivateBucket:
        foundation, purpose = self._foundation, f"site-{self._label}-artifacts"
        bucket = PrivateBucket(
            self,
            "artifacts",
            make=self._make,
            purpose=self._label,
            name=foundation.names.bucket(purpose),
            key=foundation.object_key,
            expire_after_days=ARTIFACT_DAYS,
            expire_old_versions_after_days=1,
            # Another execution builds them again.
            protected=False,
            force_destroy=True,
        )
        foundation.log_bucket.log_access_to(bucket, purpose, make=self._make, address=self._label)
        return bucket

    def _create_project(self, task: str, buildspec: Mapping[str, Any], settings: BuildEnvironmentSettings) -> Project:
        """Create the CodeBuild project for `build` or `publish`, which may read and write artifacts."""
        foundation = self._foundation
        project = Project(
            self,
            task,
            make=self._make,
            address=f"{self._label}_{task}",
            purpose=f"site-{self._label}-{task}",
            job=Job(f"Stage {task} of the pipeline of site {self._label}", "CODEPIPELINE", buildspec),
            settings=settings,
            registry=self._registry,
            foundation=foundation,
        )
        project.role.add_statements(*artifact_statements(self._bucket, foundation.object_key, foundation.names))
        return project

    def _create_role(self) -> Role:
        settings, foundation = self._settings, self._foundation
        projects = [self._build.arn, self._publish.arn]
        role = Role(
            self._make,
            self._label,
            names=foundation.names,
            name=f"site-{self._label}-pipeline",
            # [AWS CodePipeline User Guide, Manage the CodePipeline service role]
            # (https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html) names no condition
            # keys that CodePipeline sends. A role can be passed only to pipelines of its own account.
            trust_policy=assumed_by("codepipeline.amazonaws.com", None),
            policy_name="pipeline",
            statements=[
                *artifact_statements(self._bucket, foundation.object_key, foundation.names),
                connection_statement(self.connection_arn, settings.connection_prefix, settings.repository),
                allow("Builds", actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"], resources=projects),
            ],
        )
        if settings.approval and self._alarms:
            # [AWS CodePipeline User Guide, Grant Amazon SNS permissions to a CodePipeline service role]
            # (https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-service-role-permissions.html).
            self._alarms.topics["warning"].grant_publish(role)
        return role

    def _create_pipeline(self, role: Role) -> None:
        settings = self._settings
        topic = self._alarms.topics["warning"].arn if self._alarms else None
        key = CodepipelineArtifactStoreEncryptionKey(type="KMS", id=self._foundation.object_key.arn)
        self._make(
            Codepipeline,
            self._label,
            name=self.name,
            role_arn=role.arn,
            pipeline_type="V2",
            # A newer push overtakes one that waits for the approval.
            execution_mode="SUPERSEDED",
            artifact_store=[CodepipelineArtifactStore(type="S3", location=self._bucket.name, encryption_key=key)],
            stage=[
                source_stage(settings, self.connection_arn),
                build_stage(self._build.name),
                *([approval_stage(self._label, topic)] if settings.approval else []),
                publish_stage(self._publish.name),
            ],
            trigger=[trigger(settings)],
            depends_on=[*role.ready, self._bucket.ready, self._build.ready, self._publish.ready],
        )


def _with_aws_image(settings: SitePipelineSettings) -> BuildEnvironmentSettings:
    """Return the environment of the publication, which needs the AWS CLI and nothing of an own image."""
    return BuildEnvironmentSettings(
        tier=settings.tier, architecture=settings.architecture, standard_version=settings.standard_version
    )
