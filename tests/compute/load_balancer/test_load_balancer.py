"""Application Load Balancers in the synthesized JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack

from modules.compute.load_balancer.keys.target_group import TargetGroupSettings
from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.load_balancer.target_group import TargetGroup
from modules.foundation.foundation import Foundation
from modules.network.blocks import NetworkBlocks
from modules.network.module import NetworkModule
from tests.support.environments import KEYS
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template

NETWORK = {
    **KEYS,
    "network": {"cidr": "10.20.0.0/20", "availability_zones": ("a", "c"), "tier": "production"},
    "zone": {"public": {"name": "agora.example"}, "other": {"name": "agora.test"}},
}
RULES = {
    "api": {"priority": 10, "hosts": ("api.agora.example",), "paths": ("/v1/*",), "service": "api"},
    "admin": {"priority": 20, "paths": ("/admin/*",), "service": "api"},
    "canary": {"priority": 30, "paths": ("/v2/*",), "services": {"api": 90, "api-next": 10}},
    "page": {"priority": 40, "paths": ("/page",), "function": "maintenance"},
}


def public(stack: TerraformStack, foundation: Foundation, **values: Any) -> tuple[LoadBalancer, NetworkModule]:
    network = NetworkModule(stack, "net", blocks=NetworkBlocks.model_validate(NETWORK), foundation=foundation)
    read = {"names": ("api.agora.example",), "tier": foundation.tier, "rule": RULES, **values}
    load_balancer = LoadBalancer(
        stack,
        "public",
        name="public",
        settings=LoadBalancerSettings.model_validate(read),
        network=network,
        foundation=foundation,
    )
    return load_balancer, network


def target(purpose: str, network: NetworkModule, foundation: Foundation, **values: Any) -> TargetGroup:
    return TargetGroup(
        network,
        f"target-{purpose}",
        purpose=purpose,
        port=8080,
        settings=TargetGroupSettings.model_validate(values),
        network=network.vpc,
        foundation=foundation,
    )


def template_of(
    folder: Path, use: Callable[[LoadBalancer, NetworkModule, Foundation], None], **values: Any
) -> Template:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        load_balancer, network = public(stack, foundation, **values)
        use(load_balancer, network, foundation)

    return built(folder, build)


def nothing(_load_balancer: LoadBalancer, _network: NetworkModule, _foundation: Foundation) -> None:
    pass


def test_internet_facing_load_balancer_is_in_public_subnets(prod: Template) -> None:
    load_balancer = prod.resource("aws_lb.load_balancer_public")
    expected = {
        "name": "agora-prod-public",
        "internal": False,
        "subnets": ["${aws_subnet.network_public_a.id}", "${aws_subnet.network_public_c.id}"],
        "security_groups": ["${aws_security_group.load_balancer_public.id}"],
        "enable_deletion_protection": True,
        "lifecycle": {"prevent_destroy": True},
        "drop_invalid_header_fields": True,
        "desync_mitigation_mode": "defensive",
        "xff_header_processing_mode": "append",
        "preserve_host_header": True,
        "enable_http2": True,
        "enable_waf_fail_open": False,
        "idle_timeout": 60,
        "client_keep_alive": 3600,
    }
    assert {key: load_balancer.get(key) for key in expected} == expected


def test_load_balancer_in_development_has_no_deletion_protection(dev: Template) -> None:
    load_balancer = dev.resource("aws_lb.load_balancer_public")
    assert load_balancer["enable_deletion_protection"] is False
    assert "lifecycle" not in load_balancer


def test_log_bucket_policy_allows_the_log_delivery_service_only(prod: Template) -> None:
    load_balancer = prod.resource("aws_lb.load_balancer_public")
    bucket = "${aws_s3_bucket.foundation_logs.id}"
    assert load_balancer["access_logs"] == {
        "bucket": bucket,
        "enabled": True,
        "prefix": "load-balancers/public/access",
    }
    assert load_balancer["connection_logs"]["prefix"] == "load-balancers/public/connections"
    assert "aws_s3_bucket_policy.foundation_logs" in load_balancer["depends_on"]
    statements = {each["Sid"]: each for each in prod.policy("aws_s3_bucket_policy.foundation_logs")}
    assert statements["LoadBalancerPublic"] == {
        "Sid": "LoadBalancerPublic",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": ["s3:PutObject"],
        "Resource": [
            "arn:aws:s3:::agora-prod-logs-333333333333-ap-northeast-2/load-balancers/public/*/AWSLogs/333333333333/*"
        ],
        "Condition": {
            "ArnLike": {"aws:SourceArn": "arn:aws:elasticloadbalancing:ap-northeast-2:333333333333:loadbalancer/*"}
        },
    }


def test_https_listener_uses_tls_1_3_policy_and_http_redirects(dev: Template) -> None:
    https = dev.resource("aws_lb_listener.load_balancer_public_https")
    assert (https["port"], https["protocol"]) == (443, "HTTPS")
    assert https["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    (arn,) = (
        f"${{aws_acm_certificate_validation.{name}.certificate_arn}}"
        for name in dev.resources("aws_acm_certificate_validation")
        if name.startswith("certificate_load_balancer_public")
    )
    assert https["certificate_arn"] == arn
    (default,) = https["default_action"]
    assert (default["type"], default["fixed_response"]["status_code"]) == ("fixed-response", "404")
    (redirect,) = dev.resource("aws_lb_listener.load_balancer_public_http")["default_action"]
    assert redirect["redirect"] == {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}


def test_names_have_alias_records(prod: Template) -> None:
    records = {
        name: record
        for name, record in prod.resources("aws_route53_record").items()
        if "load_balancer" in name and record["type"] in ("A", "AAAA")
    }
    assert {record["name"]: record["type"] for record in records.values()} == {"origin.agora.example": "A"}
    assert {record["alias"]["name"] for record in records.values()} == {"${aws_lb.load_balancer_public.dns_name}"}
    assert all(record["alias"]["evaluate_target_health"] is True for record in records.values())


def test_rules_with_fixed_response_and_redirect(dev: Template) -> None:
    health = dev.resource("aws_lb_listener_rule.load_balancer_public_health")
    assert (health["priority"], health["condition"]) == (10, [{"path_pattern": {"values": ["/health-check"]}}])
    (answer,) = health["action"]
    assert answer["fixed_response"] == {"content_type": "text/plain", "message_body": "ok", "status_code": "200"}
    (moved,) = dev.resource("aws_lb_listener_rule.load_balancer_public_old-version".replace("-", "_"))["action"]
    assert moved["redirect"] == {
        "host": "#{host}",
        "path": "/v1/",
        "port": "#{port}",
        "protocol": "HTTPS",
        "query": "#{query}",
        "status_code": "HTTP_301",
    }


def test_security_group_allows_the_internet_in_and_the_service_out(dev: Template) -> None:
    group = "${aws_security_group.load_balancer_public.id}"
    rules = dev.resources("aws_vpc_security_group_ingress_rule").values()
    into = {(each["from_port"], each["cidr_ipv4"]) for each in rules if each["security_group_id"] == group}
    assert into == {(443, "0.0.0.0/0"), (80, "0.0.0.0/0")}
    out = dev.resources("aws_vpc_security_group_egress_rule").values()
    to = [each["referenced_security_group_id"] for each in out if each["security_group_id"] == group]
    assert to == ["${aws_security_group.service_api.id}"]


def test_internal_load_balancer_is_in_app_subnets(tmp_path: Path) -> None:
    load_balancer = template_of(tmp_path, nothing, internal=True, rule={}).resource("aws_lb.load_balancer_public")
    assert load_balancer["internal"] is True
    assert load_balancer["subnets"] == ["${aws_subnet.network_app_a.id}", "${aws_subnet.network_app_c.id}"]


def test_load_balancer_for_cloudfront_allows_its_prefix_list_on_https_only(tmp_path: Path) -> None:
    template = template_of(tmp_path, nothing, reachable_from="cloudfront", rule={})
    rule = template.only("aws_vpc_security_group_ingress_rule")
    assert rule["prefix_list_id"] == "${data.aws_ec2_managed_prefix_list.load_balancer_public.id}"
    assert (rule["from_port"], "cidr_ipv4" in rule) == (443, False)
    prefix_list = template.json["data"]["aws_ec2_managed_prefix_list"]["load_balancer_public"]
    assert prefix_list["name"] == "com.amazonaws.global.cloudfront.origin-facing"
    assert set(template.resources("aws_lb_listener")) == {"load_balancer_public_https"}


def test_range_rules_have_the_range_in_their_address(tmp_path: Path) -> None:
    template = template_of(tmp_path, nothing, reachable_from=["203.0.113.0/24", "198.51.100.7/32"], rule={})
    rules = template.resources("aws_vpc_security_group_ingress_rule")
    assert {name: rule["cidr_ipv4"] for name, rule in rules.items() if "https" in name} == {
        "load_balancer_public_https_from_203_0_113_0_24": "203.0.113.0/24",
        "load_balancer_public_https_from_198_51_100_7_32": "198.51.100.7/32",
    }


def test_names_in_two_zones_have_two_certificates(tmp_path: Path) -> None:
    names = ("api.agora.example", "*.agora.test", "www.agora.example")
    template = template_of(tmp_path, nothing, names=names, rule={})
    certificates = {
        certificate["domain_name"]: certificate.get("subject_alternative_names")
        for certificate in template.resources("aws_acm_certificate").values()
    }
    assert certificates == {"api.agora.example": ["www.agora.example"], "*.agora.test": None}
    further = template.only("aws_lb_listener_certificate")
    assert "agora__test" in further["certificate_arn"]
    listener = template.resource("aws_lb_listener.load_balancer_public_https")
    assert "agora__example" in listener["certificate_arn"]
    records = template.resources("aws_route53_record").values()
    assert {record["name"] for record in records if record["type"] == "A"} == set(names)


def test_forward_creates_the_rules_and_opens_both_security_groups(tmp_path: Path) -> None:
    found: list[str] = []

    def use(load_balancer: LoadBalancer, network: NetworkModule, foundation: Foundation) -> None:
        group = target("api", network, foundation)
        for label in ("api", "admin"):
            ready = load_balancer.forward(label, group, security_group_id="sg-1", port=8080, name="api")
            found.append(getattr(ready, "friendly_unique_id", ""))
        found.append(load_balancer.resource_label(group))

    template = template_of(tmp_path, use)
    assert found[:2] == ["load_balancer_public_api", "load_balancer_public_admin"]
    for label in ("api", "admin"):
        rule = template.resource(f"aws_lb_listener_rule.load_balancer_public_{label}")
        assert rule["action"] == [
            {"type": "forward", "target_group_arn": "${aws_lb_target_group.target_group_api.arn}"}
        ]
    rule = template.resource("aws_lb_listener_rule.load_balancer_public_api")
    assert rule["condition"] == [
        {"host_header": {"values": ["api.agora.example"]}},
        {"path_pattern": {"values": ["/v1/*"]}},
    ]
    balancer = "${aws_security_group.load_balancer_public.id}"
    out = template.only("aws_vpc_security_group_egress_rule")
    assert (out["security_group_id"], out["referenced_security_group_id"]) == (balancer, "sg-1")
    into = template.resource("aws_vpc_security_group_ingress_rule.load_balancer_public_into_api_8080")
    assert (into["security_group_id"], into["referenced_security_group_id"]) == ("sg-1", balancer)
    assert (into["from_port"], into["to_port"], out["from_port"], out["to_port"]) == (8080, 8080, 8080, 8080)


def test_forward_of_two_services_is_weighted(tmp_path: Path) -> None:
    def use(load_balancer: LoadBalancer, network: NetworkModule, foundation: Foundation) -> None:
        for name, group in (("api-next", "sg-2"), ("api", "sg-1")):
            each = target(name, network, foundation)
            load_balancer.forward("canary", each, security_group_id=group, port=8080, name=name)

    template = template_of(tmp_path, use)
    (action,) = template.resource("aws_lb_listener_rule.load_balancer_public_canary")["action"]
    assert action["type"] == "forward"
    assert action["forward"]["target_group"] == [
        {"arn": "${aws_lb_target_group.target_group_api.arn}", "weight": 90},
        {"arn": "${aws_lb_target_group.target_group_api_next.arn}", "weight": 10},
    ]


def test_forward_of_default_sets_the_default_action(tmp_path: Path) -> None:
    def use(load_balancer: LoadBalancer, network: NetworkModule, foundation: Foundation) -> None:
        group = target("api", network, foundation)
        load_balancer.forward("default", group, security_group_id="sg-1", port=8080, name="api")

    template = template_of(tmp_path, use, default={"service": "api"})
    (action,) = template.resource("aws_lb_listener.load_balancer_public_https")["default_action"]
    assert action == {"type": "forward", "target_group_arn": "${aws_lb_target_group.target_group_api.arn}"}


def test_forward_without_matching_rule_raises_key_error(tmp_path: Path) -> None:
    def use(load_balancer: LoadBalancer, network: NetworkModule, foundation: Foundation) -> None:
        group = target("web", network, foundation)
        with pytest.raises(KeyError, match="load balancer public: api does not forward to web, but to api"):
            load_balancer.forward("api", group, security_group_id="sg-1", port=8080, name="web")
        with pytest.raises(KeyError, match="load balancer public has no rule web; it has api, admin, canary, page, d"):
            load_balancer.forward("web", group, security_group_id="sg-1", port=8080, name="web")

    template_of(tmp_path, use)


def test_forward_function_creates_target_group_and_permission(tmp_path: Path) -> None:
    arn = f"arn:aws:lambda:ap-northeast-2:{ACCOUNT}:function:agora-prod-maintenance"

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        load_balancer, _ = public(stack, foundation)
        load_balancer.forward_function("page", arn, "maintenance")

    template = built(tmp_path, build)
    group = template.resource("aws_lb_target_group.target_group_public_page")
    assert (group["target_type"], group["name"]) == ("lambda", "agora-prod-public-page-function")
    permission = template.only("aws_lambda_permission")
    assert (permission["principal"], permission["function_name"]) == ("elasticloadbalancing.amazonaws.com", arn)
    assert permission["source_arn"] == "${aws_lb_target_group.target_group_public_page.arn}"
    attachment = template.only("aws_lb_target_group_attachment")
    assert attachment["depends_on"] == ["aws_lambda_permission.target_group_public_page"]
    (action,) = template.resource("aws_lb_listener_rule.load_balancer_public_page")["action"]
    assert action["target_group_arn"] == "${aws_lb_target_group.target_group_public_page.arn}"
    assert "aws_vpc_security_group_egress_rule" not in template.json["resource"]


def test_forward_function_with_an_alias_invokes_the_alias(tmp_path: Path) -> None:
    arn = f"arn:aws:lambda:ap-northeast-2:{ACCOUNT}:function:agora-prod-maintenance"

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        load_balancer, _ = public(stack, foundation)
        load_balancer.forward_function("page", arn, "maintenance", qualifier="live")

    template = built(tmp_path, build)
    permission = template.only("aws_lambda_permission")
    assert (permission["function_name"], permission["qualifier"]) == (arn, "live")
    assert template.only("aws_lb_target_group_attachment")["target_id"] == f"{arn}:live"
