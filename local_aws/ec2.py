"""EC2: route propagation, flow logs to a folder of a bucket, the default EBS key, and settings that Moto drops.

- AWS: EnableVgwRoutePropagation lets a virtual private gateway add its routes to a route table, and DescribeRouteTables
  returns such gateways as PropagatingVgws. Moto 5.2.5 has neither. Added: both, and the Disable operation. No routes
  appear, since nothing announces any by BGP.
- AWS: CreateFlowLogs accepts a bucket's ARN followed by a folder, and DestinationOptions (file format, partitions).
  Moto treats the folder as a part of the bucket's name and drops the options. Added: both.
- AWS: CreateDhcpOptions stores its tags; CreateVpcEndpoint and ModifyVpcEndpoint store the address type and DNS record
  type of an interface endpoint, and whether private DNS is enabled. Moto drops the tags and the types, and does not
  change private DNS. Added: all are stored.
- AWS: ModifyVpcEndpoint moves a gateway endpoint's route when its route tables change. Moto changes only the list of
  tables, and later cannot delete the endpoint. Added: the routes are moved.
- AWS: DescribeSecurityGroupRules returns each rule's description. Moto does so only for CIDR blocks and drops the
  description of a rule that names another group or a prefix list. Added: all.
- AWS: GetEbsDefaultKmsKeyId and ResetEbsDefaultKmsKeyId. Moto has only the operation that modifies it.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

from local_aws.extend import add, replace, respond


def install() -> None:
    """Add the operations to Moto's EC2."""
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.route_tables import RouteTable
    from moto.ec2.models.security_groups import SecurityGroupRule
    from moto.ec2.responses import EC2Response

    add(EC2Response, enable_vgw_route_propagation, disable_vgw_route_propagation)
    add(EC2Response, get_ebs_default_kms_key_id, reset_ebs_default_kms_key_id)
    # DescribeRouteTables serializes attributes by name, so a new attribute is sufficient.
    RouteTable.propagating_vgws = property(_propagating_vgws)  # type: ignore[attr-defined]
    replace(SecurityGroupRule, "__init__", _keeping_its_list(SecurityGroupRule.__init__))
    SecurityGroupRule.description = property(_rule_description)  # type: ignore[assignment,method-assign]
    add(EC2Backend, _with_folder(EC2Backend.create_flow_logs))
    add(EC2Response, _with_options(EC2Response.create_flow_logs))
    add(EC2Response, _with_tags(EC2Response.create_dhcp_options))
    add(EC2Response, _with_address_kinds(EC2Response.create_vpc_endpoint))
    add(EC2Response, _modifying_address_kinds(EC2Response.modify_vpc_endpoint))


def _rule_description(rule: Any) -> str | None:
    """The description of a security group rule of any kind."""
    named = rule.ip_range or rule.source_group or getattr(rule, "prefix_list", {})
    described: str | None = named.get("Description")
    return described


def _keeping_its_list(make: Callable[..., None]) -> Callable[..., None]:
    """Store a rule's description of its prefix list in addition to the ID."""

    def initialize(rule: Any, *arguments: Any, **request: Any) -> None:
        make(rule, *arguments, **request)
        given = signature(make).bind(rule, *arguments, **request).arguments
        rule.prefix_list = given.get("prefix_list_id") or {}

    return initialize


def enable_vgw_route_propagation(response: Any) -> Any:
    """EnableVgwRoutePropagation."""
    from moto.core.responses import EmptyResult
    from moto.ec2.exceptions import EC2ClientError

    table, gateway_id = _table_and_gateway(response)
    gateway = response.ec2_backend.get_vpn_gateway(gateway_id)
    attachment = gateway.attachments.get(table.vpc_id)
    if attachment is None or attachment.state != "attached":
        # The provider retries on this error code while an attachment is in progress.
        raise EC2ClientError("Gateway.NotAttached", f"resource {gateway_id} is not attached to network {table.vpc_id}")
    _gateway_ids(table)[gateway_id] = None
    return EmptyResult()


def disable_vgw_route_propagation(response: Any) -> Any:
    """DisableVgwRoutePropagation."""
    from moto.core.responses import EmptyResult

    table, gateway_id = _table_and_gateway(response)
    _gateway_ids(table).pop(gateway_id, None)
    return EmptyResult()


def get_ebs_default_kms_key_id(response: Any) -> Any:
    """GetEbsDefaultKmsKeyId: the account's key for new volumes; by default AWS's own."""
    backend = response.ec2_backend
    return respond({"KmsKeyId": backend.default_kms_key_id or "alias/aws/ebs"})


def reset_ebs_default_kms_key_id(response: Any) -> Any:
    """ResetEbsDefaultKmsKeyId."""
    response.ec2_backend.default_kms_key_id = ""
    return respond({"KmsKeyId": "alias/aws/ebs"})


def _table_and_gateway(response: Any) -> tuple[Any, str]:
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    return table, response._get_param("GatewayId")


def _gateway_ids(table: Any) -> dict[str, None]:
    """Return the IDs of the gateways that propagate to `table`, as a mutable ordered set."""
    ids: dict[str, None] = table.__dict__.setdefault("propagating_gateway_ids", {})
    return ids


def _propagating_vgws(table: Any) -> list[dict[str, str]]:
    return [{"GatewayId": gateway_id} for gateway_id in _gateway_ids(table)]


def _with_folder(create: Callable[..., Any]) -> Callable[..., Any]:
    """Accept a folder of a bucket as a flow log's destination."""

    def create_flow_logs(backend: Any, **request: Any) -> Any:
        destination = request["log_destination"]
        if request["log_destination_type"] != "s3" or "/" not in (destination or ""):
            return create(backend, **request)
        _refuse_duplicate(backend, request["resource_ids"], destination)
        # Moto looks up the bucket by everything after the ARN's last colon.
        flow_logs, errors = create(backend, **request | {"log_destination": destination.partition("/")[0]})
        for flow_log in flow_logs:
            flow_log.log_destination = destination
        return flow_logs, errors

    return create_flow_logs


def _refuse_duplicate(backend: Any, resource_ids: list[str], destination: str) -> None:
    from moto.ec2.exceptions import FlowLogAlreadyExists

    existing = {(flow_log.resource_id, flow_log.log_destination) for flow_log in backend.describe_flow_logs()}
    if any((resource_id, destination) in existing for resource_id in resource_ids):
        raise FlowLogAlreadyExists()


def _with_options(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store a flow log's DestinationOptions; DescribeFlowLogs serializes them by attribute name."""

    def create_flow_logs(response: Any) -> Any:
        answer = create(response)
        options = response._get_param("DestinationOptions")
        for flow_log in response.ec2_backend.describe_flow_logs(answer.result["FlowLogIds"]):
            if options and flow_log.log_destination_type == "s3":
                flow_log.destination_options = options
        return answer

    return create_flow_logs


def _with_tags(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store the tags of CreateDhcpOptions."""

    def create_dhcp_options(response: Any) -> Any:
        answer = create(response)
        tags = response._parse_tag_specification().get("dhcp-options", {})
        answer.result["DhcpOptions"].add_tags(tags)
        return answer

    return create_dhcp_options


def _with_address_kinds(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store the address type and DNS record type of CreateVpcEndpoint; IPv4 by default for an interface endpoint."""

    def create_vpc_endpoint(response: Any) -> Any:
        answer = create(response)
        endpoint = answer.result["VpcEndpoint"]
        if endpoint.vpc_endpoint_type == "Interface":
            endpoint.ip_address_type = "ipv4"
            endpoint.dns_options = {"DnsRecordIpType": "ipv4"}
        _keep_address_kinds(response, endpoint)
        return answer

    return create_vpc_endpoint


def _modifying_address_kinds(modify: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Apply in ModifyVpcEndpoint what `_with_address_kinds` stores, private DNS, and routes of gateway endpoints."""

    def modify_vpc_endpoint(response: Any) -> Any:
        (endpoint,) = response.ec2_backend.describe_vpc_endpoints([response._get_param("VpcEndpointId")])
        before = set(endpoint.route_table_ids)
        answer = modify(response)
        _move_routes(response.ec2_backend, endpoint, before)
        _keep_address_kinds(response, endpoint)
        private_dns = response._get_bool_param("PrivateDnsEnabled")
        if private_dns is not None:
            endpoint.private_dns_enabled = private_dns
        return answer

    return modify_vpc_endpoint


def _move_routes(backend: Any, endpoint: Any, before: set[str]) -> None:
    """Delete the routes of a gateway endpoint from its former tables, and add them to its new ones."""
    prefix_list_id = endpoint.destination_prefix_list_id
    if prefix_list_id is None:
        return
    now = set(endpoint.route_table_ids)
    for table_id in now - before:
        route = {"gateway_id": endpoint.id, "destination_prefix_list_id": prefix_list_id}
        backend.create_route(table_id, None, **route)
    for table_id in before - now:
        backend.delete_route(table_id, prefix_list_id)


def _keep_address_kinds(response: Any, endpoint: Any) -> None:
    endpoint.ip_address_type = response._get_param("IpAddressType") or getattr(endpoint, "ip_address_type", None)
    options = response._get_param("DnsOptions") or {}
    endpoint.dns_options = {**(getattr(endpoint, "dns_options", None) or {}), **options} or None
