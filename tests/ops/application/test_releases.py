"""What a CI file needs from the environment files, and which files it cannot be written from."""

import shutil
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.problems import SettingsError
from ops.application.releases import Application, Server, application_of
from ops.workspace import PROJECT


@pytest.fixture
def envs(tmp_path: Path) -> Path:
    """A copy of the committed environments, for tests to change."""
    return Path(shutil.copytree(PROJECT / "envs", tmp_path / "envs"))


def change(envs: Path, name: str, old: str, new: str) -> None:
    file = envs / f"{name}.hcl"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def problems(envs: Path, *services: str, server: Server = "gitlab") -> list[str]:
    """Return the problems, without the folder."""
    with pytest.raises(SettingsError) as raised:
        application_of(load(envs), services, server)
    return [str(each).replace(f"{envs.as_posix()}/", "") for each in raised.value.problems]


def found(envs: Path, *services: str, server: Server = "gitlab") -> Application:
    return application_of(load(envs), services, server)


def line(envs: Path, name: str, text: str) -> str:
    """Return `name.hcl:line` of the last line with the text."""
    lines = (envs / f"{name}.hcl").read_text().splitlines()
    return f"{name}.hcl:{max(number for number, each in enumerate(lines, 1) if text in each)}"


def test_committed_environments_release_from_development_to_production(envs: Path) -> None:
    application = found(envs, "api")
    assert [(each.env, each.tier, dict(each.images)) for each in application.releases] == [
        ("dev", "development", {"api": "api"}),
        ("staging", "staging", {"api": "api"}),
        ("prod", "production", {"api": "api"}),
    ]
    # The images of all environments are in production's account.
    assert [(each.label, each.env) for each in application.repositories] == [("api", "prod")]
    assert (application.project, application.default_branch) == ("community/agora-api", "main")
    assert application.architecture == "arm64"
    assert not application.builds_releases


def test_environment_without_deployed_by_is_left_out(envs: Path) -> None:
    change(envs, "staging", '  deployed_by {\n    gitlab = "community/agora-api"\n  }\n', "")
    application = found(envs, "api")
    assert [each.env for each in application.releases] == ["dev", "prod"]
    # Without staging, there is no prerelease whose image a release could have.
    assert application.builds_releases


def test_service_without_an_image_has_the_repository_of_its_name(envs: Path) -> None:
    change(envs, "dev", '  image  = "api:1.4.2"\n', "")
    assert found(envs, "api").releases[0].images == {"api": "api"}


def test_unknown_service_is_refused(envs: Path) -> None:
    (problem,) = problems(envs, "worker")
    assert problem.endswith("--service worker is in no environment file; their services are api; write one of them")


def test_service_that_no_pipeline_deploys_is_refused_with_each_line(envs: Path) -> None:
    for name in ("dev", "staging", "prod"):
        change(envs, name, '  deployed_by {\n    gitlab = "community/agora-api"\n  }\n', "")
    expected = [line(envs, name, 'service "api" {') for name in ("dev", "prod", "staging")]
    reported = problems(envs, "api")
    assert [each.split(": ")[0] for each in reported] == expected
    assert all('is deployed by no pipeline; write owned_by = "pipeline" and deployed_by' in each for each in reported)


def test_other_server_is_refused(envs: Path) -> None:
    dev, prod, staging = problems(envs, "api", server="github")
    place = line(envs, "dev", 'gitlab = "community/agora-api"')
    assert dev == (
        f"{place}: service.api.deployed_by.gitlab community/agora-api is a project on GitLab; write --for gitlab, or "
        "deployed_by { github = ... }"
    )
    assert prod.startswith("prod.hcl:")
    assert staging.startswith("staging.hcl:")


def test_role_of_another_system_is_refused(envs: Path) -> None:
    role = 'role = "arn:aws:iam::111111111111:role/builder"'
    change(envs, "dev", 'gitlab = "community/agora-api"', role)
    (problem,) = problems(envs, "api")
    assert problem.startswith(line(envs, "dev", "role/builder"))
    assert "is not a project of a CI server; that system calls the commands itself" in problem


def test_two_projects_are_refused(envs: Path) -> None:
    change(envs, "dev", 'gitlab = "community/agora-api"', 'gitlab = "community/agora-web"')
    reported = problems(envs, "api")
    first = (
        f"is not community/agora-web ({line(envs, 'dev', 'community/agora-web')}), and a CI file belongs to one project"
    )
    assert len(reported) == 2
    assert all(first in each for each in reported)


def test_two_architectures_are_refused(envs: Path) -> None:
    change(envs, "dev", 'ecs "main" {\n', 'ecs "main" {\n  architecture = "x86_64"\n')
    reported = problems(envs, "api")
    assert len(reported) == 2
    assert all("is not x86_64 (" in each and "an image is built once" in each for each in reported)


def test_repository_that_nobody_may_push_to_is_refused(envs: Path) -> None:
    change(envs, "prod", '\n  pushed_by {\n    gitlab = "community/agora-api"\n  }\n', "\n")
    (problem,) = problems(envs, "api")
    place = line(envs, "prod", 'repository "api"')
    assert problem == (
        f"{place}: repository.api is a repository that nobody may push to; "
        'write pushed_by { gitlab = "community/agora-api" }'
    )


@pytest.mark.parametrize(
    "other", ['github = "agora/api"', 'gitlab = "build/images"', 'role = "arn:aws:iam::333333333333:role/builder"']
)
def test_repository_that_another_project_pushes_to_is_refused(envs: Path, other: str) -> None:
    change(envs, "prod", 'pushed_by {\n    gitlab = "community/agora-api"', f"pushed_by {{\n    {other}")
    (problem,) = problems(envs, "api")
    assert problem.startswith(line(envs, "prod", "pushed_by {"))
    assert "does not let community/agora-api push, but " in problem


def test_repository_in_no_file_is_refused(envs: Path) -> None:
    (envs / "prod.hcl").unlink()
    (envs / "accounts" / "production.hcl").unlink()
    reported = problems(envs, "api")
    assert len(reported) == 2
    assert all("is in a repository that none of these files has" in each for each in reported)
