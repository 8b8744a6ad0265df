"""EC2 instances: maintenance options are stored, and network interfaces outlive their instance."""

from collections.abc import Callable
from typing import Any

import pytest

IMAGE = "ami-785db401"


@pytest.fixture
def ec2(client: Callable[[str], Any]) -> Any:
    return client("ec2")


def run(ec2: Any, **request: Any) -> Any:
    return ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, **request)["Instances"][0]


def described(ec2: Any, instance_id: str) -> Any:
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def test_instance_recovers_by_default_and_the_options_can_be_changed(ec2: Any) -> None:
    instance_id = run(ec2)["InstanceId"]
    assert described(ec2, instance_id)["MaintenanceOptions"] == {"AutoRecovery": "default"}
    ec2.modify_instance_maintenance_options(InstanceId=instance_id, AutoRecovery="disabled")
    assert described(ec2, instance_id)["MaintenanceOptions"] == {"AutoRecovery": "disabled"}
    other = run(ec2, MaintenanceOptions={"AutoRecovery": "disabled"})["InstanceId"]
    assert described(ec2, other)["MaintenanceOptions"] == {"AutoRecovery": "disabled"}


def test_interface_of_a_terminated_instance_can_be_used_by_another(ec2: Any) -> None:
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    use = [{"DeviceIndex": 0, "NetworkInterfaceId": interface}]
    instance_id = run(ec2, NetworkInterfaces=use)["InstanceId"]
    ec2.terminate_instances(InstanceIds=[instance_id])
    assert described(ec2, instance_id)["State"]["Name"] == "terminated"
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    assert found["Status"] == "available"
    assert "Attachment" not in found
    other = run(ec2, NetworkInterfaces=use)["InstanceId"]
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    assert found["Attachment"]["InstanceId"] == other


def test_interface_with_a_public_address_is_deleted_after_its_instance(ec2: Any) -> None:
    """In the order in which Terraform destroys them."""
    subnet = ec2.describe_subnets()["Subnets"][0]
    interface = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]["NetworkInterfaceId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)["AssociationId"]
    instance_id = run(ec2, NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": interface}])["InstanceId"]
    zone = described(ec2, instance_id)["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=2)["VolumeId"]
    ec2.attach_volume(Device="/dev/sdf", InstanceId=instance_id, VolumeId=volume)
    ec2.stop_instances(InstanceIds=[instance_id])
    ec2.detach_volume(Device="/dev/sdf", InstanceId=instance_id, VolumeId=volume)
    ec2.terminate_instances(InstanceIds=[instance_id])
    assert described(ec2, instance_id)["State"]["Name"] == "terminated"
    ec2.disassociate_address(AssociationId=association)
    ec2.release_address(AllocationId=address)
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_volume(VolumeId=volume)


def test_newest_image_of_ubuntu_is_found_by_owner_and_name(ec2: Any) -> None:
    name = {"Name": "name", "Values": ["ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*"]}
    (image,) = ec2.describe_images(Owners=["099720109477"], Filters=[name])["Images"]
    assert (image["Architecture"], image["RootDeviceName"]) == ("arm64", "/dev/sda1")
