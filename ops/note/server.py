"""The CI server that runs this job, by the variables it sets: links into its repository, and to the job.

"GitLab, Predefined CI/CD variables reference" (https://docs.gitlab.com/ci/variables/predefined_variables/) and "GitHub
Docs, Variables reference" (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops.ci_job import github_repository_url, url_of


@dataclass(frozen=True)
class Server:
    """Links to a CI server; all empty outside CI."""

    files: str = ""
    """The URL of the repository's files at the job's commit, which file paths are appended to."""
    job: str = ""
    """The URL of the job, or of the workflow run."""
    head: str = ""
    """The commit that a person pushed. The job's commit may be its merge with the target branch."""

    def link(self, file: str, line: int) -> str:
        """Return the URL of a line of a file; empty outside CI, or for a file outside the repository."""
        if not self.files or Path(file).is_absolute() or ".." in Path(file).parts:
            return ""
        return f"{self.files}/{quote(file)}#L{line}"


def server_of(commit: str = "", environment: Mapping[str, str] = os.environ) -> Server:
    """Return the links to the CI server whose variables are set. Outside CI, `commit` is the planned one."""
    if environment.get("GITLAB_CI") and environment.get("CI_PROJECT_URL"):
        commit = environment.get("CI_COMMIT_SHA") or commit
        return Server(
            files=f"{environment['CI_PROJECT_URL']}/-/blob/{commit}",
            job=environment.get("CI_JOB_URL", ""),
            head=environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or commit,
        )
    if environment.get("GITHUB_ACTIONS") and environment.get("GITHUB_REPOSITORY"):
        commit = environment.get("GITHUB_SHA") or commit
        return Server(
            files=f"{github_repository_url(environment)}/blob/{commit}",
            job=url_of(environment) or "",
            head=str(github_event(environment).get("pull_request", {}).get("head", {}).get("sha") or commit),
        )
    return Server(head=commit)


def github_event(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the event that started the workflow; empty if there is none."""
    try:
        found = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def append_to_step_summary(text: str, environment: Mapping[str, str] = os.environ) -> None:
    """Append the text to the page of the workflow run, on GitHub ("Workflow commands, Adding a job summary")."""
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a") as file:
            file.write(f"{text}\n")
