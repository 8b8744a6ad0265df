"""The files of the CI servers: each server's file if an environment uses it, and no other generated file."""

from pathlib import Path

import pytest

from modules.environment import Environment
from modules.environment_files import load
from ops.pipeline import github, gitlab
from ops.pipeline.files import files, write
from tests.support.environments import DEV
from tests.support.environments import write as write_environments

GITLAB = 'pipeline {\n  gitlab {\n    project = "agora/groundwork"\n  }\n}\n'
GITHUB = 'pipeline {\n  github {\n    repository = "agora/groundwork"\n  }\n}\n'


def environments(folder: Path, *pipelines: str) -> list[Environment]:
    """Return an environment with each of the pipelines; an empty text is none."""
    (folder / "envs").mkdir(exist_ok=True)
    texts = {
        f"dev{number}": DEV.replace("10.20.0.0", f"10.{20 + number}.0.0") + text
        for number, text in enumerate(pipelines)
    }
    return [each.settings for each in load(write_environments(folder / "envs", texts)).values()]


@pytest.mark.parametrize(
    ("pipelines", "expected"),
    [
        ([GITLAB], {gitlab.FILE}),
        ([GITHUB], {github.FILE}),
        ([GITLAB, GITHUB], {gitlab.FILE, github.FILE}),
        ([""], set()),
    ],
)
def test_each_server_that_an_environment_uses_has_its_file(
    pipelines: list[str], expected: set[str], tmp_path: Path
) -> None:
    found = environments(tmp_path, *pipelines)
    texts = files(found, {each.name: ["main.py"] for each in found})
    assert {name for name, text in texts.items() if text} == expected


def test_environments_are_only_in_the_file_of_their_server(tmp_path: Path) -> None:
    found = environments(tmp_path, GITLAB, GITHUB)
    texts = files(found, {each.name: ["main.py"] for each in found})
    assert "plan:dev0" in str(texts[gitlab.FILE])
    assert "dev1" not in str(texts[gitlab.FILE])
    assert "plan-dev1" in str(texts[github.FILE])
    assert "dev0" not in str(texts[github.FILE])


def test_file_is_written_once_and_deleted_when_no_environment_needs_it(tmp_path: Path) -> None:
    found = environments(tmp_path, GITHUB)
    texts = files(found, {each.name: ["main.py"] for each in found})
    assert write(texts, tmp_path) == {github.FILE: "written"}
    assert write(texts, tmp_path) == {github.FILE: "no changes"}
    assert write({gitlab.FILE: None, github.FILE: None}, tmp_path) == {github.FILE: "deleted"}
    assert not (tmp_path / github.FILE).exists()


def test_file_of_a_person_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / gitlab.FILE).write_text("check:\n  script: [make lint]\n")
    assert write({gitlab.FILE: None}, tmp_path) == {gitlab.FILE: "not generated, so not deleted"}
    assert (tmp_path / gitlab.FILE).exists()
