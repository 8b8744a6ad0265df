"""EKS: clusters, node groups, access entries, Pod Identity associations, and add-ons."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/operators"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


@pytest.fixture
def eks(client: Callable[[str], Any]) -> Any:
    return client("eks")


@pytest.fixture
def subnet_id(ec2: Any, vpc_id: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"])


def create(eks: Any, name: str, subnet_id: str) -> dict[str, Any]:
    created = eks.create_cluster(
        name=name,
        version="1.36",
        roleArn=ROLE,
        resourcesVpcConfig={"subnetIds": [subnet_id], "endpointPublicAccess": False, "endpointPrivateAccess": True},
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        upgradePolicy={"supportType": "STANDARD"},
        tags={"product": "agora"},
    )
    return dict(created["cluster"])


@pytest.fixture
def cluster(eks: Any, subnet_id: str) -> Iterator[dict[str, Any]]:
    yield create(eks, "blue", subnet_id)
    eks.delete_cluster(name="blue")


@pytest.mark.usefixtures("cluster")
def test_cluster_settings_are_stored(eks: Any, ec2: Any, vpc_id: str) -> None:
    found = eks.describe_cluster(name="blue")["cluster"]
    assert found["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert found["upgradePolicy"] == {"supportType": "STANDARD"}
    network = found["resourcesVpcConfig"]
    assert (network["vpcId"], network["endpointPublicAccess"], network["endpointPrivateAccess"]) == (
        vpc_id,
        False,
        True,
    )
    (group,) = ec2.describe_security_groups(GroupIds=[network["clusterSecurityGroupId"]])["SecurityGroups"]
    assert group["VpcId"] == vpc_id


def test_cluster_has_its_own_issuer_and_security_group(
    eks: Any, ec2: Any, cluster: dict[str, Any], subnet_id: str
) -> None:
    other = create(eks, "green", subnet_id)
    assert other["identity"] != cluster["identity"]
    group_id = other["resourcesVpcConfig"]["clusterSecurityGroupId"]
    eks.delete_cluster(name="green")
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_security_groups(GroupIds=[group_id])


@pytest.mark.usefixtures("cluster")
def test_update_can_be_described_by_its_id(eks: Any) -> None:
    update = eks.update_cluster_config(name="blue", upgradePolicy={"supportType": "EXTENDED"})["update"]
    assert eks.describe_update(name="blue", updateId=update["id"])["update"]["status"] == "Successful"
    eks.update_cluster_version(name="blue", version="1.37")
    found = eks.describe_cluster(name="blue")["cluster"]
    assert (found["upgradePolicy"]["supportType"], found["version"]) == ("EXTENDED", "1.37")
    assert found["accessConfig"]["authenticationMode"] == "API"


@pytest.mark.usefixtures("cluster")
def test_node_group_has_only_requested_settings(eks: Any, subnet_id: str) -> None:
    created = eks.create_nodegroup(
        clusterName="blue",
        nodegroupName="general",
        subnets=[subnet_id],
        nodeRole=ROLE,
        updateConfig={"maxUnavailablePercentage": 33},
    )["nodegroup"]
    assert created["updateConfig"] == {"maxUnavailablePercentage": 33}
    assert "remoteAccess" not in created
    assert created["version"] == "1.36"
    assert created["releaseVersion"].startswith("1.36.")
    eks.update_nodegroup_version(clusterName="blue", nodegroupName="general", releaseVersion="1.36.2-20260709")
    eks.tag_resource(resourceArn=created["nodegroupArn"], tags={"environment": "dev"})
    found = eks.describe_nodegroup(clusterName="blue", nodegroupName="general")["nodegroup"]
    assert (found["releaseVersion"], found["tags"]) == ("1.36.2-20260709", {"environment": "dev"})
    eks.delete_nodegroup(clusterName="blue", nodegroupName="general")


def sizes(least: int, desired: int, most: int) -> dict[str, int]:
    return {"minSize": least, "desiredSize": desired, "maxSize": most}


@pytest.fixture
def group_name(eks: Any, cluster: dict[str, Any], subnet_id: str) -> Iterator[str]:
    """The Auto Scaling group of a managed node group with one to three nodes."""
    created = eks.create_nodegroup(
        clusterName=cluster["name"],
        nodegroupName="general",
        subnets=[subnet_id],
        nodeRole=ROLE,
        scalingConfig=sizes(1, 1, 3),
    )["nodegroup"]
    yield created["resources"]["autoScalingGroups"][0]["name"]
    eks.delete_nodegroup(clusterName="blue", nodegroupName="general")


def _sizes(eks: Any) -> Any:
    return eks.describe_nodegroup(clusterName="blue", nodegroupName="general")["nodegroup"]["scalingConfig"]


def _groups(autoscaling: Any) -> list[dict[str, Any]]:
    filters = [
        {"Name": "tag:eks:cluster-name", "Values": ["blue"]},
        {"Name": "tag:eks:nodegroup-name", "Values": ["general"]},
    ]
    return list(autoscaling.describe_auto_scaling_groups(Filters=filters)["AutoScalingGroups"])


def test_node_group_auto_scaling_group_is_found_by_its_tags(client: Callable[[str], Any], group_name: str) -> None:
    (found,) = _groups(client("autoscaling"))
    assert found["AutoScalingGroupName"] == group_name
    assert (found["MinSize"], found["DesiredCapacity"], found["MaxSize"]) == (1, 1, 3)


def test_node_group_returns_the_current_size_of_its_auto_scaling_group(
    eks: Any, client: Callable[[str], Any], group_name: str
) -> None:
    client("autoscaling").set_desired_capacity(AutoScalingGroupName=group_name, DesiredCapacity=2)
    assert _sizes(eks) == sizes(1, 2, 3)
    eks.update_nodegroup_config(clusterName="blue", nodegroupName="general", scalingConfig=sizes(3, 3, 3))
    assert _groups(client("autoscaling"))[0]["DesiredCapacity"] == 3


@pytest.mark.usefixtures("group_name")
@pytest.mark.parametrize(
    ("requested", "message"),
    [
        (sizes(3, 1, 3), "Minimum capacity 3 can't be greater than desired size 1"),
        (sizes(1, 3, 2), "desired capacity 3 can't be greater than max size 2"),
    ],
)
def test_node_group_desired_size_outside_the_limits_fails(eks: Any, requested: dict[str, int], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        eks.update_nodegroup_config(clusterName="blue", nodegroupName="general", scalingConfig=requested)
    assert _sizes(eks) == sizes(1, 1, 3)


@pytest.mark.usefixtures("cluster")
def test_node_group_deletion_deletes_its_auto_scaling_group(
    eks: Any, client: Callable[[str], Any], subnet_id: str
) -> None:
    eks.create_nodegroup(clusterName="blue", nodegroupName="general", subnets=[subnet_id], nodeRole=ROLE)
    assert len(_groups(client("autoscaling"))) == 1
    eks.delete_nodegroup(clusterName="blue", nodegroupName="general")
    assert _groups(client("autoscaling")) == []


@pytest.mark.usefixtures("cluster")
def test_principal_has_one_access_entry_with_policies(eks: Any) -> None:
    one = {"clusterName": "blue", "principalArn": ROLE}
    eks.create_access_entry(**one, tags={"product": "agora"})
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_access_entry(**one)
    eks.associate_access_policy(**one, policyArn=VIEW, accessScope={"type": "namespace", "namespaces": ["payments"]})
    (associated,) = eks.list_associated_access_policies(**one)["associatedAccessPolicies"]
    assert associated["accessScope"] == {"type": "namespace", "namespaces": ["payments"]}
    assert eks.describe_access_entry(**one)["accessEntry"]["type"] == "STANDARD"
    assert eks.list_access_entries(clusterName="blue")["accessEntries"] == [ROLE]
    eks.disassociate_access_policy(**one, policyArn=VIEW)
    assert eks.list_associated_access_policies(**one)["associatedAccessPolicies"] == []
    eks.delete_access_entry(**one)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_access_entry(**one)


@pytest.mark.usefixtures("cluster")
def test_service_account_has_one_association(eks: Any) -> None:
    account = {"clusterName": "blue", "namespace": "payments", "serviceAccount": "api"}
    created = eks.create_pod_identity_association(**account, roleArn=ROLE)["association"]
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_pod_identity_association(**account, roleArn=ROLE)
    one = {"clusterName": "blue", "associationId": created["associationId"]}
    eks.update_pod_identity_association(**one, roleArn=f"{ROLE}-2")
    assert eks.describe_pod_identity_association(**one)["association"]["roleArn"] == f"{ROLE}-2"
    assert len(eks.list_pod_identity_associations(clusterName="blue", namespace="payments")["associations"]) == 1
    eks.delete_pod_identity_association(**one)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_pod_identity_association(**one)


@pytest.mark.usefixtures("cluster")
def test_add_on_keeps_version_configuration_and_role(eks: Any) -> None:
    one = {"clusterName": "blue", "addonName": "vpc-cni"}
    identity = {"serviceAccount": "aws-node", "roleArn": ROLE}
    eks.create_addon(**one, addonVersion="v1.22.1-eksbuild.2", podIdentityAssociations=[identity])
    update = eks.update_addon(**one, addonVersion="v1.22.3-eksbuild.1", configurationValues="{}")["update"]
    assert eks.describe_update(name="blue", updateId=update["id"], addonName="vpc-cni")["update"]["status"]
    found = eks.describe_addon(**one)["addon"]
    assert (found["addonVersion"], found["configurationValues"], found["status"]) == (
        "v1.22.3-eksbuild.1",
        "{}",
        "ACTIVE",
    )
    (association,) = eks.list_pod_identity_associations(clusterName="blue")["associations"]
    assert found["podIdentityAssociations"] == [association["associationArn"]]
    assert eks.list_addons(clusterName="blue")["addons"] == ["vpc-cni"]
    eks.delete_addon(**one)
    assert eks.list_pod_identity_associations(clusterName="blue")["associations"] == []
