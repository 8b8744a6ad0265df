"""Application Auto Scaling: tags, services within their limits, and policies that keep their identity."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

DIMENSION = {"ServiceNamespace": "rds", "ScalableDimension": "rds:cluster:ReadReplicaCount"}


@pytest.fixture
def scaling(client: Callable[[str], Any]) -> Any:
    return client("application-autoscaling")


@pytest.fixture
def target(scaling: Any) -> dict[str, str]:
    target = {**DIMENSION, "ResourceId": f"cluster:{uuid4()}"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5, Tags={"product": "agora"})
    return target


def _put(scaling: Any, target: dict[str, str], value: float) -> dict[str, Any]:
    configuration = {
        "TargetValue": value,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"},
    }
    return dict(
        scaling.put_scaling_policy(
            **target,
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration,
        )
    )


def test_scalable_target_tags_are_stored_and_changed(scaling: Any, target: dict[str, str]) -> None:
    (found,) = scaling.describe_scalable_targets(ServiceNamespace="rds", ResourceIds=[target["ResourceId"]])[
        "ScalableTargets"
    ]
    arn = found["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"product": "agora"}
    scaling.tag_resource(ResourceARN=arn, Tags={"environment": "dev"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["product"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"environment": "dev"}
    scaling.deregister_scalable_target(**target)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scaling.list_tags_for_resource(ResourceARN=arn)


@pytest.mark.parametrize(("least", "most", "count"), [(3, 5, 3), (1, 1, 1), (1, 5, 2)])
def test_scalable_target_adjusts_its_service_to_the_limits(
    scaling: Any, client: Callable[[str], Any], least: int, most: int, count: int
) -> None:
    ecs, cluster = client("ecs"), str(uuid4())
    ecs.create_cluster(clusterName=cluster)
    ecs.register_task_definition(
        family=cluster, containerDefinitions=[{"name": "api", "image": "api:1", "memory": 512}]
    )
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=cluster, desiredCount=2)
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=f"service/{cluster}/api",
        MinCapacity=least,
        MaxCapacity=most,
    )
    (service,) = ecs.describe_services(cluster=cluster, services=["api"])["services"]
    assert (service["desiredCount"], service["runningCount"]) == (count, count)


def test_policy_put_again_keeps_its_arn(scaling: Any, target: dict[str, str]) -> None:
    first = _put(scaling, target, 60.0)
    second = _put(scaling, target, 50.0)
    assert second["PolicyARN"] == first["PolicyARN"]
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="rds", ResourceId=target["ResourceId"])[
        "ScalingPolicies"
    ]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 50.0


def test_describe_policies_compares_whole_resource_names(scaling: Any, target: dict[str, str]) -> None:
    longer = target | {"ResourceId": f"{target['ResourceId']}-2"}
    scaling.register_scalable_target(**longer, MinCapacity=1, MaxCapacity=2)
    for each in (target, longer):
        _put(scaling, each, 60.0)
    found = scaling.describe_scaling_policies(ServiceNamespace="rds", ResourceId=longer["ResourceId"])
    assert [policy["ResourceId"] for policy in found["ScalingPolicies"]] == [longer["ResourceId"]]
