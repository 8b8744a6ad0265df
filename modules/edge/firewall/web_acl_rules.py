"""Rules of a web ACL, in the order of their priorities."""

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionAllow,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleActionBlockCustomResponse,
    Wafv2WebAclRuleActionCount,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
)

from modules.edge.firewall.keys.groups import GROUPS
from modules.edge.firewall.settings import ALLOW, BLOCK, RATE_LIMIT, FirewallSettings

#: Priorities of the firewall's own rules, before those of the groups.
PRIORITIES = {ALLOW: 0, BLOCK: 10, RATE_LIMIT: 20}
#: "Too Many Requests": tells a well-behaved client to wait, whereas 403 would mean that it is not allowed.
TOO_MANY_REQUESTS = 429


def rules_of(settings: FirewallSettings, ip_sets: Mapping[str, str]) -> list[Wafv2WebAclRule]:
    """Return the rules; `ip_sets` has the ARNs of the IP sets of allowed and blocked ranges, if there are any."""
    rules = [_rate_limit(settings)]
    if ALLOW in ip_sets:
        allowed = Wafv2WebAclRuleAction(allow=Wafv2WebAclRuleActionAllow())
        rules.append(_own(ALLOW, _in_ip_set(ip_sets[ALLOW]), allowed))
    if BLOCK in ip_sets:
        blocked = Wafv2WebAclRuleActionBlock()
        rules.append(_own(BLOCK, _in_ip_set(ip_sets[BLOCK]), _unless_counted(BLOCK, blocked, settings)))
    rules += [_group(name, "AWS", GROUPS[name].name, GROUPS[name].priority, settings) for name in settings.groups]
    rules += [
        _group(label, group.vendor, group.name, group.priority, settings) for label, group in settings.group.items()
    ]
    return sorted(rules, key=lambda rule: rule.priority)


def _rate_limit(settings: FirewallSettings) -> Wafv2WebAclRule:
    statement = {
        "rate_based_statement": {
            "limit": settings.rate_limit.limit,
            "evaluation_window_sec": settings.rate_limit.evaluation_window_sec,
            "aggregate_key_type": "IP",
        }
    }
    blocked = Wafv2WebAclRuleActionBlock(
        custom_response=Wafv2WebAclRuleActionBlockCustomResponse(response_code=TOO_MANY_REQUESTS)
    )
    return _own(RATE_LIMIT, statement, _unless_counted(RATE_LIMIT, blocked, settings))


def _in_ip_set(arn: str) -> dict[str, Any]:
    return {"ip_set_reference_statement": {"arn": arn}}


def _unless_counted(
    name: str, blocked: Wafv2WebAclRuleActionBlock, settings: FirewallSettings
) -> Wafv2WebAclRuleAction:
    if name in settings.count:
        return Wafv2WebAclRuleAction(count=Wafv2WebAclRuleActionCount())
    return Wafv2WebAclRuleAction(block=blocked)


def _own(name: str, statement: dict[str, Any], action: Wafv2WebAclRuleAction) -> Wafv2WebAclRule:
    return Wafv2WebAclRule(
        name=name, priority=PRIORITIES[name], action=action, statement=statement, visibility_config=_visible(name)
    )


def _group(name: str, vendor: str, group: str, priority: int, settings: FirewallSettings) -> Wafv2WebAclRule:
    counted = Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())
    unchanged = Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone())
    statement: dict[str, Any] = {"vendor_name": vendor, "name": group}
    if name in settings.count_rules:
        statement["rule_action_override"] = [
            {"name": rule, "action_to_use": {"count": {}}} for rule in settings.count_rules[name]
        ]
    return Wafv2WebAclRule(
        name=name,
        priority=priority,
        override_action=counted if name in settings.count else unchanged,
        statement={"managed_rule_group_statement": statement},
        visibility_config=_visible(name),
    )


def _visible(name: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )
