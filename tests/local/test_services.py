"""Changes of services outside Terraform, which no plan reports."""

from collections.abc import Mapping
from typing import Any

from tests.local.applied import Applied

CLUSTER, SERVICE = "agora-staging-main", "agora-staging-api"


def described(ecs: Any) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    return dict(service)


def test_revision_of_the_pipeline_and_count_of_scaling_are_no_drift(applied: Mapping[str, Applied]) -> None:
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
    ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=4)
    terraform = applied["staging"].terraform
    assert terraform.plan() is False, terraform.show_plan()
    assert described(ecs)["taskDefinition"] == revision["taskDefinitionArn"] != newest["taskDefinitionArn"]
    assert described(ecs)["desiredCount"] == 4
