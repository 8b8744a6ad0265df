"""Rows of VPCs, endpoints, connections, DNS, and certificates."""

from ops.guard.builders import (
    ALWAYS,
    UNKNOWN_ALLOWED,
    creates,
    ends,
    for_types,
    guards,
    lost,
    noted,
    opens,
    stops,
    weakens,
)
from ops.guard.harms import becomes, changed, gains_like, gains_wide_range, leaves, off
from ops.guard.plan import Parent
from ops.guard.ranges import ANYONE
from ops.guard.rows import Row

# fmt: off
# ruff: noqa: E501 - a row is a line
NETWORK: tuple[Row, ...] = (
    lost("aws_eip", "its address, which partners may have allowed"),
    lost("aws_route53_zone", "its records, and the name servers to which its parent zone delegates"),
    stops("aws_dx_gateway", "the connection to the corporate network"),
    stops("aws_dx_gateway_association", "the connection to the corporate network"),
    stops("aws_vpn_gateway", "the connection to the corporate network"),
    stops("aws_vpn_connection", "the connection to the corporate network"),
    stops("aws_nat_gateway", "the route from private subnets to the internet"),
    stops("aws_internet_gateway", "the route to and from the internet"),
    # AWS deletes neither while it contains anything: the apply would stop halfway, also after a replacement was created.
    lost("aws_subnet", "everything in it"),
    lost("aws_vpc", "everything in it"),
    stops("aws_route53_record", "what its name points to", parent=Parent("zone_id", ("aws_route53_zone",))),
    stops("aws_service_discovery_private_dns_namespace", "the names of services in it"),
    ends("aws_nat_gateway", "allocation_id", changed, "would use another public address, which partners may not allow", **UNKNOWN_ALLOWED),
    ends("aws_route53_record", "records", changed, "would point elsewhere"),
    ends("aws_route53_record", "alias.name", changed, "would point elsewhere"),
    noted(ends("aws_route53_record", "health_check_id", off, "would also return endpoints that are unhealthy", **UNKNOWN_ALLOWED)),
    creates("aws_vpc_peering_connection", "would connect the VPC to another one"),
    creates("aws_ram_principal_association", "would share resources with another account"),
    opens("aws_ec2_managed_prefix_list", "entry", gains_wide_range, "would include a wide public range", **ALWAYS),
    opens("aws_route_table_association", "route_table_id", changed, "would change the routes of its subnet"),
    *(opens("aws_route", f"destination_{kind}", becomes(*ANYONE), "would add a default route to a route table that exists", created="beside", parent=Parent("route_table_id", ("aws_route_table", "aws_default_route_table"))) for kind in ("cidr_block", "ipv6_cidr_block")),
    opens("aws_route", "gateway_id", lambda before, after: str(after).startswith("igw-") and not str(before).startswith(("igw-", "None")), "would route to an internet gateway"),
    *for_types("route_table default_route_table", opens, "route", gains_like(r'"(0\.0\.0\.0/0|::/0)"'), "would route to the internet"),
    guards("aws_flow_log", "network traffic would no longer be logged", parent=Parent("vpc_id", ("aws_vpc",))),
    weakens("aws_flow_log", "traffic_type", leaves("ALL"), "would log only part of the traffic"),
    weakens("aws_flow_log", "log_destination", changed, "would send its logs elsewhere", **UNKNOWN_ALLOWED),
    noted(weakens("aws_flow_log", "log_format", changed, "would log other fields")),
    guards("aws_route53_query_log", "its queries would no longer be logged", parent=Parent("zone_id", ("aws_route53_zone",))),
    guards("aws_route53_hosted_zone_dnssec", "answers could be forged", parent=Parent("hosted_zone_id", ("aws_route53_zone",))),
    noted(guards("aws_vpn_gateway_route_propagation", "the routes to the corporate network would be deleted", parent=Parent("vpn_gateway_id", ("aws_vpn_gateway",)))),
    noted(guards("aws_vpc_endpoint", "its traffic would go over the internet, or fail", parent=Parent("vpc_id", ("aws_vpc",)))),
    opens("aws_network_acl_rule", "rule_action", becomes("allow"), "would allow what it denies"),
    guards("aws_guardduty_detector", "threats would no longer be detected"),
    weakens("aws_guardduty_detector", "enable", off, "would no longer detect threats"),
    weakens("aws_guardduty_detector_feature", "status", leaves("ENABLED"), "would no longer detect these threats"),
)
