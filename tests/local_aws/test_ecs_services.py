"""ECS services: settings are stored, and the tasks run immediately, or the deployment is rolled back."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.alarms import Client, Inbox

STRATEGY = [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}]
ASKED = {
    "capacityProviderStrategy": STRATEGY,
    "deploymentConfiguration": {
        "maximumPercent": 150,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    },
    "healthCheckGracePeriodSeconds": 90,
    "enableExecuteCommand": True,
    "enableECSManagedTags": True,
    "availabilityZoneRebalancing": "DISABLED",
}


@pytest.fixture
def ecs(client: Callable[[str], Any]) -> Any:
    return client("ecs")


@pytest.fixture
def cluster(ecs: Any) -> str:
    return str(ecs.create_cluster(clusterName=f"main-{uuid4()}")["cluster"]["clusterName"])


def register(ecs: Any, family: str, image: str = "api:1") -> str:
    container = {"name": "api", "image": image, "memory": 512}
    return str(
        ecs.register_task_definition(family=family, containerDefinitions=[container])["taskDefinition"][
            "taskDefinitionArn"
        ]
    )


def described(ecs: Any, cluster: str) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster=cluster, services=["api"])["services"]
    return dict(service)


def test_service_settings_are_stored(ecs: Any, cluster: str) -> None:
    ecs.create_service(
        cluster=cluster, serviceName="api", taskDefinition=register(ecs, "kept"), desiredCount=2, **ASKED
    )
    service = described(ecs, cluster)
    assert {key: service[key] for key in ASKED} == ASKED
    assert "launchType" not in service


def test_service_defaults(ecs: Any, cluster: str) -> None:
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=register(ecs, "defaults"), desiredCount=1)
    service = described(ecs, cluster)
    assert service["launchType"] == "EC2"
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert (service["enableExecuteCommand"], service["enableECSManagedTags"]) == (False, False)
    assert service["deploymentConfiguration"]["maximumPercent"] == 200


def test_new_service_is_steady(ecs: Any, cluster: str) -> None:
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=register(ecs, "steady"), desiredCount=3)
    service = described(ecs, cluster)
    assert (service["runningCount"], service["pendingCount"]) == (3, 0)
    (deployment,) = service["deployments"]
    assert (deployment["rolloutState"], deployment["runningCount"]) == ("COMPLETED", 3)


def test_update_rolls_out_a_new_revision_and_count(ecs: Any, cluster: str) -> None:
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=register(ecs, "new"), desiredCount=1)
    second = register(ecs, "new", "api:2")
    ecs.update_service(cluster=cluster, service="api", taskDefinition="new:2", desiredCount=4)
    service = described(ecs, cluster)
    assert (service["taskDefinition"], service["runningCount"]) == (second, 4)
    (deployment,) = service["deployments"]
    assert (deployment["taskDefinition"], deployment["runningCount"]) == (second, 4)
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 100


@pytest.fixture
def repository(client: Callable[[str], Any]) -> str:
    """A repository with the image `1`, as an image reference without the tag."""
    ecr, name = client("ecr"), str(uuid4())
    uri = ecr.create_repository(repositoryName=name)["repository"]["repositoryUri"]
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
    ecr.put_image(repositoryName=name, imageTag="1", imageManifest=json.dumps(manifest))
    return str(uri)


def deploy(ecs: Any, cluster: str, image: str, **keys: Any) -> list[str]:
    """Roll out another image instead of `api:1`, and return both revisions."""
    family = str(uuid4())
    first, second = register(ecs, family), register(ecs, family, image)
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=first, desiredCount=2, **keys)
    ecs.update_service(cluster=cluster, service="api", taskDefinition=second)
    return [first, second]


def test_deployment_without_its_image_is_rolled_back(ecs: Any, cluster: str, repository: str) -> None:
    first, _ = deploy(ecs, cluster, f"{repository}:2", **ASKED)
    service = described(ecs, cluster)
    assert (service["taskDefinition"], service["runningCount"]) == (first, 2)
    assert service["deployments"][0]["taskDefinition"] == first
    assert "deployment failed" in service["events"][0]["message"]


@pytest.mark.parametrize(("keys", "sent"), [(ASKED, ["SERVICE_DEPLOYMENT_FAILED"]), ({}, [])])
def test_deployment_that_the_circuit_breaker_ends_sends_an_event(
    client: Client, ecs: Any, cluster: str, repository: str, keys: dict[str, Any], sent: list[str]
) -> None:
    inbox, events = Inbox(client, cluster), client("events")
    arn = f"arn:aws:ecs:ap-northeast-2:333333333333:service/{cluster}/api"
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"], "resources": [arn]}
    events.put_rule(Name=cluster, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=cluster, Targets=[{"Id": "topic", "Arn": inbox.topic}])
    deploy(ecs, cluster, f"{repository}:2", **keys)
    found = inbox.read()
    assert [each["detail"]["eventName"] for each in found] == sent
    assert all(each["detail"]["deploymentId"].startswith("ecs-svc/") for each in found)


@pytest.mark.parametrize("tag", ["{repository}:1", "{repository}-without-images:2", "public.ecr.aws/nginx:2"])
def test_deployment_whose_image_exists_or_is_unknown_is_rolled_out(
    ecs: Any, cluster: str, repository: str, tag: str
) -> None:
    _, second = deploy(ecs, cluster, tag.format(repository=repository), **ASKED)
    assert described(ecs, cluster)["taskDefinition"] == second


def test_deployment_without_a_circuit_breaker_is_not_rolled_back(ecs: Any, cluster: str, repository: str) -> None:
    _, second = deploy(ecs, cluster, f"{repository}:2")
    assert described(ecs, cluster)["taskDefinition"] == second


def test_update_of_the_deployment_configuration_keeps_other_settings(ecs: Any, cluster: str) -> None:
    ecs.create_service(
        cluster=cluster, serviceName="api", taskDefinition=register(ecs, "changed"), desiredCount=1, **ASKED
    )
    ecs.update_service(
        cluster=cluster,
        service="api",
        deploymentConfiguration={"maximumPercent": 300},
        enableExecuteCommand=False,
    )
    service = described(ecs, cluster)
    assert service["deploymentConfiguration"]["maximumPercent"] == 300
    assert service["enableExecuteCommand"] is False
    assert service["healthCheckGracePeriodSeconds"] == 90


def test_target_group_without_a_listener_fails(
    ecs: Any, cluster: str, client: Callable[[str], Any], vpc_id: str
) -> None:
    elb = client("elbv2")
    (group,) = elb.create_target_group(
        Name=f"t-{uuid4()}"[:32], Protocol="HTTP", Port=80, VpcId=vpc_id, TargetType="ip"
    )["TargetGroups"]
    load_balancers = [{"targetGroupArn": group["TargetGroupArn"], "containerName": "api", "containerPort": 80}]
    with pytest.raises(ClientError, match="does not have an associated load balancer"):
        ecs.create_service(
            cluster=cluster,
            serviceName="api",
            taskDefinition=register(ecs, "unled"),
            desiredCount=1,
            loadBalancers=load_balancers,
        )


def test_task_definition_keeps_whether_it_allows_fault_injection(client: Client) -> None:
    ecs, container = client("ecs"), {"name": "web", "image": "web", "memory": 128}
    for family, given in (("faulty", True), ("sound", False)):
        ecs.register_task_definition(family=family, containerDefinitions=[container], enableFaultInjection=given)
        found = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
        assert found["enableFaultInjection"] is given
