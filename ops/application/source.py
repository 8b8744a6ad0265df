"""Where the jobs of an application get the infrastructure repository from."""

from collections.abc import Mapping
from pathlib import Path

from modules.delivery.pipeline.settings import PipelineSettings
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


def _pipeline(files: Mapping[str, EnvironmentFile], application: Application) -> PipelineSettings:
    """Return the `pipeline` block, which an environment with `deployed_by` has."""
    pipeline = files[application.releases[0].env].settings.pipeline
    assert pipeline is not None
    return pipeline
