"""Direct Connect: gateways, associations, and private virtual interfaces."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def dx(client: Callable[[str], Any]) -> Any:
    return client("directconnect")


@pytest.fixture
def gateway_id(dx: Any) -> str:
    gateway = dx.create_direct_connect_gateway(directConnectGatewayName="agora", amazonSideAsn=64600)
    return str(gateway["directConnectGateway"]["directConnectGatewayId"])


def _prefixes(association: dict[str, Any]) -> list[str]:
    return [prefix["cidr"] for prefix in association["allowedPrefixesToDirectConnectGateway"]]


def _cidrs(*cidrs: str) -> list[dict[str, str]]:
    return [{"cidr": cidr} for cidr in cidrs]


def test_gateway_can_be_created_renamed_and_deleted(dx: Any, gateway_id: str) -> None:
    request = {"directConnectGatewayId": gateway_id}
    dx.update_direct_connect_gateway(**request, newDirectConnectGatewayName="renamed")
    (gateway,) = dx.describe_direct_connect_gateways(**request)["directConnectGateways"]
    assert gateway["directConnectGatewayName"] == "renamed"
    assert gateway["amazonSideAsn"] == 64600
    assert gateway["directConnectGatewayState"] == "available"
    assert gateway["ownerAccount"] == "333333333333"
    dx.delete_direct_connect_gateway(**request)
    assert dx.describe_direct_connect_gateways(**request)["directConnectGateways"] == []
    with pytest.raises(ClientError, match="does not exist"):
        dx.delete_direct_connect_gateway(**request)


@pytest.mark.parametrize("asn", [1, 64_511, 65_535, 4_199_999_999, 4_294_967_295])
def test_gateway_with_a_public_asn_fails(dx: Any, asn: int) -> None:
    with pytest.raises(ClientError, match="DirectConnectClientException"):
        dx.create_direct_connect_gateway(directConnectGatewayName="agora", amazonSideAsn=asn)


def test_association_can_be_created_changed_and_deleted(dx: Any, gateway_id: str, attached_gateway_id: str) -> None:
    created = dx.create_direct_connect_gateway_association(
        directConnectGatewayId=gateway_id,
        gatewayId=attached_gateway_id,
        addAllowedPrefixesToDirectConnectGateway=_cidrs("10.20.0.0/20", "100.64.0.0/20"),
    )["directConnectGatewayAssociation"]
    assert created["associationState"] == "associated"
    assert created["associatedGateway"] == {
        "id": attached_gateway_id,
        "type": "virtualPrivateGateway",
        "ownerAccount": "333333333333",
        "region": "ap-northeast-2",
    }
    updated = dx.update_direct_connect_gateway_association(
        associationId=created["associationId"],
        addAllowedPrefixesToDirectConnectGateway=_cidrs("10.30.0.0/20"),
        removeAllowedPrefixesToDirectConnectGateway=_cidrs("100.64.0.0/20"),
    )["directConnectGatewayAssociation"]
    assert _prefixes(updated) == ["10.20.0.0/20", "10.30.0.0/20"]
    for request in (
        {"associationId": created["associationId"]},
        {"directConnectGatewayId": gateway_id, "associatedGatewayId": attached_gateway_id},
        {"directConnectGatewayId": gateway_id, "virtualGatewayId": attached_gateway_id},
    ):
        found = dx.describe_direct_connect_gateway_associations(**request)["directConnectGatewayAssociations"]
        assert found == [updated]
    with pytest.raises(ClientError, match="still has associations"):
        dx.delete_direct_connect_gateway(directConnectGatewayId=gateway_id)
    dx.delete_direct_connect_gateway_association(associationId=created["associationId"])
    request = {"directConnectGatewayId": gateway_id}
    assert dx.describe_direct_connect_gateway_associations(**request)["directConnectGatewayAssociations"] == []
    dx.delete_direct_connect_gateway(**request)


def test_association_without_prefixes_announces_the_vpc(dx: Any, gateway_id: str, attached_gateway_id: str) -> None:
    created = dx.create_direct_connect_gateway_association(
        directConnectGatewayId=gateway_id, gatewayId=attached_gateway_id
    )
    assert _prefixes(created["directConnectGatewayAssociation"]) == ["10.20.0.0/20"]


def test_association_invalid_fails(dx: Any, gateway_id: str, attached_gateway_id: str) -> None:
    associate = dx.create_direct_connect_gateway_association
    with pytest.raises(ClientError, match="vgw-0 does not exist"):
        associate(directConnectGatewayId=gateway_id, gatewayId="vgw-0")
    with pytest.raises(ClientError, match="does not exist"):
        associate(directConnectGatewayId=str(uuid4()), gatewayId=attached_gateway_id)
    many = _cidrs(*(f"10.{n}.0.0/16" for n in range(21)))
    with pytest.raises(ClientError, match="at most 20"):
        associate(
            directConnectGatewayId=gateway_id,
            gatewayId=attached_gateway_id,
            addAllowedPrefixesToDirectConnectGateway=many,
        )
    associate(directConnectGatewayId=gateway_id, gatewayId=attached_gateway_id)
    with pytest.raises(ClientError, match="already associated"):
        associate(directConnectGatewayId=gateway_id, gatewayId=attached_gateway_id)


def test_private_virtual_interface_can_be_created_changed_and_deleted(dx: Any, gateway_id: str) -> None:
    tags = [{"key": "Product", "value": "agora"}]
    created = dx.create_private_virtual_interface(
        connectionId="dxcon-fh6ajlxn",
        newPrivateVirtualInterface={
            "virtualInterfaceName": "agora",
            "vlan": 101,
            "asn": 65000,
            "directConnectGatewayId": gateway_id,
            "tags": tags,
        },
    )
    interface_id = created["virtualInterfaceId"]
    assert (created["virtualInterfaceState"], created["vlan"], created["mtu"]) == ("down", 101, 1500)
    dx.update_virtual_interface_attributes(virtualInterfaceId=interface_id, mtu=9001)
    (read,) = dx.describe_virtual_interfaces(virtualInterfaceId=interface_id)["virtualInterfaces"]
    assert (read["mtu"], read["directConnectGatewayId"]) == (9001, gateway_id)
    arn = f"arn:aws:directconnect:ap-northeast-2:333333333333:dxvif/{interface_id}"
    (tagged,) = dx.describe_tags(resourceArns=[arn])["resourceTags"]
    assert tagged["tags"] == tags
    dx.delete_virtual_interface(virtualInterfaceId=interface_id)
    assert dx.describe_virtual_interfaces(virtualInterfaceId=interface_id)["virtualInterfaces"] == []


def test_private_virtual_interface_without_a_gateway_fails(dx: Any) -> None:
    wanted = {"virtualInterfaceName": "agora", "vlan": 101, "asn": 65000}
    with pytest.raises(ClientError, match="needs a Direct Connect gateway"):
        dx.create_private_virtual_interface(connectionId="dxcon-1", newPrivateVirtualInterface=wanted)
