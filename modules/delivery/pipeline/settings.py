"""The `pipeline` block: the GitLab project that may plan and apply the environment, without access keys."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from modules.foundation.gitlab import Project
from modules.foundation.problems import broken_rule
from modules.foundation.settings import NotAllowed, Settings, TieredSettings, tiered

_URL = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?")
_THUMBPRINT = re.compile(r"[0-9a-f]{40}")


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
        default="https://gitlab.com", description="The URL of the GitLab server, which is the issuer of its tokens."
    )
    project: Project = Field(
        examples=["community/groundwork"],
        description="The path of the project on the server; only its jobs may assume the roles.",
    )
    default_branch: str = Field(
        default="main",
        pattern=r"^[A-Za-z0-9._/-]{1,100}$",
        description="The protected branch that merge requests are compared with and that dev is applied from. In an "
        "application's project, jobs on the branch with this name may assume the application's roles.",
    )
    thumbprints: tuple[Annotated[str, AfterValidator(_thumbprint)], ...] = Field(
        default=(),
        max_length=5,
        description="SHA-1 thumbprints of the server's certificate authority, if AWS does not trust it by default.",
    )

    @property
    def host(self) -> str:
        """The server's URL without the scheme, as in the names of the IAM provider and its condition keys."""
        return self.url.removeprefix("https://")

    def url_of(self, file: str) -> str:
        """Return the URL of a file of the project, on the default branch."""
        return f"{self.url}/{self.project}/-/blob/{self.default_branch}/{file}"


class PipelineSettings(TieredSettings):
    """The `pipeline` block: jobs assume two roles, one to plan and one to apply."""

    renamed: ClassVar[Mapping[str, str]] = {
        "project": 'gitlab { project = "community/groundwork" }',
        "gitlab_url": 'gitlab { url = "https://gitlab.com" }',
        "default_branch": 'gitlab { default_branch = "main" }',
        "thumbprints": "gitlab { thumbprints = [...] }",
    }

    gitlab: GitlabSettings = Field(description="The GitLab project that plans and applies.")
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
        description="Whether jobs of any branch may plan, so that a merge request shows what it would change. Everyone "
        "who can push a branch can then read the environment's configuration.",
    )

    def subjects(self, right: str) -> list[str]:
        """Return the `sub` claims of tokens that may assume a role.

        [GitLab, ID token authentication](https://docs.gitlab.com/ci/secrets/id_token_authentication/). Only protected
        branches and tags, except for previews, so that AWS itself rejects apply jobs of other refs.
        """
        applied_from = self.deploys_from(self.gitlab.project)
        if right == "apply":
            return applied_from
        # The scheduled drift job runs on the default branch.
        planned_from = {*applied_from, self._default_branch_of(self.gitlab.project)}
        previewed_from = [f"project_path:{self.gitlab.project}:ref_type:branch:ref:*"] if self.previews else []
        return [*previewed_from, *sorted(planned_from)]

    def deploys_from(self, project: str) -> list[str]:
        """Return the subjects that may change the environment: the default branch for dev, release tags for others.

        An application's project deploys its services from the same refs.
        """
        return [self._default_branch_of(project) if self.is_development else _releases_of(project)]

    def builds_from(self, project: str) -> list[str]:
        """Return the subjects that may push images, which all environments use."""
        return [self._default_branch_of(project), _releases_of(project)]

    def _default_branch_of(self, project: str) -> str:
        return f"project_path:{project}:ref_type:branch:ref:{self.gitlab.default_branch}"

    @property
    def is_development(self) -> bool:
        """Whether the environment is applied from the default branch; the others are applied from tags."""
        return self.tier == "development"


def _releases_of(project: str) -> str:
    return f"project_path:{project}:ref_type:tag:ref:v*"
