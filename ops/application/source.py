"""Where the jobs of an application get the infrastructure repository from."""

from collections.abc import Mapping
from pathlib import Path

from modules.delivery.pipeline.settings import PipelineSettings, project_of
from modules.environment_files import EnvironmentFile
from ops.application.releases import Application
from ops.application.writing import Source
from ops.pipeline.folders import in_repository


def source_of(files: Mapping[str, EnvironmentFile], application: Application, envs: Path, ref: str) -> Source:
    """Return the repository of the `pipeline` block. Raises OpsError for a folder outside of it."""
    folder = in_repository(envs).as_posix()
    pipeline = _pipeline(files, application)
    if pipeline.gitlab:
        return Source("gitlab", f"{pipeline.gitlab.url}/{pipeline.gitlab.project}.git", ref, folder)
    assert pipeline.github is not None
    return Source("github", f"https://github.com/{pipeline.github.repository}.git", ref, folder)


def gitlab_url(files: Mapping[str, EnvironmentFile], application: Application) -> str:
    """Return the URL of the application's GitLab server, which is the audience of its tokens."""
    release = application.releases[0]
    deployed_by = files[release.env].settings.service[next(iter(release.images))].deployed_by
    project = project_of(deployed_by, _pipeline(files, application)) if deployed_by else None
    assert project is not None
    return project.issuer.audience


def _pipeline(files: Mapping[str, EnvironmentFile], application: Application) -> PipelineSettings:
    """Return the `pipeline` block, which an environment with `deployed_by` has."""
    pipeline = files[application.releases[0].env].settings.pipeline
    assert pipeline is not None
    return pipeline
