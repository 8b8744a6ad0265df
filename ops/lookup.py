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
#: What EC2 names by an id only, and of which a second one collides (an address, a name, one a VPC), by what
#: its id begins with.
ID_PREFIXES = {
    "aws_flow_log": "fl-",
    "aws_internet_gateway": "igw-",
    "aws_nat_gateway": "nat-",
    "aws_security_group": "sg-",
    "aws_subnet": "subnet-",
    "aws_vpc_endpoint": "vpce-",
    "aws_vpn_gateway": "vgw-",
}


def import_id(synthesized: Synthesized, address: str, session: boto3.Session) -> str | None:
    """Return what `terraform import` calls the object at this address, None where it cannot be told.

    What is tagged alike more than once cannot: a person has to look which of them is ours.
    """
    kind, _, name = address.partition(".")
    block = synthesized.get("resource", {}).get(kind, {}).get(name, {})
    if kind in NAMED_BY and NAMED_BY[kind] in block:
        return str(block[NAMED_BY[kind]])
    if kind in ID_PREFIXES and "Name" in block.get("tags", {}):
        found = _named(synthesized, session, ID_PREFIXES[kind], block["tags"]["Name"])
        return found[0] if len(found) == 1 else None
    return None


def _named(synthesized: Synthesized, session: boto3.Session, prefix: str, name: str) -> list[str]:
    """Return the ids with this prefix of what bears the Name tag."""
    ec2: Any = session.client("ec2", region_name=synthesized["provider"]["aws"][0]["region"])
    filters = [{"Name": "key", "Values": ["Name"]}, {"Name": "value", "Values": [name]}]
    found = [tag["ResourceId"] for tag in ec2.describe_tags(Filters=filters)["Tags"]]
    return [resource_id for resource_id in found if resource_id.startswith(prefix)]
