"""Direct Connect: gateways, their associations, and private virtual interfaces.

AWS: a Direct Connect gateway is global (one list per account, visible in every Region), is associated with virtual
private gateways of any Region, and announces the allowed prefixes of each association. Virtual interfaces belong to a
Region and connect a connection to a gateway. Moto 5.2.5 has only connections and link aggregation groups. Added: the
other operations, which respond immediately with the state that AWS reaches after minutes. A virtual interface remains
"down", since no cable is connected, and its connection is not looked up: AWS creates connections by hand.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

# [CreateDirectConnectGateway, amazonSideAsn]
# (https://docs.aws.amazon.com/directconnect/latest/APIReference/API_CreateDirectConnectGateway.html).
PRIVATE_ASNS = (range(64_512, 65_535), range(4_200_000_000, 4_294_967_295))
DEFAULT_ASN = 64_512

# [Direct Connect quotas](https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html), a fixed one: prefixes
# from AWS to on-premises, per association with a virtual private gateway.
MOST_PREFIXES = 20

_Request = dict[str, Any]
_Answer = dict[str, Any]


@dataclass
class Gateways:
    """The Direct Connect gateways of an account, with their associations and interfaces."""

    gateways: dict[str, _Answer] = field(default_factory=dict)
    associations: dict[str, _Answer] = field(default_factory=dict)
    interfaces: dict[str, _Answer] = field(default_factory=dict)


class Call:
    """A request to Direct Connect, and the account of its caller."""

    def __init__(self, moto: Any) -> None:
        self.moto = moto
        self.account_id: str = moto.current_account
        self.region: str = moto.region
        self.account = _accounts[self.account_id]
        self.request: _Request = json.loads(moto.body or "{}")


_accounts: defaultdict[str, Gateways] = defaultdict(Gateways)
_lock = threading.RLock()


def install() -> None:
    """Add the operations to Moto's Direct Connect."""
    from moto.directconnect.responses import DirectConnectResponse

    from local_aws.extend import add

    for call in (
        create_direct_connect_gateway,
        describe_direct_connect_gateways,
        update_direct_connect_gateway,
        delete_direct_connect_gateway,
        create_direct_connect_gateway_association,
        describe_direct_connect_gateway_associations,
        update_direct_connect_gateway_association,
        delete_direct_connect_gateway_association,
        create_private_virtual_interface,
        describe_virtual_interfaces,
        update_virtual_interface_attributes,
        delete_virtual_interface,
    ):
        add(DirectConnectResponse, _answering(call))


def create_direct_connect_gateway(call: Call) -> _Answer:
    """CreateDirectConnectGateway."""
    asn = int(call.request.get("amazonSideAsn") or DEFAULT_ASN)
    if not any(asn in asns for asns in PRIVATE_ASNS):
        raise _refused(f"Amazon side ASN {asn} is not in 64512-65534 or 4200000000-4294967294")
    gateway_id = str(uuid4())
    gateway = {
        "directConnectGatewayId": gateway_id,
        "directConnectGatewayName": call.request["directConnectGatewayName"],
        "amazonSideAsn": asn,
        "ownerAccount": call.account_id,
        "directConnectGatewayState": "available",
        "tags": call.request.get("tags") or [],
    }
    call.account.gateways[gateway_id] = gateway
    return {"directConnectGateway": gateway}


def describe_direct_connect_gateways(call: Call) -> _Answer:
    """DescribeDirectConnectGateways; the list is empty for a gateway that does not exist."""
    return {"directConnectGateways": _matching(call.account.gateways, call.request, "directConnectGatewayId")}


def update_direct_connect_gateway(call: Call) -> _Answer:
    """UpdateDirectConnectGateway: its name."""
    gateway = _gateway(call.account, call.request["directConnectGatewayId"])
    gateway["directConnectGatewayName"] = call.request["newDirectConnectGatewayName"]
    return {"directConnectGateway": gateway}


def delete_direct_connect_gateway(call: Call) -> _Answer:
    """DeleteDirectConnectGateway; fails while it has associations or attachments."""
    gateway_id = call.request["directConnectGatewayId"]
    gateway = _gateway(call.account, gateway_id)
    for kind in (call.account.associations, call.account.interfaces):
        if _matching(kind, {"directConnectGatewayId": gateway_id}, "directConnectGatewayId"):
            raise _refused(f"Direct Connect Gateway {gateway_id} still has associations or attachments")
    del call.account.gateways[gateway_id]
    return {"directConnectGateway": gateway | {"directConnectGatewayState": "deleted"}}


def create_direct_connect_gateway_association(call: Call) -> _Answer:
    """CreateDirectConnectGatewayAssociation with a virtual private gateway or a transit gateway."""
    gateway_id = call.request["directConnectGatewayId"]
    _gateway(call.account, gateway_id)
    associated_id = call.request.get("gatewayId") or call.request["virtualGatewayId"]
    known = {"directConnectGatewayId": gateway_id, "virtualGatewayId": associated_id}
    if _matching(call.account.associations, known, *known):
        raise _refused(f"{associated_id} is already associated with Direct Connect Gateway {gateway_id}")
    association = {
        "associationId": str(uuid4()),
        "associationState": "associated",
        "directConnectGatewayId": gateway_id,
        "directConnectGatewayOwnerAccount": call.account_id,
        "associatedGateway": _associated(call, associated_id),
        "virtualGatewayId": associated_id,
        "virtualGatewayRegion": call.region,
        "virtualGatewayOwnerAccount": call.account_id,
        "allowedPrefixesToDirectConnectGateway": [],
    }
    # Without prefixes, AWS announces the CIDR blocks of the gateway's VPC.
    prefixes = call.request.get("addAllowedPrefixesToDirectConnectGateway") or _vpc_ranges(call, associated_id)
    _change_prefixes(association, prefixes, [])
    call.account.associations[association["associationId"]] = association
    return {"directConnectGatewayAssociation": association}


def describe_direct_connect_gateway_associations(call: Call) -> _Answer:
    """DescribeDirectConnectGatewayAssociations by association, gateway or associated gateway."""
    filters = call.request | {
        "virtualGatewayId": call.request.get("associatedGatewayId") or call.request.get("virtualGatewayId")
    }
    found = _matching(call.account.associations, filters, "associationId", "directConnectGatewayId", "virtualGatewayId")
    return {"directConnectGatewayAssociations": found}


def update_direct_connect_gateway_association(call: Call) -> _Answer:
    """UpdateDirectConnectGatewayAssociation: its allowed prefixes."""
    association = _association(call)
    _change_prefixes(
        association,
        call.request.get("addAllowedPrefixesToDirectConnectGateway") or [],
        call.request.get("removeAllowedPrefixesToDirectConnectGateway") or [],
    )
    return {"directConnectGatewayAssociation": association}


def delete_direct_connect_gateway_association(call: Call) -> _Answer:
    """DeleteDirectConnectGatewayAssociation."""
    association = _association(call)
    del call.account.associations[association["associationId"]]
    return {"directConnectGatewayAssociation": association | {"associationState": "disassociated"}}


def create_private_virtual_interface(call: Call) -> _Answer:
    """CreatePrivateVirtualInterface on a Direct Connect gateway or a virtual private gateway."""
    wanted = call.request["newPrivateVirtualInterface"]
    if wanted.get("directConnectGatewayId"):
        _gateway(call.account, wanted["directConnectGatewayId"])
    elif wanted.get("virtualGatewayId"):
        _associated(call, wanted["virtualGatewayId"])
    else:
        raise _refused("a private virtual interface needs a Direct Connect gateway or a virtual gateway")
    interface_id = f"dxvif-{uuid4().hex[:8]}"
    mtu = wanted.get("mtu") or 1500
    interface = {
        **{name: value for name, value in wanted.items() if name != "enableSiteLink"},
        "virtualInterfaceId": interface_id,
        "virtualInterfaceType": "private",
        "virtualInterfaceState": "down",
        "ownerAccount": call.account_id,
        "connectionId": call.request["connectionId"],
        "region": call.region,
        "location": "EqDC2",
        "amazonSideAsn": DEFAULT_ASN,
        "awsDeviceV2": "EqDC2-local",
        "authKey": wanted.get("authKey") or uuid4().hex,
        "addressFamily": wanted.get("addressFamily") or "ipv4",
        "amazonAddress": wanted.get("amazonAddress") or "169.254.255.1/30",
        "customerAddress": wanted.get("customerAddress") or "169.254.255.2/30",
        "mtu": mtu,
        "jumboFrameCapable": True,
        "siteLinkEnabled": bool(wanted.get("enableSiteLink")),
        "routeFilterPrefixes": [],
        "bgpPeers": [],
        "tags": wanted.get("tags") or [],
    }
    call.account.interfaces[interface_id] = interface
    tags = {tag["key"]: tag.get("value", "") for tag in interface["tags"]}
    arn = f"arn:aws:directconnect:{call.region}:{call.account_id}:dxvif/{interface_id}"
    call.moto.directconnect_backend.tag_resource(arn, tags)
    return interface


def describe_virtual_interfaces(call: Call) -> _Answer:
    """DescribeVirtualInterfaces of this region."""
    filters = call.request | {"region": call.region}
    found = _matching(call.account.interfaces, filters, "virtualInterfaceId", "connectionId", "region")
    return {"virtualInterfaces": found}


def update_virtual_interface_attributes(call: Call) -> _Answer:
    """UpdateVirtualInterfaceAttributes: MTU, SiteLink, and name."""
    interface = _interface(call)
    changes = {
        "mtu": call.request.get("mtu"),
        "siteLinkEnabled": call.request.get("enableSiteLink"),
        "virtualInterfaceName": call.request.get("virtualInterfaceName"),
    }
    interface.update({name: value for name, value in changes.items() if value is not None})
    return interface


def delete_virtual_interface(call: Call) -> _Answer:
    """DeleteVirtualInterface."""
    interface = _interface(call)
    del call.account.interfaces[interface["virtualInterfaceId"]]
    return {"virtualInterfaceState": "deleted"}


def _answering(call: Callable[["Call"], _Answer]) -> Callable[[Any], str]:
    """Convert `call` to a method of Moto's response class: JSON in, JSON out, one at a time."""

    def method(response: Any) -> str:
        with _lock:
            answer = call(Call(response))
        return json.dumps(answer)

    method.__name__ = call.__name__
    return method


def _matching(kind: dict[str, _Answer], request: _Request, *names: str) -> list[_Answer]:
    """Return the items that match `request` in all of `names` that it contains."""
    wanted = {name: request[name] for name in names if request.get(name)}
    return [item for item in kind.values() if all(item.get(name) == wanted[name] for name in wanted)]


def _gateway(account: Gateways, gateway_id: str) -> _Answer:
    if gateway_id not in account.gateways:
        raise _refused(f"Direct Connect Gateway with ID {gateway_id} does not exist")
    return account.gateways[gateway_id]


def _association(call: Call) -> _Answer:
    names = ("associationId", "directConnectGatewayId", "virtualGatewayId")
    found = _matching(call.account.associations, call.request, *names)
    if not found:
        raise _refused("the Direct Connect Gateway association does not exist")
    return found[0]


def _interface(call: Call) -> _Answer:
    interface_id = call.request["virtualInterfaceId"]
    if interface_id not in call.account.interfaces:
        raise _refused(f"Virtual Interface {interface_id} does not exist")
    return call.account.interfaces[interface_id]


def _associated(call: Call, gateway_id: str) -> _Answer:
    """Look up the associated gateway in the caller's account and Region, as AWS does."""
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[call.account_id][call.region]
    if gateway_id in ec2.vpn_gateways and ec2.vpn_gateways[gateway_id].state != "deleted":
        kind = "virtualPrivateGateway"
    elif gateway_id in ec2.transit_gateways:
        kind = "transitGateway"
    else:
        raise _refused(f"gateway {gateway_id} does not exist in {call.region}")
    owner = {"ownerAccount": call.account_id, "region": call.region}
    return {"id": gateway_id, "type": kind, **owner}


def _vpc_ranges(call: Call, gateway_id: str) -> list[_Answer]:
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[call.account_id][call.region]
    gateway = ec2.vpn_gateways.get(gateway_id)
    attached = [a.vpc_id for a in gateway.vpc_attachments if a.state == "attached"] if gateway else []
    return [{"cidr": ec2.get_vpc(vpc_id).cidr_block} for vpc_id in attached]


def _change_prefixes(association: _Answer, added: list[_Answer], removed: list[_Answer]) -> None:
    name = "allowedPrefixesToDirectConnectGateway"
    removed_cidrs = {prefix["cidr"] for prefix in removed}
    cidrs = {prefix["cidr"] for prefix in [*association[name], *added]} - removed_cidrs
    if len(cidrs) > MOST_PREFIXES:
        raise _refused(f"{len(cidrs)} allowed prefixes, at most {MOST_PREFIXES} are allowed")
    association[name] = [{"cidr": cidr} for cidr in sorted(cidrs)]


def _refused(reason: str) -> Exception:
    from moto.directconnect.exceptions import DXConnectionError

    return DXConnectionError("DirectConnectClientException", reason)
