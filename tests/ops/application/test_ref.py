"""The commit of the infrastructure repository that jobs use."""

import subprocess
from pathlib import Path

import pytest

from ops.application.ref import commit_of
from ops.errors import OpsError


def git(folder: Path, *command: str) -> str:
    names = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *names, *command], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a commit with an annotated tag, and a newer one."""
    folder = tmp_path / "infrastructure"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "one")
    git(folder, "tag", "--annotate", "--message", "one", "v1.0.0")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "two")
    return folder


def test_tag_is_resolved_to_its_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit = git(repository, "rev-parse", "HEAD~1")
    assert commit_of("v1.0.0", repository) == commit
    assert commit_of(commit, repository) == commit
    assert "is on no branch of a remote" in capsys.readouterr().err


def test_default_is_the_current_commit(repository: Path) -> None:
    assert commit_of(None, repository) == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "ref", ["doesnotexist", "main", "HEAD", "v1.0", "f" * 40, "abc1234", "", 'a"; rm -rf / #', "--all"]
)
def test_ref_that_is_no_full_commit_and_no_tag_is_refused(repository: Path, ref: str) -> None:
    with pytest.raises(OpsError, match="is no full commit and no tag"):
        commit_of(ref, repository)


def test_folder_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="is not a Git repository"):
        commit_of("v1.0.0", tmp_path)
