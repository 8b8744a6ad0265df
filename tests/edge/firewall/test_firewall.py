"""The firewall in the synthesized JSON."""

import json
from pathlib import Path
from typing import Any

from cdktf import TerraformStack

from modules.edge.firewall.firewall import Firewall
from modules.edge.firewall.settings import FirewallSettings
from modules.foundation.foundation import Foundation
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template


def rules(template: Template, place: str = "regional") -> dict[str, dict[str, Any]]:
    found = template.resource(f"aws_wafv2_web_acl.firewall_{place}")["rule"]
    return {rule["name"]: rule for rule in found}


def both(folder: Path, **values: Any) -> Template:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        settings = FirewallSettings.model_validate(values)
        firewall = Firewall(stack, "firewall", settings=settings, foundation=foundation)
        assert firewall.for_load_balancers is firewall.for_load_balancers
        assert firewall.for_cloudfront.arn != firewall.for_load_balancers.arn

    return built(folder, build)


def test_web_acl_evaluates_lists_first_and_allows_by_default(prod: Template) -> None:
    web_acl = prod.resource("aws_wafv2_web_acl.firewall_cloudfront")
    assert (web_acl["name"], web_acl["scope"]) == ("agora-prod-cloudfront", "CLOUDFRONT")
    assert web_acl["default_action"] == {"allow": {}}
    assert [(rule["priority"], rule["name"]) for rule in web_acl["rule"]] == [
        (20, "rate-limit"),
        (100, "ip-reputation"),
        (120, "known-bad-inputs"),
        (130, "common"),
        (140, "sql"),
    ]
    assert web_acl["provider"] == "aws.us-east-1"


def test_rate_limit_responds_with_status_429(prod: Template) -> None:
    limit = rules(prod, "cloudfront")["rate-limit"]
    assert limit["statement"] == {
        "rate_based_statement": {"limit": 5000, "evaluation_window_sec": 300, "aggregate_key_type": "IP"}
    }
    assert limit["action"] == {"block": {"custom_response": {"response_code": 429}}}


def test_group_blocks_except_its_count_rules(prod: Template) -> None:
    common = rules(prod, "cloudfront")["common"]
    assert common["override_action"] == {"none": {}}
    assert common["statement"]["managed_rule_group_statement"] == {
        "vendor_name": "AWS",
        "name": "AWSManagedRulesCommonRuleSet",
        "rule_action_override": [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}],
    }


def test_group_in_count_mode_blocks_nothing(dev: Template) -> None:
    found = {name: rule.get("override_action") for name, rule in rules(dev).items()}
    assert found["common"] == {"count": {}}
    assert found["sql"] == {"none": {}}


def test_internet_facing_load_balancer_is_associated(dev: Template) -> None:
    assert dev.resource("aws_wafv2_web_acl_association.firewall_public") == {
        "resource_arn": "${aws_lb.load_balancer_public.arn}",
        "web_acl_arn": "${aws_wafv2_web_acl.firewall_regional.arn}",
    }
    assert set(dev.resources("aws_wafv2_web_acl")) == {"firewall_regional", "firewall_cloudfront"}


def test_load_balancer_behind_cloudfront_is_not_associated(prod: Template) -> None:
    """All users would share the rate limits of CloudFront's addresses, and CloudFront has its own web ACL."""
    assert set(prod.resources("aws_wafv2_web_acl")) == {"firewall_cloudfront"}
    assert prod.resources("aws_wafv2_web_acl_association") == {}


def test_logs_have_the_required_prefix_and_no_secret_headers(dev: Template) -> None:
    logging = dev.resource("aws_wafv2_web_acl_logging_configuration.firewall_regional")
    name = "aws-waf-logs-agora-dev-regional"
    arn = f"arn:aws:logs:ap-northeast-2:111111111111:log-group:{name}"
    assert logging["log_destination_configs"] == [arn]
    assert logging["redacted_fields"] == [
        {"single_header": {"name": "authorization"}},
        {"single_header": {"name": "cookie"}},
    ]
    assert logging["logging_filter"]["default_behavior"] == "DROP"
    (keep,) = logging["logging_filter"]["filter"]
    kept = {condition["action_condition"]["action"] for condition in keep["condition"]}
    assert {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"} <= kept
    assert "ALLOW" not in kept
    log_group = dev.resource("aws_cloudwatch_log_group.foundation_firewall_regional_log_group")
    assert (log_group["name"], log_group["retention_in_days"]) == (name, 30)
    policy = dev.resource("aws_cloudwatch_log_resource_policy.firewall_regional")
    (statement,) = json.loads(policy["policy_document"])["Statement"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Resource"] == [f"{arn}:log-stream:*"]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111111111111"}


def test_sampled_requests_have_no_secret_headers(prod: Template) -> None:
    (protection,) = prod.resource("aws_wafv2_web_acl.firewall_cloudfront")["data_protection_config"]["data_protection"]
    assert protection["field"] == {"field_type": "SINGLE_HEADER", "field_keys": ["authorization", "cookie"]}
    assert protection["action"] == "SUBSTITUTION"


def test_web_acl_for_cloudfront_is_in_us_east_1_with_its_resources(tmp_path: Path) -> None:
    template = both(tmp_path, allow=("203.0.113.0/24",), block=("198.51.100.0/24",), logged="all")
    provider = "aws.us-east-1"
    for kind in (
        "aws_wafv2_web_acl",
        "aws_wafv2_web_acl_logging_configuration",
        "aws_cloudwatch_log_resource_policy",
    ):
        resources = template.resources(kind)
        assert set(resources) == {"firewall_regional", "firewall_cloudfront"}
        assert resources["firewall_cloudfront"]["provider"] == provider
        assert "provider" not in resources["firewall_regional"]
    assert template.resource("aws_wafv2_web_acl.firewall_cloudfront")["scope"] == "CLOUDFRONT"
    log_group = template.resource("aws_cloudwatch_log_group.foundation_firewall_cloudfront_log_group")
    assert log_group["provider"] == provider
    assert log_group["kms_key_id"] == "${aws_kms_key.foundation_logs_us_east_1_key.arn}"
    key = template.resource("aws_kms_key.foundation_logs_us_east_1_key")
    assert key["provider"] == provider
    assert f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*" in key["policy"]
    logging = template.resource("aws_wafv2_web_acl_logging_configuration.firewall_cloudfront")
    assert logging["log_destination_configs"] == [
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-agora-prod-cloudfront"
    ]
    assert "logging_filter" not in logging
    assert template.resource("aws_wafv2_ip_set.firewall_cloudfront_allow")["provider"] == provider


def test_ip_lists_come_before_all_other_rules(tmp_path: Path) -> None:
    template = both(tmp_path, allow=("203.0.113.0/24",), block=("198.51.100.0/24",), count=("block", "rate-limit"))
    found = rules(template)
    assert list(found)[:3] == ["allow", "block", "rate-limit"]
    assert found["allow"]["action"] == {"allow": {}}
    assert found["allow"]["statement"] == {
        "ip_set_reference_statement": {"arn": "${aws_wafv2_ip_set.firewall_regional_allow.arn}"}
    }
    assert found["block"]["action"] == found["rate-limit"]["action"] == {"count": {}}
    assert template.resource("aws_wafv2_ip_set.firewall_regional_block")["addresses"] == ["198.51.100.0/24"]


def test_other_groups_come_last(tmp_path: Path) -> None:
    group = {"name": "AWSManagedRulesBotControlRuleSet", "capacity": 50}
    found = rules(both(tmp_path, groups=("sql",), group={"bots": group}))
    assert list(found) == ["rate-limit", "sql", "bots"]
    statement = found["bots"]["statement"]["managed_rule_group_statement"]
    assert statement == {"vendor_name": "AWS", "name": "AWSManagedRulesBotControlRuleSet"}


def test_rules_have_metrics_with_their_names(prod: Template) -> None:
    for name, rule in rules(prod, "cloudfront").items():
        assert rule["visibility_config"] == {
            "cloudwatch_metrics_enabled": True,
            "metric_name": name,
            "sampled_requests_enabled": True,
        }
