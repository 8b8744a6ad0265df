"""Changes of services outside Terraform, which no plan reports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.local.applied import Applied, changes

CLUSTER, SERVICE = "agora-staging-main", "agora-staging-api"


def described(ecs: Any) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    return dict(service)


def test_revision_deployed_by_pipeline_is_no_drift(applied: Mapping[str, Applied]) -> None:
    ecs = applied["staging"].client("ecs")
    newest = ecs.describe_task_definition(taskDefinition=SERVICE)["taskDefinition"]
    (container,) = newest["containerDefinitions"]
    container["image"] = container["image"].replace(":1.4.2", ":1.5.0")
    keys = ("family", "cpu", "memory", "networkMode", "executionRoleArn", "taskRoleArn", "requiresCompatibilities")
    revision = ecs.register_task_definition(
        **{key: newest[key] for key in keys},
        runtimePlatform=newest["runtimePlatform"],
        containerDefinitions=[container],
    )["taskDefinition"]
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=revision["taskDefinitionArn"])

    terraform = applied["staging"].terraform
    assert terraform.plan() is False, terraform.show_plan()
    assert described(ecs)["taskDefinition"] == revision["taskDefinitionArn"] != newest["taskDefinitionArn"]


def test_count_changed_by_scaling_is_no_drift(applied: Mapping[str, Applied]) -> None:
    ecs = applied["staging"].client("ecs")
    ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=4)
    terraform = applied["staging"].terraform
    assert terraform.plan() is False, terraform.show_plan()
    assert described(ecs)["desiredCount"] == 4


def test_new_variable_is_a_draft_revision_for_the_pipeline(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """A new revision replaces the old one, and the service that the pipeline owns is not changed."""
    before, after = 'LOG_LEVEL = "info"', 'LOG_LEVEL = "warning"'
    assert changes(applied["staging"], tmp_path, before, after) == {
        "delete+create": ["aws_ecs_task_definition.service_api"]
    }


def test_new_image_is_deployed_if_terraform_owns_the_service(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    assert changes(applied["dev"], tmp_path, '"api:1.4.2"', '"api:1.5.0"') == {
        "delete+create": ["aws_ecs_task_definition.service_api"],
        "update": ["aws_ecs_service.service_api"],
    }
