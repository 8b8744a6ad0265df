"""Changes of services outside Terraform, which no plan reports."""

from collections.abc import Mapping
from typing import Any

from tests.local.applied import Applied

CLUSTER, SERVICE = "agora-staging-main", "agora-staging-api"
KEYS = ("family", "cpu", "memory", "networkMode", "executionRoleArn", "taskRoleArn", "requiresCompatibilities")


def described(ecs: Any) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    return dict(service)


def test_revision_of_the_pipeline_and_count_of_scaling_are_no_drift(applied: Mapping[str, Applied]) -> None:
    ecs = applied["staging"].client("ecs")
    newest = ecs.describe_task_definition(taskDefinition=SERVICE)["taskDefinition"]
    (container,) = newest["containerDefinitions"]
    container["image"] = container["image"].replace(":1.4.2", ":1.5.0")
    revision = ecs.register_task_definition(
        **{key: newest[key] for key in KEYS},
        runtimePlatform=newest["runtimePlatform"],
        containerDefinitions=[container],
    )["taskDefinition"]
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=revision["taskDefinitionArn"])
    ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=4)
    terraform = applied["staging"].terraform
    assert terraform.plan() is False, terraform.show_plan()
    assert described(ecs)["taskDefinition"] == revision["taskDefinitionArn"] != newest["taskDefinitionArn"]
    assert described(ecs)["desiredCount"] == 4


def test_release_to_the_containers_with_the_services_image_is_no_drift(applied: Mapping[str, Applied]) -> None:
    tasks = applied["tasks"]
    ecs = tasks.client("ecs")
    ledger = tasks.terraform.outputs()["services"]["ledger"]
    newest = ecs.describe_task_definition(taskDefinition=ledger["family"])["taskDefinition"]
    images = {each["name"]: each["image"].rpartition("/")[2] for each in newest["containerDefinitions"]}
    for container in newest["containerDefinitions"]:
        if container["name"] in ledger["image_containers"]:
            container["image"] = f"{container['image'].rpartition(':')[0]}:3.0.9"
    keys = (*KEYS, "runtimePlatform", "containerDefinitions", "volumes")
    revision = ecs.register_task_definition(**{key: newest[key] for key in keys})["taskDefinition"]
    released = {each["name"]: each["image"].rpartition("/")[2] for each in revision["containerDefinitions"]}
    assert released == images | {"ledger": "ledger:3.0.9", "migrate": "ledger:3.0.9"}
    ecs.update_service(
        cluster="mobile-tasks-main", service=ledger["service"], taskDefinition=revision["taskDefinitionArn"]
    )
    assert tasks.terraform.plan() is False, tasks.terraform.show_plan()
