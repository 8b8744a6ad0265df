"""EC2: route propagation, flow logs to a folder, endpoints, DHCP options, and the default EBS key."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def _gateways(ec2: Any, table_id: str) -> list[dict[str, str]]:
    (table,) = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    gateways: list[dict[str, str]] = table["PropagatingVgws"]
    return gateways


def test_route_propagation_can_be_enabled_and_disabled(ec2: Any, vpc_id: str, attached_gateway_id: str) -> None:
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    assert _gateways(ec2, table_id) == []
    for _ in range(2):  # enabling twice is allowed
        ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=attached_gateway_id)
    assert _gateways(ec2, table_id) == [{"GatewayId": attached_gateway_id}]
    ec2.disable_vgw_route_propagation(RouteTableId=table_id, GatewayId=attached_gateway_id)
    assert _gateways(ec2, table_id) == []


def test_route_propagation_without_an_attached_gateway_fails(ec2: Any, vpc_id: str) -> None:
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    gateway_id = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    with pytest.raises(ClientError, match=r"Gateway\.NotAttached"):
        ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=gateway_id)
    assert _gateways(ec2, table_id) == []


@pytest.fixture
def bucket_arn(client: Callable[[str], Any]) -> str:
    client("s3").create_bucket(
        Bucket="flow-logs-test", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
    )
    return "arn:aws:s3:::flow-logs-test"


def test_flow_log_to_a_folder_keeps_its_options(ec2: Any, vpc_id: str, bucket_arn: str) -> None:
    wanted: dict[str, Any] = {
        "ResourceIds": [vpc_id],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": f"{bucket_arn}/vpc/",
    }
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}
    created = ec2.create_flow_logs(**wanted, DestinationOptions=options)
    assert created["Unsuccessful"] == []
    (flow_log,) = ec2.describe_flow_logs(FlowLogIds=created["FlowLogIds"])["FlowLogs"]
    assert flow_log["LogDestination"] == f"{bucket_arn}/vpc/"
    assert flow_log["DestinationOptions"] == options
    with pytest.raises(ClientError, match="FlowLogAlreadyExists"):
        ec2.create_flow_logs(**wanted)
    missing = ec2.create_flow_logs(**{**wanted, "LogDestination": "arn:aws:s3:::not-there-at-all/vpc/"})
    assert missing["FlowLogIds"] == [] and len(missing["Unsuccessful"]) == 1


def test_dhcp_options_keep_their_tags(ec2: Any) -> None:
    tags = [{"Key": "Product", "Value": "agora"}]
    created = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}],
        TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": tags}],
    )["DhcpOptions"]
    assert created["Tags"] == tags
    (read,) = ec2.describe_dhcp_options(DhcpOptionsIds=[created["DhcpOptionsId"]])["DhcpOptions"]
    assert read["Tags"] == tags


def test_interface_endpoint_keeps_its_address_types(ec2: Any, vpc_id: str) -> None:
    created = ec2.create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.ap-northeast-2.ssm",
        PrivateDnsEnabled=False,
        DnsOptions={"DnsRecordIpType": "dualstack"},
    )["VpcEndpoint"]
    assert created["IpAddressType"] == "ipv4"
    assert created["DnsOptions"] == {"DnsRecordIpType": "dualstack"}
    endpoint_id = created["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, IpAddressType="dualstack", PrivateDnsEnabled=True)
    (read,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
    assert read["IpAddressType"] == "dualstack"
    assert read["DnsOptions"] == {"DnsRecordIpType": "dualstack"}
    assert read["PrivateDnsEnabled"] is True


def test_gateway_endpoint_is_unchanged(ec2: Any, vpc_id: str) -> None:
    created = ec2.create_vpc_endpoint(
        VpcId=vpc_id, VpcEndpointType="Gateway", ServiceName="com.amazonaws.ap-northeast-2.s3"
    )["VpcEndpoint"]
    assert "DnsOptions" not in created and "IpAddressType" not in created


def test_gateway_endpoint_moves_its_routes(ec2: Any, vpc_id: str) -> None:
    old, new = (ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"] for _ in range(2))
    endpoint_id = ec2.create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Gateway",
        ServiceName="com.amazonaws.ap-northeast-2.s3",
        RouteTableIds=[old],
    )["VpcEndpoint"]["VpcEndpointId"]

    def tables_with_route() -> list[str]:
        tables = ec2.describe_route_tables(RouteTableIds=[old, new])["RouteTables"]
        return [
            table["RouteTableId"]
            for table in tables
            if endpoint_id in [route.get("GatewayId") for route in table["Routes"]]
        ]

    assert tables_with_route() == [old]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, AddRouteTableIds=[new], RemoveRouteTableIds=[old])
    assert tables_with_route() == [new]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    assert tables_with_route() == []


def test_ebs_default_key_can_be_set_and_reset(client: Callable[[str], Any], ec2: Any) -> None:
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    arn = client("kms").create_key()["KeyMetadata"]["Arn"]
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=arn)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == arn
    ec2.reset_ebs_default_kms_key_id()
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_rule_that_names_a_group_keeps_its_description(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="d", Description="d", VpcId=vpc)["GroupId"]
    pair = {"GroupId": group, "Description": "From itself"}
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [pair]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [rule["Description"] for rule in rules if not rule["IsEgress"]] == ["From itself"]


def test_rule_that_names_a_prefix_list_keeps_its_description(ec2: Any, vpc_id: str) -> None:
    group = ec2.create_security_group(GroupName="p", Description="p", VpcId=vpc_id)["GroupId"]
    prefix_list = {"PrefixListId": ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]}
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    lists = [{**prefix_list, "Description": "HTTPS from a list"}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**permission, "PrefixListIds": lists}])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    (read,) = [rule for rule in rules if not rule["IsEgress"]]
    assert (read["Description"], read["PrefixListId"]) == ("HTTPS from a list", prefix_list["PrefixListId"])
