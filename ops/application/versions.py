"""The version of a commit in an application's pipeline: its tag, or a prerelease that sorts before every release."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from modules.compute.keys.images import Image, is_prerelease
from ops.ci_job import tag_of
from ops.errors import ExitCode, OpsError
from ops.pipeline.protection import is_unprotected

_IMAGE: TypeAdapter[str] = TypeAdapter(Image)
_CANDIDATE = re.compile(r"\d+\.\d+\.\d+-rc\.\d+")
#: As in `git log --abbrev`: unique in any repository, and shorter than the limit of a tag.
_DIGITS = 12


@dataclass(frozen=True)
class Build:
    """A commit in a pipeline, and the version of its images."""

    version: str
    commit: str

    @property
    def is_release(self) -> bool:
        """Whether the version is that of a release, and not of a prerelease."""
        return not is_prerelease(f"image:{self.version}")


def build_of(environment: Mapping[str, str]) -> Build:
    """Return the version and commit of the job in which this runs.

    GitLab: [Predefined CI/CD variables reference](https://docs.gitlab.com/ci/variables/predefined_variables/). GitHub:
    [Variables reference](https://docs.github.com/en/actions/reference/workflows-and-actions/variables).

    A tag `v1.5.0-rc.1` is the version 1.5.0-rc.1. A commit on a branch is 0.0.0-dev.<pipeline>.g<commit>: a prerelease,
    which ECR deletes after some days, and which SemVer orders by the number of the pipeline. The g keeps an abbreviated
    commit of digits only from being a number, which must not begin with 0.

    Raises OpsError outside of a job, for a job without its commit or number, for a tag that is not SemVer, and for a
    tag that GitLab reports as not protected.
    """
    server: Literal["gitlab", "github"]
    if environment.get("GITLAB_CI"):
        server, sha, run = "gitlab", "CI_COMMIT_SHA", "CI_PIPELINE_IID"
        reported = environment.get("CI_COMMIT_REF_PROTECTED")
    elif environment.get("GITHUB_ACTIONS"):
        server, sha, run = "github", "GITHUB_SHA", "GITHUB_RUN_NUMBER"
        reported = environment.get("GITHUB_REF_PROTECTED")
    else:
        raise OpsError(
            "this is not a job of GitLab or GitHub, so the version is not known; in another system, the job knows it: "
            "write it to ci image and ci promote as --version 1.5.0-rc.1 --commit SHA",
            ExitCode.REFUSED,
        )
    commit, tag = _variable(environment, sha), tag_of(environment)
    if not tag:
        return Build(f"0.0.0-dev.{_variable(environment, run)}.g{commit[:_DIGITS]}", commit)
    version = version_of(tag)
    if is_unprotected(server, is_tag=True, reported=reported):
        raise OpsError(
            f"the tag {tag} is not protected, so anyone with push access could release from it; protect v* in GitLab "
            "(Settings, Repository, Protected tags), then tag again",
            ExitCode.REFUSED,
        )
    return Build(version, commit)


def _variable(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(name):
        return value
    raise OpsError(
        f"the job has no variable {name}; the server sets it, so pass it on to this command", ExitCode.REFUSED
    )


def version_of(tag: str) -> str:
    """Return the version in a Git tag. Raises OpsError if it is not a v and a SemVer version."""
    version = tag.removeprefix("v")
    if not tag.startswith("v") or not is_version(version):
        raise OpsError(
            f"the tag {tag} is not a version: write v and SemVer 2.0.0 without +build, for example v1.5.0-rc.1 for "
            f"staging and v1.5.0 for production; delete this one: git push --delete origin {tag}",
            ExitCode.REFUSED,
        )
    return version


def is_version(text: str) -> bool:
    """Return whether an image may have this tag: three numbers, and optionally a prerelease."""
    try:
        _IMAGE.validate_python(f"image:{text}")
    except ValidationError:
        return False
    return True


def newest_candidate(release: str, tags: Iterable[str]) -> str | None:
    """Return the tag `<release>-rc.<N>` with the highest N, or None."""
    candidates = [tag for tag in tags if _CANDIDATE.fullmatch(tag) and tag.startswith(f"{release}-rc.")]
    return max(candidates, key=lambda tag: int(tag.rpartition(".")[2]), default=None)
