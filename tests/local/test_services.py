"""Services that others change beside Terraform: no plan sees it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.local.applied import Applied, changes

CLUSTER, SERVICE = "agora-staging-main", "agora-staging-api"


def described(ecs: Any) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    return dict(service)


def test_a_revision_that_the_pipeline_rolls_out_is_no_drift(applied: Mapping[str, Applied]) -> None:
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


def test_a_count_that_scaling_changed_is_no_drift(applied: Mapping[str, Applied]) -> None:
    ecs = applied["staging"].client("ecs")
    ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=4)
    terraform = applied["staging"].terraform
    assert terraform.plan() is False, terraform.show_plan()
    assert described(ecs)["desiredCount"] == 4


def test_a_new_variable_is_a_draft_that_the_pipeline_takes(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """The revision is replaced by a new one, and the service that the pipeline owns is left as it is."""
    before, after = 'LOG_LEVEL = "info"', 'LOG_LEVEL = "warning"'
    assert changes(applied["staging"], tmp_path, before, after) == {
        "delete+create": ["aws_ecs_task_definition.service_api"]
    }


def test_a_new_image_is_rolled_out_where_terraform_owns_the_service(
    applied: Mapping[str, Applied], tmp_path: Path
) -> None:
    assert changes(applied["dev"], tmp_path, '"api:1.4.2"', '"api:1.5.0"') == {
        "delete+create": ["aws_ecs_task_definition.service_api"],
        "update": ["aws_ecs_service.service_api"],
    }
