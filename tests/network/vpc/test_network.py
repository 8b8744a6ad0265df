"""The synthesized network."""

import json

from tests.support.template import Template


def test_network_has_subnets_of_four_tiers_by_zone(prod: Template) -> None:
    subnets = prod.resources("aws_subnet")
    assert {name: block["cidr_block"] for name, block in subnets.items()} == {
        "network_app_a": "10.20.32.0/22",
        "network_app_c": "10.20.40.0/22",
        "network_public_a": "10.20.48.0/26",
        "network_public_c": "10.20.48.128/26",
        "network_data_a": "10.20.49.0/26",
        "network_data_c": "10.20.49.128/26",
        "network_endpoint_a": "10.20.50.0/26",
        "network_endpoint_c": "10.20.50.128/26",
    }
    assert {block["availability_zone"] for block in subnets.values()} == {"ap-northeast-2a", "ap-northeast-2c"}
    assert not any(block["map_public_ip_on_launch"] for block in subnets.values())


def test_nat_in_production_has_one_gateway_per_zone(prod: Template) -> None:
    assert set(prod.resources("aws_nat_gateway")) == {"network_nat_a", "network_nat_c"}
    assert prod.resource("aws_route.network_app_c_nat")["nat_gateway_id"] == "${aws_nat_gateway.network_nat_c.id}"


def test_nat_in_dev_has_one_gateway_for_both_zones(dev: Template) -> None:
    assert set(dev.resources("aws_nat_gateway")) == {"network_nat_a"}
    for zone in "ac":
        route = dev.resource(f"aws_route.network_app_{zone}_nat")
        assert route["nat_gateway_id"] == "${aws_nat_gateway.network_nat_a.id}"


def test_nat_gateway_depends_on_the_internet_gateway(dev: Template) -> None:
    assert dev.only("aws_nat_gateway")["depends_on"] == ["aws_internet_gateway.network_internet"]


def test_data_and_endpoint_tiers_have_no_routes(prod: Template, corporate: Template) -> None:
    for template in (prod, corporate):
        with_routes = {route["route_table_id"] for route in template.resources("aws_route").values()}
        for tier in ("data", "endpoint"):
            table = f"${{aws_route_table.network_{tier}.id}}"
            assert table not in with_routes
            of_tier = {
                name: association["route_table_id"]
                for name, association in template.resources("aws_route_table_association").items()
                if name.startswith(f"network_{tier}_")
            }
            assert len(of_tier) == len([n for n in template.resources("aws_subnet") if n.startswith(f"network_{tier}")])
            assert set(of_tier.values()) == {table}


def test_only_public_subnets_have_a_route_to_the_internet_gateway(prod: Template) -> None:
    """A load balancer in subnets without this route receives no traffic."""
    (route,) = (block for block in prod.resources("aws_route").values() if "gateway_id" in block)
    assert route["route_table_id"] == "${aws_route_table.network_public.id}"


def test_network_without_internet_has_no_gateways_and_routes(corporate: Template) -> None:
    for kind in ("aws_internet_gateway", "aws_nat_gateway", "aws_eip", "aws_route"):
        assert corporate.resources(kind) == {}
    assert not [name for name in corporate.resources("aws_subnet") if "public" in name]
    assert corporate.json["output"]["nat_addresses"]["value"] == {}


def test_network_without_nat_has_no_routes_in_private_subnets(events: Template) -> None:
    assert set(events.resources("aws_route")) == {"network_public_internet"}


def test_default_security_group_and_route_table_are_empty(prod: Template) -> None:
    group = prod.resource("aws_default_security_group.network_default")
    assert (group["ingress"], group["egress"]) == ([], [])
    assert prod.resource("aws_default_route_table.network_default")["route"] == []


def test_vpc_has_dns_support_and_host_names(prod: Template) -> None:
    vpc = prod.only("aws_vpc")
    assert vpc["enable_dns_support"] is True
    assert vpc["enable_dns_hostnames"] is True


def test_data_network_acl_allows_app_and_corporate_clients_only(corporate: Template) -> None:
    rules = corporate.resources("aws_network_acl_rule").values()
    assert all(rule["rule_action"] == "allow" and rule["protocol"] == "tcp" for rule in rules)
    inwards = {rule["cidr_block"] for rule in rules if not rule["egress"]}
    assert inwards == {"10.40.32.0/20", "10.40.49.0/24", "10.128.0.0/9", "192.168.0.0/16"}
    clients = [rule for rule in rules if rule["egress"] and rule["cidr_block"] != "10.40.49.0/24"]
    assert {(rule["from_port"], rule["to_port"]) for rule in clients} == {(1024, 65535)}
    assert len({(rule["egress"], rule["rule_number"]) for rule in rules}) == len(list(rules))


def test_flow_logs_go_to_the_log_bucket_as_parquet(prod: Template) -> None:
    flow_log = prod.only("aws_flow_log")
    assert flow_log["log_destination"] == "arn:aws:s3:::agora-prod-logs-333333333333-ap-northeast-2/vpc-flow-logs"
    assert flow_log["traffic_type"] == "ALL"
    assert flow_log["depends_on"] == ["aws_s3_bucket_policy.foundation_logs"]
    # Terraform reads $${x} as the literal text ${x}.
    assert flow_log["log_format"].startswith("$${version} $${account-id} ")
    write = next(each for each in prod.policy("aws_s3_bucket_policy.foundation_logs") if each["Sid"] == "FlowLogsWrite")
    assert write["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert write["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    assert write["Resource"] == [f"{flow_log['log_destination']}/AWSLogs/aws-account-id=333333333333/*"]


def test_flow_logs_to_a_log_group_have_a_role_for_that_group_only(corporate: Template) -> None:
    flow_log = corporate.only("aws_flow_log")
    group = corporate.resource("aws_cloudwatch_log_group.foundation_vpc_flow_logs_log_group")
    assert flow_log["log_destination"].endswith(f":log-group:{group['name']}")
    assert group["retention_in_days"] == 365
    assert group["kms_key_id"] == "${aws_kms_key.foundation_logs_key.arn}"
    trust = json.loads(corporate.resource("aws_iam_role.network_flow_log")["assume_role_policy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "444444444444"}}
    write = corporate.policy("aws_iam_role_policy.network_flow_log")[0]
    assert all(resource.startswith(flow_log["log_destination"]) for resource in write["Resource"])
    assert corporate.resources("aws_s3_bucket") == {}


def test_gateway_endpoints_serve_app_and_public_tiers(prod: Template) -> None:
    for service in ("s3", "dynamodb"):
        endpoint = prod.resource(f"aws_vpc_endpoint.network_endpoint_{service}")
        assert endpoint["vpc_endpoint_type"] == "Gateway"
        assert endpoint["service_name"] == f"com.amazonaws.ap-northeast-2.{service}"
        assert set(endpoint["route_table_ids"]) == {
            "${aws_route_table.network_app_a.id}",
            "${aws_route_table.network_app_c.id}",
            "${aws_route_table.network_public.id}",
        }


def test_interface_endpoints_allow_the_vpc_on_443(prod: Template) -> None:
    endpoint = prod.resource("aws_vpc_endpoint.network_endpoint_ecr_api")
    assert endpoint["service_name"] == "com.amazonaws.ap-northeast-2.ecr.api"
    assert endpoint["private_dns_enabled"] is True
    assert endpoint["subnet_ids"] == ["${aws_subnet.network_endpoint_a.id}", "${aws_subnet.network_endpoint_c.id}"]
    rule = prod.resource("aws_vpc_security_group_ingress_rule.network_endpoints_https")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.20.32.0/19", 443, 443)
    assert not [name for name in prod.resources("aws_vpc_security_group_egress_rule") if name.startswith("network_")]


def test_network_without_interface_endpoints_has_no_group_for_them(dev: Template) -> None:
    assert not [name for name in dev.resources("aws_security_group") if name.startswith("network_")]


def test_direct_connect_associates_the_gateway_and_propagates_routes(corporate: Template) -> None:
    association = corporate.only("aws_dx_gateway_association")
    assert association["allowed_prefixes"] == ["10.40.32.0/19"]
    assert association["associated_gateway_id"] == "${aws_vpn_gateway.network_corporate.id}"
    assert corporate.only("aws_dx_gateway")["amazon_side_asn"] == "64600"
    assert {rule["route_table_id"] for rule in corporate.resources("aws_vpn_gateway_route_propagation").values()} == {
        "${aws_route_table.network_app_a.id}",
        "${aws_route_table.network_app_b.id}",
        "${aws_route_table.network_app_c.id}",
        "${aws_route_table.network_data.id}",
    }


def test_resources_that_cannot_be_restored_are_protected_in_production_only(prod: Template, dev: Template) -> None:
    kept = {
        f"{kind}.{name}"
        for kind, blocks in prod.json["resource"].items()
        for name, block in blocks.items()
        if block.get("lifecycle", {}).get("prevent_destroy")
    }
    assert {"aws_vpc.network_vpc", "aws_subnet.network_data_a", "aws_eip.network_nat_a"} <= kept
    assert "aws_s3_bucket.foundation_logs" in kept
    assert "prevent_destroy" not in json.dumps(dev.json)
