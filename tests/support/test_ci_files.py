"""The validation of CI files: a valid file has no problems, and each kind of problem is found."""

from pathlib import Path

import pytest
import yaml

from ops.workspace import PROJECT
from tests.support.ci_files import github_problems, gitlab_problems

VALID = """\
name: check
on:
  push:
    branches: [main]
permissions: {}
jobs:
  check:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0
        with:
          persist-credentials: false
      - run: make lint
"""


def workflow(folder: Path, text: str) -> Path:
    """Write a workflow where zizmor expects it."""
    file = folder / ".github" / "workflows" / "check.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_valid_workflow_has_no_problems(tmp_path: Path) -> None:
    assert github_problems(workflow(tmp_path, VALID)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("make lint", "echo ${{ github.event.head_commit.message }}", "template-injection"),
        ("actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0", "actions/checkout@v7", "unpinned-uses"),
        ("persist-credentials: false", "fetch-depth: 0", "artipacked"),
        ("permissions:\n      contents: read", "permissions: write-all", "excessive-permissions"),
        ("runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04", "$.jobs.check"),
    ],
)
def test_each_problem_of_a_workflow_is_found(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = github_problems(workflow(tmp_path, VALID.replace(old, new)))
    assert [each for each in found if each.startswith(problem)]


def test_gitlab_file_of_this_repository_is_valid() -> None:
    assert gitlab_problems(PROJECT / ".gitlab-ci.yml") == []


def test_unknown_value_in_gitlab_file_is_found(tmp_path: Path) -> None:
    jobs = yaml.safe_load((PROJECT / ".gitlab-ci.yml").read_text())
    jobs["check"]["interruptible"] = "sometimes"
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(yaml.safe_dump(jobs))
    assert [each for each in gitlab_problems(file) if each.startswith("$.check")]
