"""The version of a commit in an application's pipeline: its tag, or a prerelease that sorts before every release."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from modules.compute.keys.images import Image, is_prerelease
from ops.errors import ExitCode, OpsError

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

    Raises OpsError outside of a job, and for a tag that is not SemVer or not protected.
    """
    if environment.get("GITLAB_CI"):
        tag, commit = environment.get("CI_COMMIT_TAG", ""), environment.get("CI_COMMIT_SHA", "")
        number, is_protected = environment.get("CI_PIPELINE_IID"), environment.get("CI_COMMIT_REF_PROTECTED")
        where = "GitLab (Settings, Repository, Protected tags)"
    elif environment.get("GITHUB_ACTIONS"):
        is_tag = environment.get("GITHUB_REF_TYPE") == "tag"
        tag, commit = environment.get("GITHUB_REF_NAME", "") if is_tag else "", environment.get("GITHUB_SHA", "")
        number, is_protected = environment.get("GITHUB_RUN_NUMBER"), environment.get("GITHUB_REF_PROTECTED")
        where = "GitHub (Settings, Rules, Rulesets)"
    else:
        raise OpsError(
            "this is not a job of GitLab or GitHub; in another system, write --version 1.5.0-rc.1 --commit SHA",
            ExitCode.REFUSED,
        )
    if not tag:
        return Build(f"0.0.0-dev.{number}.g{commit[:_DIGITS]}", commit)
    version = version_of(tag)
    if is_protected != "true":
        raise OpsError(
            f"the tag {tag} is not protected, so anyone with push access could release from it; protect v* in {where}, "
            "then tag again",
            ExitCode.REFUSED,
        )
    return Build(version, commit)


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
