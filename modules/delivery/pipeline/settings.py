"""The `pipeline` block: which GitLab project may plan and apply the environment, without a key."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.gitlab import Project
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import TieredSettings, tiered

_URL = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?")
_THUMBPRINT = re.compile(r"[0-9a-f]{40}")


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise broken_rule("is not the address of a GitLab server", 'write https and the host, "https://gitlab.com"')
    return value


def _thumbprint(value: str) -> str:
    if not _THUMBPRINT.fullmatch(value):
        raise broken_rule("is not a SHA-1 fingerprint", "write its 40 hexadecimal digits in lower case, without colons")
    return value


class PipelineSettings(TieredSettings):
    """A `pipeline` block: GitLab's signed tokens open two roles of this environment, one to plan and one to apply."""

    gitlab_url: Annotated[str, AfterValidator(_url)] = Field(
        default="https://gitlab.com", description="The GitLab server, as its tokens name it (their issuer)."
    )
    project: Project = Field(
        examples=["community/groundwork"], description="The project's path on it; no other project's job is let in."
    )
    default_branch: str = Field(
        default="main",
        pattern=r"^[A-Za-z0-9._/-]{1,100}$",
        description="The protected branch that merge requests are compared with and dev is applied from; an "
        "application's pipeline comes in from its branch of the same name.",
    )
    previews: bool = tiered(
        development=True,
        staging=True,
        production=False,
        description="Whether jobs of any branch may plan, so that a merge request shows what it would change. "
        "Everybody who can push a branch can then read the environment's configuration.",
    )
    thumbprints: tuple[Annotated[str, AfterValidator(_thumbprint)], ...] = Field(
        default=(),
        max_length=5,
        description="Fingerprints of the server's certificate authority, for one that AWS does not trust by itself.",
    )

    @model_validator(mode="after")
    def _closed(self) -> "PipelineSettings":
        refuse(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        if self.is_production and self.previews:
            yield Finding(
                ("previews",),
                True,
                "would let the jobs of every branch read production's configuration",
                "take it out; the plan of a release tag is read before it is applied",
            )

    @property
    def host(self) -> str:
        """The server without its scheme: how IAM names the provider and its conditions."""
        return self.gitlab_url.removeprefix("https://")

    def subjects(self, right: str) -> list[str]:
        """Return whose tokens open a role, in the words of their `sub` ("GitLab, ID token authentication").

        Protected branches and tags only, but for previews: an apply job of another ref is refused by AWS itself.
        """
        applied_from = self.deploys_from(self.project)
        if right == "apply":
            return applied_from
        # Drift is looked for by a schedule, which runs on the default branch.
        planned_from = {*applied_from, self._default_branch_of(self.project)}
        previewed_from = [f"project_path:{self.project}:ref_type:branch:ref:*"] if self.previews else []
        return [*previewed_from, *sorted(planned_from)]

    def deploys_from(self, project: str) -> list[str]:
        """Return whose tokens change the environment: dev the default branch's, the others those of tags of releases.

        An application's own project rolls its services out from the same refs as this one is applied from.
        """
        return [self._default_branch_of(project) if self.is_development else _releases_of(project)]

    def builds_from(self, project: str) -> list[str]:
        """Return whose tokens push images, which go through all environments."""
        return [self._default_branch_of(project), _releases_of(project)]

    def _default_branch_of(self, project: str) -> str:
        return f"project_path:{project}:ref_type:branch:ref:{self.default_branch}"

    @property
    def is_development(self) -> bool:
        """Whether it is applied from the default branch; the others are applied from tags."""
        return self.tier == "development"


def _releases_of(project: str) -> str:
    return f"project_path:{project}:ref_type:tag:ref:v*"
