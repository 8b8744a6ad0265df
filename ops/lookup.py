"""Finds what exists in AWS and not in the state, by its name."""

from typing import Any

import boto3

Synthesized = dict[str, Any]

#: What identifies an object for `terraform import`, by resource type: an argument of its own block. From each
#: resource's page in the provider's documentation, "Import".
NAMED_BY = {
    "aws_cloudwatch_log_group": "name",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_s3_bucket": "bucket",
    "aws_s3_bucket_policy": "bucket",
}
#: What EC2 names by an id only, and of which a second one collides (an address, a name, one a VPC): the call that
#: lists them, where its answer holds them, and their id.
LISTED_BY = {
    "aws_flow_log": ("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "aws_internet_gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_nat_gateway": ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "aws_security_group": ("describe_security_groups", "SecurityGroups", "GroupId"),
    "aws_subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "aws_vpc_endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "aws_vpn_gateway": ("describe_vpn_gateways", "VpnGateways", "VpnGatewayId"),
}
#: What is being deleted, or was, is still listed for a while.
_GONE = ("deleting", "deleted")


def import_id(synthesized: Synthesized, address: str, session: boto3.Session) -> str | None:
    """Return what `terraform import` calls the object at this address, None where it cannot be told.

    What is tagged alike more than once cannot: a person has to look which of them is ours.
    """
    kind, _, name = address.partition(".")
    block = synthesized.get("resource", {}).get(kind, {}).get(name, {})
    if kind in NAMED_BY and NAMED_BY[kind] in block:
        return str(block[NAMED_BY[kind]])
    if kind in LISTED_BY and "Name" in block.get("tags", {}):
        region = synthesized["provider"]["aws"][0]["region"]
        found = _named(session.client("ec2", region_name=region), *LISTED_BY[kind], block["tags"]["Name"])
        return found[0] if len(found) == 1 else None
    return None


def _named(ec2: Any, operation: str, answer: str, identifier: str, name: str) -> list[str]:
    """Return the ids of what is listed, is not gone, and bears the Name tag."""
    pages = ec2.get_paginator(operation).paginate() if ec2.can_paginate(operation) else [getattr(ec2, operation)()]
    return [
        each[identifier]
        for page in pages
        for each in page[answer]
        if {"Key": "Name", "Value": name} in each.get("Tags", []) and each.get("State") not in _GONE
    ]
