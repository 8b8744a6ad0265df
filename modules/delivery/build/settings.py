"""The `build` block: a CodeBuild project in the VPC, such as a rolling update on a private EKS cluster."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.compute.eks.keys.kubernetes import Namespace
from modules.delivery.codebuild.keys.environment import BuildEnvironmentSettings
from modules.delivery.codebuild.keys.patterns import tag_pattern
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings, each_once

#: [Kubernetes, Initial namespaces]
#: (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces).
SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _deployed_namespace(value: str) -> str:
    if value in SYSTEM_NAMESPACES:
        rule = "is a namespace of Kubernetes itself: whoever may edit it can take over the cluster"
        raise broken_rule(rule, 'write the namespace of the application, "payments"')
    return value


def _object_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        rule = "is not a name in Kubernetes: at most 63 lowercase letters, digits, and hyphens"
        raise broken_rule(rule, 'write one as "api"')
    return value


ObjectName = Annotated[str, AfterValidator(_object_name)]


class RolloutSettings(Settings):
    """The `eks` block: the namespace that the build may change, and the deployment whose image it sets."""

    cluster: Label = Field(examples=["main"], description="The `eks` block of the cluster.")
    namespace: Annotated[Namespace, AfterValidator(_deployed_namespace)] = Field(
        examples=["payments"],
        description="The only namespace to which the build has access, with AmazonEKSEditPolicy: it may change what "
        "runs there and read its secrets, but not its roles and quotas.",
    )
    deployment: ObjectName | None = Field(
        default=None,
        examples=["api"],
        description="The deployment that the build updates, unless there are `commands`. It must exist.",
    )
    container: ObjectName | None = Field(
        default=None,
        examples=["api"],
        description="The container of the deployment that gets the image; by default the one with the deployment's "
        "name.",
    )


class BuildSettings(BuildEnvironmentSettings):
    """A `build` block: a CodeBuild project that runs in the app subnets and reaches what is private there.

    It runs when an image is pushed, or when an application's own pipeline starts it. With an `eks` block and without
    `commands`, it sets the image of a deployment, waits until the new pods are ready, and otherwise goes back to the
    previous image and fails. Failed builds notify the topic of warnings.
    """

    repository: Label | None = Field(
        default=None,
        examples=["api"],
        description="The `repository` of the images that the build rolls out, or that it builds.",
    )
    tags: Annotated[tuple[Annotated[str, AfterValidator(tag_pattern)], ...], AfterValidator(each_once)] = Field(
        default=(),
        max_length=8,
        examples=[["*.*.*"]],
        description="Patterns of image tags, with * for any characters: a push to `repository` with such a tag starts "
        "a build, with the tag in IMAGE_TAG. All environments of an account get its pushes. Production's roll-out "
        "refuses prereleases.",
    )
    started_by: ApplicationPipeline | None = Field(
        default=None,
        description="The pipeline whose jobs may start the build as it is, with an image tag in IMAGE_TAG, and follow "
        "it. The outputs contain the ARN of the role.",
    )
    eks: RolloutSettings | None = Field(default=None, description="The cluster that the build changes.")
    commands: tuple[str, ...] = Field(
        default=(),
        examples=[["./migrate.sh"]],
        description="Commands in Bash, one after another until one fails, in place of the rolling update. There is no "
        "source: what they need is in `image`, or they fetch it. Variables have no braces: $NAME.",
    )
    variables: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"LOG_LEVEL": "info"}],
        description="Environment variables of the commands. They are visible in the console: no secrets.",
    )
    builds_images: bool = Field(
        default=False,
        description="Whether the commands build images with Docker and push them to `repository`. Docker needs "
        "privileged mode, in which a build has root access to its machine.",
    )
    concurrent_build_limit: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="The number of builds at the same time. CodeBuild rejects further ones, so not together with "
        "`tags`: the image would not be rolled out.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "BuildSettings":
        raise_findings([*self._start_findings(), *self._work_findings(), *self._variable_findings()])
        return self

    @property
    def rolls_out(self) -> bool:
        """Whether the build does the rolling update of its `eks` block."""
        return self.eks is not None and not self.commands

    def _start_findings(self) -> Iterator[Finding]:
        if self.tags and not self.repository:
            yield Finding(("tags",), list(self.tags), "are tags of no repository", 'write repository = "api"')
        if self.tags and self.builds_images:
            rule = "would start another build with each image that the build pushes"
            yield Finding(("tags",), list(self.tags), rule, "remove them, or builds_images")
        if self.tags and self.concurrent_build_limit:
            rule = "would lose pushes: CodeBuild rejects a build above the limit, and nothing starts it again"
            yield Finding(("concurrent_build_limit",), self.concurrent_build_limit, rule, "remove it")

    def _work_findings(self) -> Iterator[Finding]:
        if not self.commands and not self.eks:
            yield Finding((), None, "does nothing", "write commands = [...], or an `eks` block")
        if self.eks and self.rolls_out and not self.eks.deployment:
            rule = "has no deployment to update, and there are no commands"
            yield Finding(("eks",), None, rule, 'write deployment = "api", or commands = [...]')
        if self.eks and self.commands and (self.eks.deployment or self.eks.container):
            key = "deployment" if self.eks.deployment else "container"
            rule = "is not used: the commands replace the rolling update"
            yield Finding(("eks", key), getattr(self.eks, key), rule, "remove it, or the commands")
        if self.rolls_out and not self.repository:
            yield Finding((), None, "has no repository whose image it could roll out", 'write repository = "api"')
        if self.builds_images and not (self.commands and self.repository):
            rule = "would be privileged although nothing is built: that needs `commands` and the `repository`"
            yield Finding(("builds_images",), True, rule, "remove it, or write both")

    def _variable_findings(self) -> Iterator[Finding]:
        for name in self.variables:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith(("CODEBUILD_", "AWS_")):
                rule = "is not the name of an own variable: letters, digits, and _, and not CODEBUILD_ or AWS_ first"
                yield Finding(("variables", name), None, rule, "write another name")
