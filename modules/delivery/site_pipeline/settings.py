"""The `site_pipeline` block: CodePipeline builds a site from a Git repository and publishes it."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.delivery.codebuild.keys.environment import BuildEnvironmentSettings
from modules.delivery.codebuild.keys.patterns import tag_pattern
from modules.foundation.lists import named_twice
from modules.foundation.names import Names
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import tiered

#: [CreateConnection, ConnectionName]
#: (https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html).
CONNECTION_NAME_LIMIT = 32
#: [CreatePipeline, PipelineDeclaration, name]
#: (https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html).
PIPELINE_NAME_LIMIT = 100

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+")
_FOLDER = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


def _repository(value: str) -> str:
    if not _REPOSITORY.fullmatch(value) or value.endswith(".git"):
        rule = "is not a repository: its owner and its name, without a host and without .git"
        raise broken_rule(rule, 'write one as "community/agora-web"')
    return value


def _folder(value: str) -> str:
    if not _FOLDER.fullmatch(value) or ".." in value.split("/"):
        raise broken_rule("is not a folder of the repository", 'write a relative path, "dist"')
    return value


class SitePipelineSettings(BuildEnvironmentSettings):
    """A `site_pipeline` block, labeled as the `site` that it publishes.

    CodePipeline gets the source through a connection, CodeBuild builds the pages without any permission but for its
    artifacts, and a second CodeBuild project, which runs no code of the repository, publishes them.
    """

    key_groups: ClassVar[Mapping[str, str]] = {
        "architecture": "Machine",
        "repository": "Source",
        "install": "Build and publication",
    }

    repository: Annotated[str, AfterValidator(_repository)] = Field(
        examples=["community/agora-web"],
        description="The owner and the name of the repository; in GitLab, the path of the project.",
    )
    provider_type: Literal["GitHub", "GitLab", "Bitbucket"] = Field(
        default="GitHub",
        description="Where the repository is. For a server of your own, create a connection with a host and write "
        "`connection_arn`.",
    )
    connection_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}$",
        examples=[
            "arn:aws:codeconnections:ap-northeast-2:333333333333:connection/0a1b2c3d-0000-4000-8000-000000000000"
        ],
        description="An existing connection in the environment's account. By default one for each provider is created, "
        "which somebody must confirm once in the console: `python -m ops doctor` names it.",
    )
    branch: str = Field(
        default="main",
        pattern=r"^[A-Za-z0-9._/-]{1,100}$",
        description="In development, the branch whose pushes are published. In the other tiers, only the branch that "
        "CodePipeline requires a source to have: an execution that somebody starts without a revision takes its last "
        "commit.",
    )
    tags: tuple[Annotated[str, AfterValidator(tag_pattern)], ...] = tiered(
        development=(),
        staging=("v*.*.*-rc.*",),
        production=("v*.*.*",),
        max_length=8,
        description="Patterns of Git tags, with * for any characters, whose pushes are published; none: the pushes to "
        "`branch`. In production, tags with a hyphen are prereleases, and not published.",
    )
    install: tuple[str, ...] = Field(
        default=("npm ci",), description="Commands that install what the build needs, in the repository's root."
    )
    build: tuple[str, ...] = Field(
        default=("npm run build",), min_length=1, description="Commands that build the pages."
    )
    output: Annotated[str, AfterValidator(_folder)] = Field(
        default="dist", description="The folder with the built pages, from the repository's root."
    )
    node_version: str = Field(
        default="22",
        pattern=r"^\d{1,2}$",
        examples=["22"],
        description="The major version of Node.js, which AWS's image has: 18, 20, and 22. An own `image` has its own.",
    )
    approval: bool = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether somebody must approve the pages after the build and before they are published. The topic "
        "of warnings announces it; after seven days without an answer, the execution fails.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "SitePipelineSettings":
        raise_findings([*named_twice(self, "tags"), *self._source_findings()])
        return self

    @property
    def excluded_tags(self) -> tuple[str, ...]:
        """The patterns of tags that are not published although `tags` matches them."""
        return ("*-*",) if self.is_production and self.tags else ()

    @property
    def connection_prefix(self) -> str:
        """The service in the ARN of the connection, and in the actions with it."""
        return self.connection_arn.split(":")[2] if self.connection_arn else "codeconnections"

    def _source_findings(self) -> Iterator[Finding]:
        if not self.tags and self.tier != "development":
            rule = f"would publish each push to branch {self.branch} in {self.tier}, without a release"
            yield Finding(("tags",), [], rule, 'remove it, or write the pattern of release tags, ["v*.*.*"]')
        if self.connection_arn and "provider_type" in self.model_fields_set:
            rule = "is not used: the connection has its own provider"
            yield Finding(("provider_type",), self.provider_type, rule, "remove it, or connection_arn")


def connection_name(names: Names, provider_type: str) -> str:
    """Return the name of the environment's connection to a provider."""
    return names.of(provider_type.lower(), CONNECTION_NAME_LIMIT)
