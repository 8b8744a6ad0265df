"""The version of a job's commit."""

import re

import pytest

from ops.application.versions import Build, build_of, is_version, newest_candidate, version_of
from ops.errors import OpsError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": COMMIT, "CI_PIPELINE_IID": "45", "CI_COMMIT_REF_PROTECTED": "true"}
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": COMMIT,
    "GITHUB_RUN_NUMBER": "45",
    "GITHUB_REF_PROTECTED": "true",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_REF_NAME": "main",
}


def on_tag(server: dict[str, str], tag: str) -> dict[str, str]:
    """Return the variables of a job on a tag."""
    if "GITLAB_CI" in server:
        return {**server, "CI_COMMIT_TAG": tag}
    # GitHub reports no tag as protected: ops/pipeline/protection.py.
    return {**server, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": tag, "GITHUB_REF_PROTECTED": "false"}


@pytest.mark.parametrize("server", [GITLAB, GITHUB])
def test_tag_is_the_version(server: dict[str, str]) -> None:
    assert build_of(on_tag(server, "v1.5.0-rc.2")) == Build("1.5.0-rc.2", COMMIT)
    assert build_of(on_tag(server, "v1.5.0")).is_release


@pytest.mark.parametrize("server", [GITLAB, GITHUB])
def test_commit_on_a_branch_is_a_prerelease_of_its_pipeline(server: dict[str, str]) -> None:
    build = build_of(server)
    assert build == Build("0.0.0-dev.45.g0123456789ab", COMMIT)
    assert is_version(build.version)
    assert not build.is_release


def test_commit_of_digits_only_is_still_a_version() -> None:
    assert is_version(build_of({**GITLAB, "CI_COMMIT_SHA": "0" * 40}).version)


@pytest.mark.parametrize("tag", ["v1.5", "1.5.0", "v1.5.0+build.7", "v01.5.0", "v1.5.0-rc.01", "vnext", "v1.5.0-"])
def test_tag_that_is_no_version_is_refused(tag: str) -> None:
    with pytest.raises(OpsError, match=rf"the tag {re.escape(tag)} is not a version: write v and SemVer"):
        version_of(tag)
    with pytest.raises(OpsError, match="is not a version"):
        build_of(on_tag(GITLAB, tag))


@pytest.mark.parametrize("reported", [{"CI_COMMIT_REF_PROTECTED": "false"}, {"CI_COMMIT_REF_PROTECTED": ""}])
def test_unprotected_tag_on_gitlab_is_refused(reported: dict[str, str]) -> None:
    with pytest.raises(OpsError, match=r"the tag v1\.5\.0 is not protected.*Protected tags"):
        build_of({**on_tag(GITLAB, "v1.5.0"), **reported})


def test_tag_on_github_is_released_though_no_tag_is_reported_as_protected() -> None:
    variables = on_tag(GITHUB, "v1.5.0-rc.1")
    assert variables["GITHUB_REF_PROTECTED"] == "false"
    assert build_of(variables) == Build("1.5.0-rc.1", COMMIT)


@pytest.mark.parametrize(
    ("server", "name"),
    [(GITLAB, "CI_COMMIT_SHA"), (GITLAB, "CI_PIPELINE_IID"), (GITHUB, "GITHUB_SHA"), (GITHUB, "GITHUB_RUN_NUMBER")],
)
def test_job_without_its_commit_or_number_is_refused(server: dict[str, str], name: str) -> None:
    with pytest.raises(OpsError, match=f"the job has no variable {name}"):
        build_of({key: value for key, value in server.items() if key != name})


def test_outside_of_a_job_the_version_has_to_be_given() -> None:
    with pytest.raises(OpsError, match="write it to ci image and ci promote as --version"):
        build_of({})


def test_newest_candidate_is_by_number_and_of_this_release() -> None:
    tags = ["1.5.0-rc.9", "1.5.0-rc.10", "1.5.0-rc.10.1", "11.5.0-rc.11", "1.5.0-beta.12", "1.5.1-rc.13", "1.5.0"]
    assert newest_candidate("1.5.0", tags) == "1.5.0-rc.10"
    assert newest_candidate("2.0.0", tags) is None
