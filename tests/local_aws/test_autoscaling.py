"""EC2 Auto Scaling, launch templates, and ECS capacity providers."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def autoscaling(client: Callable[[str], Any]) -> Any:
    return client("autoscaling")


def _template(ec2: Any, **keys: Any) -> str:
    data = {"ImageId": "ami-12c6146b", "InstanceType": "m7g.large", **keys}
    created = ec2.create_launch_template(
        LaunchTemplateName=str(uuid4()),
        LaunchTemplateData=data,
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "product", "Value": "agora"}]}],
    )
    return str(created["LaunchTemplate"]["LaunchTemplateId"])


def _data(ec2: Any, template_id: str) -> dict[str, Any]:
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=template_id)["LaunchTemplateVersions"]
    return dict(version["LaunchTemplateData"])


@pytest.fixture
def group(autoscaling: Any, ec2: Any, vpc_id: str) -> str:
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    name = str(uuid4())
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=2,
        LaunchTemplate={"LaunchTemplateId": _template(ec2), "Version": "1"},
        VPCZoneIdentifier=subnet_id,
    )
    return name


def test_template_own_tags_are_not_in_its_data(ec2: Any) -> None:
    template_id = _template(ec2)
    assert "TagSpecifications" not in _data(ec2, template_id)
    (template,) = ec2.describe_launch_templates(LaunchTemplateIds=[template_id])["LaunchTemplates"]
    assert template["Tags"] == [{"Key": "product", "Value": "agora"}]


def test_template_tags_of_instances_and_volumes_are_kept(ec2: Any) -> None:
    tags = [{"Key": "Name", "Value": "node"}]
    wanted = [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")]
    assert _data(ec2, _template(ec2, TagSpecifications=wanted))["TagSpecifications"] == wanted


def test_instance_refresh_is_complete_immediately(autoscaling: Any, group: str) -> None:
    assert autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)["InstanceRefreshes"] == []
    preferences = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110}
    ids = [
        autoscaling.start_instance_refresh(AutoScalingGroupName=group, Preferences=preferences)["InstanceRefreshId"]
        for _ in range(2)
    ]
    found = autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)["InstanceRefreshes"]
    assert [each["InstanceRefreshId"] for each in found] == ids[::-1]
    assert (found[0]["Status"], found[0]["PercentageComplete"], found[0]["Preferences"]) == (
        "Successful",
        100,
        preferences,
    )
    with pytest.raises(ClientError, match="ActiveInstanceRefreshNotFound"):
        autoscaling.cancel_instance_refresh(AutoScalingGroupName=group)


def test_instance_refresh_without_a_group_fails(autoscaling: Any) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        autoscaling.start_instance_refresh(AutoScalingGroupName="not-there")


def test_capacity_provider_draining_can_be_changed(client: Callable[[str], Any], autoscaling: Any, group: str) -> None:
    ecs = client("ecs")
    (found,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    name = str(uuid4())
    created = ecs.create_capacity_provider(
        name=name, autoScalingGroupProvider={"autoScalingGroupArn": found["AutoScalingGroupARN"]}
    )["capacityProvider"]
    assert created["autoScalingGroupProvider"]["managedDraining"] == "ENABLED"
    ecs.update_capacity_provider(name=name, autoScalingGroupProvider={"managedDraining": "DISABLED"})
    (read,) = ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"]
    assert read["autoScalingGroupProvider"]["managedDraining"] == "DISABLED"


def test_scaling_policy_is_returned_as_it_was_put(autoscaling: Any) -> None:
    steps = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]
    settings = {
        "AutoScalingGroupName": "nodes",
        "PolicyName": str(uuid4()),
        "PolicyType": "StepScaling",
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": steps,
    }
    for request, enabled in ((settings, True), (settings | {"Enabled": False}, False)):
        autoscaling.put_scaling_policy(**request)
        (policy,) = autoscaling.describe_policies(PolicyNames=[settings["PolicyName"]])["ScalingPolicies"]
        assert (policy["Enabled"], policy["StepAdjustments"]) == (enabled, steps)
        assert "PredictiveScalingConfiguration" not in policy


def test_policy_name_is_unique_only_within_its_group(autoscaling: Any) -> None:
    name = str(uuid4())
    for group in ("old", "new"):
        autoscaling.put_scaling_policy(
            AutoScalingGroupName=group, PolicyName=name, AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
        )
    assert len(autoscaling.describe_policies(PolicyNames=[name])["ScalingPolicies"]) == 2
    autoscaling.delete_policy(AutoScalingGroupName="old", PolicyName=name)
    (left,) = autoscaling.describe_policies(PolicyNames=[name])["ScalingPolicies"]
    assert left["AutoScalingGroupName"] == "new"


def test_scheduled_action_name_is_unique_only_within_its_group(autoscaling: Any) -> None:
    name = str(uuid4())
    for group in ("old", "new"):
        autoscaling.put_scheduled_update_group_action(
            AutoScalingGroupName=group, ScheduledActionName=name, Recurrence="0 8 * * *", MinSize=1
        )
    autoscaling.delete_scheduled_action(AutoScalingGroupName="old", ScheduledActionName=name)
    (left,) = autoscaling.describe_scheduled_actions(ScheduledActionNames=[name])["ScheduledUpdateGroupActions"]
    assert left["AutoScalingGroupName"] == "new"
    with pytest.raises(ClientError, match="Scheduled action name not found"):
        autoscaling.delete_scheduled_action(AutoScalingGroupName="old", ScheduledActionName=name)


def test_instance_above_desired_capacity_is_terminated_once_unprotected(autoscaling: Any, group: str) -> None:
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=group, MinSize=1, DesiredCapacity=2, NewInstancesProtectedFromScaleIn=True
    )
    ids = _instances(autoscaling, group)
    assert len(ids) == 2
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, MinSize=0, MaxSize=0, DesiredCapacity=0)
    assert _instances(autoscaling, group) == ids
    autoscaling.set_instance_protection(AutoScalingGroupName=group, InstanceIds=ids, ProtectedFromScaleIn=False)
    assert _instances(autoscaling, group) == []


def _instances(autoscaling: Any, group: str) -> list[str]:
    (found,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    return [each["InstanceId"] for each in found["Instances"]]
