"""The job `touched` of the workflow: what each event plans, found by its script in a repository."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.pipeline.github import FILE
from tests.ops.pipeline.github_workflow import parsed, workflow_text

NOWHERE = "0" * 40
Find = Callable[..., set[str]]


class Repository:
    """A Git repository, in which the script runs as in a job."""

    def __init__(self, folder: Path, script: str) -> None:
        self.folder = folder
        self._script = script
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("README.md")

    def git(self, *arguments: str) -> str:
        someone = [option for key in ("name", "email") for option in ("-c", f"user.{key}=mina@agora.example")]
        done = subprocess.run(
            ["git", *someone, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, path: str) -> str:
        """Change a file, and return the commit before."""
        before = self.git("rev-parse", "HEAD") if (self.folder / "README.md").exists() else ""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (self.folder / path).open("a") as file:
            file.write("more\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"change {path}")
        return before

    def touched(self, event: str, *, before: str = "", ref_type: str = "branch", ref_name: str = "main") -> set[str]:
        """Return the environments that the script finds."""
        output = self.folder.parent / "output"
        output.write_text("")
        variables = {
            "GITHUB_EVENT_NAME": event, "GITHUB_REF_TYPE": ref_type, "GITHUB_REF_NAME": ref_name,
            "GITHUB_OUTPUT": str(output), "BEFORE": before,
        }  # fmt: skip
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._script],
            cwd=self.folder, env={**os.environ, **variables}, check=True, capture_output=True,
        )  # fmt: skip
        return {line.removesuffix("=true") for line in output.read_text().splitlines()}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for name in ("envs", "repository"):
        (tmp_path / name).mkdir()
    steps = parsed(workflow_text(tmp_path / "envs"))["jobs"]["touched"]["steps"]
    return Repository(tmp_path / "repository", steps[-1]["run"])


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("envs/dev.hcl", {"dev"}),
        # Staging and production are planned from tags.
        ("envs/staging.hcl", set()),
        ("modules/stack.py", {"dev"}),
        ("modules/data/database/settings.py", {"dev"}),
        ("modules/network/settings.py", set()),
        ("docs/note.md", set()),
    ],
)
def test_push_plans_a_development_environment_that_it_touches(
    path: str, touched: set[str], repository: Repository
) -> None:
    before = repository.commit(path)
    assert repository.touched("push", before=before) == touched


def test_push_of_several_commits_is_compared_with_the_previous_push(repository: Repository) -> None:
    before = repository.commit("envs/dev.hcl")
    repository.commit("docs/note.md")
    assert repository.touched("push", before=before) == {"dev"}


@pytest.mark.parametrize("before", [NOWHERE, "1" * 40, ""])
def test_push_without_a_known_previous_push_touches_everything(before: str, repository: Repository) -> None:
    repository.commit("docs/note.md")
    assert repository.touched("push", before=before) == {"dev"}


def test_pull_request_previews_what_it_touches_except_production(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("modules/stack.py")
    repository.git("checkout", "--quiet", "main")
    repository.commit("envs/dev.hcl")
    # What GitHub checks out.
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    assert repository.touched("pull_request", before=NOWHERE) == {"dev", "staging"}


def test_pull_request_does_not_preview_what_only_the_default_branch_touches(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("envs/staging.hcl")
    repository.git("checkout", "--quiet", "main")
    repository.commit("envs/dev.hcl")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    assert repository.touched("pull_request") == {"staging"}


@pytest.mark.parametrize(
    ("tag", "touched"),
    [
        ("v1.4.2", {"prod"}),
        ("v0.10.0", {"prod"}),
        ("v1.4.2-rc.1", {"staging"}),
        ("v1.4.2-rc.01", set()),
        ("v01.4.2", set()),
        ("v1.4", set()),
        ("v1.4.2-beta", set()),
    ],
)
def test_tag_plans_one_environment_without_comparing(tag: str, touched: set[str], repository: Repository) -> None:
    assert repository.touched("push", ref_type="tag", ref_name=tag, before=NOWHERE) == touched


@pytest.mark.parametrize("branch", ["v1.4.2", "develop"])
def test_push_to_another_branch_plans_nothing(branch: str, repository: Repository) -> None:
    before = repository.commit("envs/dev.hcl")
    assert repository.touched("push", ref_name=branch, before=before) == set()


def test_workflow_is_where_github_looks_for_it() -> None:
    assert FILE.startswith(".github/workflows/")
