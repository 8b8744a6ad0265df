"""The `pipeline` block: which GitLab project may plan and apply the environment, without a key."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.refusals import Finding, broken_rule, refuse
from modules.foundation.settings import TieredSettings

#: "GitLab, CI/CD YAML, Project path": groups and a project, divided by slashes.
_PROJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_URL = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?")
_THUMBPRINT = re.compile(r"[0-9a-f]{40}")


def _project(value: str) -> str:
    if not _PROJECT.fullmatch(value):
        raise broken_rule(
            "is not the path of a GitLab project", 'write its groups and its name, "community/groundwork"'
        )
    return value


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
    project: Annotated[str, AfterValidator(_project)] = Field(
        examples=["community/groundwork"], description="The project's path on it; no other project's job is let in."
    )
    default_branch: str = Field(
        default="main",
        pattern=r"^[A-Za-z0-9._/-]{1,100}$",
        description="The protected branch that merge requests are compared with and dev is applied from.",
    )
    previews: bool = Field(
        description="Whether jobs of any branch may plan, so that a merge request shows what it would change. Whoever "
        "can push a branch can then read the environment's configuration; off by default in production.",
    )
    thumbprints: tuple[Annotated[str, AfterValidator(_thumbprint)], ...] = Field(
        default=(),
        max_length=5,
        description="Fingerprints of the server's certificate authority, for one that AWS does not trust by itself.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_tier(cls, values: Any) -> Any:
        """Set the default that depends on the tier."""
        if not isinstance(values, Mapping):
            return values
        return {"previews": values.get("tier") != "production", **values}

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
        project = f"project_path:{self.project}:ref_type"
        applied_from = f"{project}:branch:ref:{self.default_branch}" if self.is_development else f"{project}:tag:ref:v*"
        if right == "apply":
            return [applied_from]
        # Drift is looked for by a schedule, which runs on the default branch.
        planned_from = {applied_from, f"{project}:branch:ref:{self.default_branch}"}
        return [f"{project}:branch:ref:*", *sorted(planned_from)] if self.previews else sorted(planned_from)

    @property
    def is_development(self) -> bool:
        """Whether it is applied from the default branch; the others are applied from tags."""
        return self.tier == "development"
