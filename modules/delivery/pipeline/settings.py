"""The `pipeline` block: the project or repository that may plan and apply the environment, without access keys."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.ci_servers import (
    DEFAULT_BRANCH,
    GITLAB_COM,
    ApplicationPipeline,
    Branch,
    CiProject,
    GithubId,
    GithubRepository,
    GitlabProject,
    Project,
    Repository,
    ids_together,
    one_of,
)
from modules.foundation.policies import Condition
from modules.foundation.problems import broken_rule, raise_findings
from modules.foundation.settings import NotAllowed, Settings, TieredSettings, tiered

_URL = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?")
_THUMBPRINT = re.compile(r"[0-9a-f]{40}")
_BRANCH = (
    "The protected branch that {requests} are compared with and that dev is applied from. In an application's "
    "project, jobs on the branch with this name may assume the application's roles."
)


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise broken_rule("is not the URL of a GitLab server", 'write https and the host, "https://gitlab.com"')
    return value


def _thumbprint(value: str) -> str:
    if not _THUMBPRINT.fullmatch(value):
        raise broken_rule("is not a SHA-1 fingerprint", "write its 40 hexadecimal digits in lowercase, without colons")
    return value


class GitlabSettings(Settings):
    """The `gitlab` block: jobs assume the roles with GitLab's signed tokens."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        default=GITLAB_COM, description="The URL of the GitLab server, which is the issuer of its tokens."
    )
    project: Project = Field(
        examples=["community/groundwork"],
        description="The path of the project on the server; only its jobs may assume the roles.",
    )
    default_branch: Branch = Field(
        default=DEFAULT_BRANCH,
        description=_BRANCH.format(requests="merge requests"),
    )
    thumbprints: tuple[Annotated[str, AfterValidator(_thumbprint)], ...] = Field(
        default=(),
        max_length=5,
        description="SHA-1 thumbprints of the server's certificate authority, if AWS does not trust it by default.",
    )

    @property
    def ci_project(self) -> CiProject:
        """The project, as trust policies name it."""
        return GitlabProject(self.project, self.url, self.default_branch, self.thumbprints)

    def url_of(self, file: str) -> str:
        """Return the URL of a file of the project, on the default branch."""
        return f"{self.url}/{self.project}/-/blob/{self.default_branch}/{file}"


class GithubSettings(Settings):
    """The `github` block: jobs assume the roles with GitHub's signed tokens."""

    repository: Repository = Field(
        examples=["agora/infrastructure"],
        description="The repository's owner and name on github.com; only its jobs may assume the roles.",
    )
    owner_id: GithubId | None = Field(
        default=None, examples=[123456], description="The ID of the repository's owner; see `repository_id`."
    )
    repository_id: GithubId | None = Field(
        default=None,
        examples=[456789],
        description="The repository's ID. Tokens of repositories that were created or renamed since July 15, 2026, "
        "contain both IDs; `gh api repos/OWNER/NAME --jq '.owner.id, .id'` prints them. A repository that takes over "
        "an abandoned name has another ID, so write them in any case.",
    )
    default_branch: Branch = Field(default=DEFAULT_BRANCH, description=_BRANCH.format(requests="pull requests"))

    @model_validator(mode="after")
    def _rules(self) -> "GithubSettings":
        raise_findings(ids_together(self, self.repository))
        return self

    @property
    def ci_project(self) -> CiProject:
        """The repository, as trust policies name it."""
        return GithubRepository(self.repository, self.default_branch, self.owner_id, self.repository_id)

    def url_of(self, file: str) -> str:
        """Return the URL of a file of the repository, on the default branch."""
        return f"https://github.com/{self.repository}/blob/{self.default_branch}/{file}"


class PipelineSettings(TieredSettings):
    """The `pipeline` block: jobs assume two roles, one to plan and one to apply."""

    renamed: ClassVar[Mapping[str, str]] = {
        "project": 'gitlab { project = "community/groundwork" }',
        "gitlab_url": 'gitlab { url = "https://gitlab.com" }',
        "default_branch": 'gitlab { default_branch = "main" }',
        "thumbprints": "gitlab { thumbprints = [...] }",
    }

    gitlab: GitlabSettings | None = Field(default=None, description="The GitLab project that plans and applies.")
    github: GithubSettings | None = Field(default=None, description="The GitHub repository that plans and applies.")
    previews: Annotated[
        bool,
        NotAllowed(
            (True,),
            "the jobs of every branch could read production's configuration",
            "remove it; the plan of a release tag is reviewed before it is applied",
        ),
    ] = tiered(
        development=True,
        staging=True,
        production=False,
        description="Whether jobs of any branch may plan, so that a merge or pull request shows what it would change. "
        "Everyone who can push a branch can then read the environment's configuration.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "PipelineSettings":
        raise_findings(one_of(self, "gitlab", "github"))
        return self

    @property
    def server(self) -> GitlabSettings | GithubSettings:
        """The block of the CI server."""
        server = self.gitlab or self.github
        assert server is not None
        return server

    def trusted(self, right: str, environment: str) -> Condition:
        """Return the condition of the tokens that may assume the role with this right.

        Only protected branches and tags, except for previews, so that AWS itself rejects apply jobs of other refs.
        """
        project = self.server.ci_project
        if right == "apply":
            return project.to_release(self.tier, environment)
        return project.to_plan(self.tier, previews=self.previews)


def project_of(application: ApplicationPipeline, pipeline: PipelineSettings | None) -> CiProject | None:
    """Return the application's project, on the server of the `pipeline` block or else on gitlab.com, or on GitHub.

    None if another system has an IAM role of its own.
    """
    gitlab = pipeline.gitlab if pipeline else None
    branch = pipeline.server.default_branch if pipeline else DEFAULT_BRANCH
    return application.project(gitlab.url if gitlab else GITLAB_COM, branch)
