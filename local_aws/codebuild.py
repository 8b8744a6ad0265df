"""CodeBuild: projects without a source of their own, and their changes.

- AWS: a project whose source is NO_SOURCE or CODEPIPELINE has no location, and neither have artifacts of a pipeline
  ([ProjectSource](https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html)). Moto 5.2.5
  requires one. Added.
- AWS: [UpdateProject](https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html). Moto has none.
  Added: what the request contains replaces what the project has.
- AWS: a project is also deleted by its ARN, which is Terraform's ID. Moto deletes nothing then. Corrected.
- AWS: the encryption key and the limit of concurrent builds can be set. Moto ignores them. Added.

Builds run nothing: Moto says that they succeeded.
"""

from typing import Any

from local_aws.extend import add, replace, respond

#: Members that CreateProject of Moto does not store.
_IGNORED = ("concurrentBuildLimit", "encryptionKey", "sourceVersion")
_CHANGED = (
    *_IGNORED,
    "artifacts",
    "cache",
    "description",
    "environment",
    "logsConfig",
    "queuedTimeoutInMinutes",
    "serviceRole",
    "source",
    "tags",
    "timeoutInMinutes",
    "vpcConfig",
)


def install() -> None:
    """Change Moto's CodeBuild."""
    from moto.codebuild import models, responses

    check_source, check_artifacts = (
        responses._validate_required_params_source,
        responses._validate_required_params_artifacts,
    )
    create = responses.CodeBuildResponse.create_project

    def source(given: dict[str, Any]) -> None:
        if given["type"] not in ("NO_SOURCE", "CODEPIPELINE"):
            check_source(given)

    def artifacts(given: dict[str, Any]) -> None:
        if given["type"] != "CODEPIPELINE":
            check_artifacts(given)

    def create_project(response: Any) -> Any:
        result = create(response)
        _change(response, _IGNORED)
        return result

    delete = models.CodeBuildBackend.delete_project

    def delete_project(backend: Any, project_name: str) -> None:
        delete(backend, project_name.rpartition("/")[2])

    add(models.CodeBuildBackend, delete_project)
    replace(responses, "_validate_required_params_source", source)
    replace(responses, "_validate_required_params_artifacts", artifacts)
    add(responses.CodeBuildResponse, create_project, update_project)


def update_project(response: Any) -> Any:
    """UpdateProject."""
    from moto.codebuild.exceptions import ResourceNotFoundException

    name = response._get_param("name")
    if name not in response.codebuild_backend.codebuild_projects:
        raise ResourceNotFoundException(f"Project cannot be found: {name}")
    return respond({"project": _change(response, _CHANGED)})


def _change(response: Any, members: tuple[str, ...]) -> dict[str, Any]:
    """Set the members that the request has, and return the project."""
    project: dict[str, Any] = response.codebuild_backend.codebuild_projects[
        response._get_param("name")
    ].project_metadata
    given = {each: value for each in members if (value := response._get_param(each)) is not None}
    # -1 removes the limit.
    if given.get("concurrentBuildLimit") == -1:
        del given["concurrentBuildLimit"]
        project.pop("concurrentBuildLimit", None)
    # An empty configuration removes the project from the VPC.
    project.update(given)
    return project
