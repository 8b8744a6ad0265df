"""AWS managed rule groups and their capacity units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ManagedGroup:
    """An AWS managed rule group."""

    name: str
    capacity: int
    """Web ACL capacity units (WCU), which AWS fixed when it created the group."""
    priority: int
    """The priority among the rules, which must not change. IP lists come first, since they need no inspection."""


#: [AWS WAF Developer Guide, AWS Managed Rules rule groups list]
#: (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html): the groups that are free
#: of charge.
GROUPS = {
    "ip-reputation": ManagedGroup("AWSManagedRulesAmazonIpReputationList", 25, 100),
    "anonymous-ip": ManagedGroup("AWSManagedRulesAnonymousIpList", 50, 110),
    "known-bad-inputs": ManagedGroup("AWSManagedRulesKnownBadInputsRuleSet", 200, 120),
    "common": ManagedGroup("AWSManagedRulesCommonRuleSet", 700, 130),
    "sql": ManagedGroup("AWSManagedRulesSQLiRuleSet", 200, 140),
    "admin": ManagedGroup("AWSManagedRulesAdminProtectionRuleSet", 100, 150),
    "linux": ManagedGroup("AWSManagedRulesLinuxRuleSet", 200, 160),
    "posix": ManagedGroup("AWSManagedRulesUnixRuleSet", 100, 170),
    "windows": ManagedGroup("AWSManagedRulesWindowsRuleSet", 200, 180),
    "php": ManagedGroup("AWSManagedRulesPHPRuleSet", 100, 190),
    "wordpress": ManagedGroup("AWSManagedRulesWordPressRuleSet", 100, 200),
}
#: The same page: the groups at an additional charge.
PAID_GROUPS = (
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesBotControlRuleSet",
)
#: The lowest priority of other groups.
OTHERS_FROM = 1000
