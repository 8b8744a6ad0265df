"""Rule groups that AWS maintains, and what each takes of a firewall's capacity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ManagedGroup:
    """One rule group of AWS."""

    name: str
    capacity: int
    """Units of capacity (WCU), fixed when AWS made the group."""
    priority: int
    """Its place among the rules, for good: the lists of addresses first, since they decide without reading."""


#: "AWS WAF Developer Guide, AWS Managed Rules rule groups list": those that cost nothing beside the firewall.
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
#: The same page: those that are paid for.
PAID_GROUPS = (
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesBotControlRuleSet",
)
#: Where the priorities of other groups begin.
OTHERS_FROM = 1000
