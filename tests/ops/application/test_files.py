"""The CI files: valid by their schemas, without findings of the linter, and with the permissions that they need."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.environment_files import load
from ops.application import github, gitlab
from ops.application.releases import application_of
from ops.application.source import source_of
from ops.application.writing import write
from ops.errors import OpsError
from ops.workspace import PROJECT
from tests.ops.test_printed_commands import parse
from tests.support.ci_files import github_problems, gitlab_problems

REF = "f" * 40
GITLAB_PROJECT, GITHUB_REPOSITORY = 'gitlab = "community/agora-api"', 'github = "agora/api"'
INFRASTRUCTURE = (
    'gitlab {\n    project = "community/groundwork"', 'github {\n    repository = "community/groundwork"'
)  # fmt: skip


def envs_of(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the committed environments with these changes, and return their folder."""
    for path in [*(PROJECT / "envs").glob("*.hcl"), *(PROJECT / "envs" / "accounts").glob("*.hcl")]:
        text = path.read_text()
        for old, new in changes:
            text = text.replace(old, new)
        target = folder / path.relative_to(PROJECT / "envs")
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
    return folder


def gitlab_text(envs: Path) -> str:
    files = load(envs)
    application = application_of(files, ["api"], "gitlab")
    source = source_of(files, application, PROJECT / "envs", REF)
    return gitlab.pipeline(application, source)


def github_text(envs: Path) -> str:
    files = load(envs)
    application = application_of(files, ["api"], "github")
    return github.pipeline(application, source_of(files, application, PROJECT / "envs", REF))


def written(folder: Path, text: str, name: str) -> Path:
    return write(text, folder, name, force=False)


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(gitlab_text(PROJECT / "envs"))
    return document


@pytest.fixture
def workflow(tmp_path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(github_text(envs_of(tmp_path, (GITLAB_PROJECT, GITHUB_REPOSITORY))))
    return document


WITHOUT_STAGING = (f"  deployed_by {{\n    {GITLAB_PROJECT}\n  }}\n", "")


@pytest.mark.parametrize("infrastructure", [(), (INFRASTRUCTURE,)], ids=["gitlab", "github"])
def test_gitlab_file_is_valid(tmp_path: Path, infrastructure: tuple[tuple[str, str], ...]) -> None:
    (tmp_path / "envs").mkdir()
    text = gitlab_text(envs_of(tmp_path / "envs", *infrastructure))
    assert gitlab_problems(written(tmp_path, text, gitlab.FILE)) == []
    assert "<<" not in text
    assert max(map(len, text.splitlines())) < 180


@pytest.mark.parametrize("infrastructure", [(), (INFRASTRUCTURE,)], ids=["gitlab", "github"])
def test_github_file_is_valid_and_has_no_findings(tmp_path: Path, infrastructure: tuple[tuple[str, str], ...]) -> None:
    (tmp_path / "envs").mkdir()
    envs = envs_of(tmp_path / "envs", (GITLAB_PROJECT, GITHUB_REPOSITORY), *infrastructure)
    text = github_text(envs)
    assert github_problems(written(tmp_path, text, github.FILE)) == []
    assert "<<" not in text


def scripts(job: dict[str, Any]) -> Iterator[str]:
    yield from (step["run"] for step in job["steps"] if "run" in step)


def test_github_scripts_contain_no_expression(workflow: dict[str, Any]) -> None:
    texts = [text for job in workflow["jobs"].values() for text in scripts(job)]
    assert texts
    assert not [text for text in texts if "${{" in text]


COMMAND = re.compile(r"(?:^|[(\s])(?:groundwork|\.venv/bin/python -m ops) ((?:ci|release)[^>)\n]*)")


def test_commands_of_the_files_exist(jobs: dict[str, Any], workflow: dict[str, Any]) -> None:
    lines = [line for job in jobs.values() if "script" in job for line in job["script"]]
    texts = [*lines, *(text for job in workflow["jobs"].values() for text in scripts(job))]
    commands = {match[1].strip() for text in texts for match in COMMAND.finditer(text)}
    names = {" ".join(each.split()[:2]) for each in commands}
    assert names == {"ci image", "ci promote", "ci version", "ci approved", "release api"}
    for each in commands:
        parse(each)


def test_github_actions_have_a_hash(workflow: dict[str, Any]) -> None:
    used = {step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step}
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in used)


def test_github_jobs_have_only_the_permissions_they_need(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    with_token = {name for name, job in workflow["jobs"].items() if "id-token" in job["permissions"]}
    assert with_token == {"image-api", "promote", "release-dev", "release-staging", "release-prod"}
    assert {value for job in workflow["jobs"].values() for value in job["permissions"].values()} == {"read", "write"}
    keys = {key for name, job in workflow["jobs"].items() if name != "release-prod" for key in job["permissions"]}
    assert keys == {"contents", "id-token"}


def test_github_release_to_production_requires_reviewers_first(workflow: dict[str, Any]) -> None:
    job = workflow["jobs"]["release-prod"]
    assert job["permissions"] == {"contents": "read", "id-token": "write", "actions": "read"}
    step = job["steps"][-1]
    assert step["env"] == {"GITHUB_TOKEN": "${{ github.token }}"}
    assert step["run"].startswith(".venv/bin/python -m ops ci approved --env prod\n")


def test_releases_run_one_at_a_time_and_are_not_cancelled(workflow: dict[str, Any], jobs: dict[str, Any]) -> None:
    for env in ("dev", "staging", "prod"):
        job = workflow["jobs"][f"release-{env}"]
        assert job["concurrency"] == {"group": f"release-{env}", "cancel-in-progress": False}
        # The trust policies require it: tests/foundation/test_ci_servers.py.
        assert job["environment"] == env
        assert jobs[f"release:{env}"]["resource_group"] == env
        assert jobs[f"release:{env}"]["environment"]["name"] == env
    assert jobs[".groundwork"]["interruptible"] is False


def test_image_jobs_are_in_no_github_environment(workflow: dict[str, Any]) -> None:
    # The trust policy of the role that pushes requires a ref in `sub`.
    assert [name for name, job in workflow["jobs"].items() if "environment" in job] == [
        "release-dev", "release-staging", "release-prod",
    ]  # fmt: skip


def test_only_production_waits_for_a_person_in_gitlab(jobs: dict[str, Any]) -> None:
    manual = {name for name, job in jobs.items() if name.startswith("release:") and "when" in job["rules"][0]}
    assert manual == {"release:prod"}


def test_only_jobs_with_the_commands_get_a_token_in_gitlab(jobs: dict[str, Any]) -> None:
    assert jobs[".groundwork"]["id_tokens"] == {"AWS_ID_TOKEN": {"aud": "https://gitlab.com"}}
    assert "extends" not in jobs["test"]
    assert all(job["extends"] == ".groundwork" for name, job in jobs.items() if ":" in name or name == "promote")


def matches(rules: list[dict[str, str]], tag: str) -> bool:
    """Return whether one of the rules on tags applies."""
    for rule in rules:
        pattern = re.search(r"\$CI_COMMIT_TAG ([=!]~) /(.*)/$", rule["if"])
        if pattern and bool(re.search(pattern[2], tag)) == (pattern[1] == "=~"):
            return True
    return False


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("v1.5.0-rc.1", {"image:api", "release:staging"}),
        ("v1.5.0", {"promote", "release:prod"}),
        # Built, and released nowhere by itself.
        ("v1.5.0-beta.1", {"image:api"}),
        # The job of the image refuses it: test_versions.
        ("v1.5", {"image:api"}),
        ("nightly", {"image:api"}),
    ],
)
def test_jobs_of_a_tag_in_gitlab(jobs: dict[str, Any], tag: str, expected: set[str]) -> None:
    found = {name: job["rules"] for name, job in jobs.items() if "stage" in job and "rules" in job}
    assert {name for name, rules in found.items() if matches(rules, tag)} == expected


def test_without_staging_a_release_is_built(tmp_path: Path) -> None:
    envs = envs_of(tmp_path)
    staging = (envs / "staging.hcl").read_text()
    (envs / "staging.hcl").write_text(staging.replace(*WITHOUT_STAGING))
    found = yaml.safe_load(gitlab_text(envs))
    assert "promote" not in found
    assert found["release:prod"]["needs"] == ["image:api"]
    assert {"if": "$CI_COMMIT_TAG"} in found["image:api"]["rules"]


def test_prereleases_that_expire_soon_are_renewed_daily(tmp_path: Path) -> None:
    days = ('repository "api" {\n', 'repository "api" {\n  expire_prereleases_after_days = 7\n')
    text = github_text(envs_of(tmp_path, (GITLAB_PROJECT, GITHUB_REPOSITORY), days))
    assert yaml.safe_load(text)[True]["schedule"] == [{"cron": github.CRON["daily"]}]


def test_file_that_was_edited_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "one\n", ".gitlab-ci.yml")
    path.write_text("edited\n")
    with pytest.raises(OpsError, match="may have been edited; write it again with --force"):
        written(tmp_path, "two\n", ".gitlab-ci.yml")
    assert path.read_text() == "edited\n"
    assert write("two\n", tmp_path, ".gitlab-ci.yml", force=True) == path
    assert path.read_text() == "two\n"


@pytest.mark.parametrize("folder", [PROJECT, PROJECT / "docs"])
def test_file_of_the_infrastructure_repository_is_kept(folder: Path) -> None:
    # A file that does not exist, so that a failing test overwrites none.
    with pytest.raises(OpsError, match="is in the infrastructure repository"):
        write("", folder, "no-such-file.yml", force=True)
    assert not (folder / "no-such-file.yml").exists()


@pytest.mark.parametrize("name", ["agora-apii", "my.txt"])
def test_folder_that_does_not_exist_is_not_created(tmp_path: Path, name: str) -> None:
    (tmp_path / "my.txt").write_text("a file")
    with pytest.raises(OpsError, match="is not a folder; write the clone"):
        write("", tmp_path / name, ".gitlab-ci.yml", force=True)
    assert [each.name for each in tmp_path.iterdir()] == ["my.txt"]
