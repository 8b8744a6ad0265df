"""GitLab project paths, for blocks that give GitLab pipelines access."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import Settings

#: "GitLab, CI/CD YAML, Project path": groups and a project, separated by slashes.
_PROJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")


def _project(value: str) -> str:
    if not _PROJECT.fullmatch(value):
        raise broken_rule(
            "is not the path of a GitLab project", 'write its groups and its name, for example "community/groundwork"'
        )
    return value


#: A project's path on its GitLab server.
Project = Annotated[str, AfterValidator(_project)]


class ApplicationPipeline(Settings):
    """The pipeline of an application, which has a separate IAM role."""

    gitlab: Project = Field(
        examples=["community/agora-api"],
        description="The GitLab project, on the server of the `pipeline` block, whose jobs may assume the role.",
    )
