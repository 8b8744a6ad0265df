"""The `firewall` block: AWS WAF rules for the load balancers and the sites."""

import difflib
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.edge.firewall.keys.groups import GROUPS, OTHERS_FROM, PAID_GROUPS
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.ranges import too_wide
from modules.foundation.settings import Cidr, Label, Settings, TieredSettings

#: [CreateWebACL, Scope](https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html): a web ACL for
#: CloudFront, and everything that it uses, must be in this Region.
CLOUDFRONT_REGION = "us-east-1"
#: [RateBasedStatement, Limit](https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html) of the
#: WAF API: the allowed range of requests from an address in a window.
RATE_LIMITS = (10, 2_000_000_000)
#: [AWS WAF Developer Guide, Web ACL capacity units (WCUs) in AWS WAF]
#: (https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html): the maximum for all rules of a
#: web ACL.
CAPACITY_LIMIT = 5000
#: The same guide, [IP set match rule statement]
#: (https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-ipset-match.html) and [Using
#: rate-based rule statements in AWS WAF]
#: (https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html): the capacity units
#: of each.
IP_SET_CAPACITY, RATE_LIMIT_CAPACITY = 1, 2
#: [AWS WAF quotas](https://docs.aws.amazon.com/waf/latest/developerguide/limits.html): addresses and ranges in one IP
#: set.
RANGES_LIMIT = 10_000
#: [ManagedRuleGroupStatement, RuleActionOverrides]
#: (https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupStatement.html): the maximum number.
OVERRIDES_LIMIT = 100
#: [ManagedRuleGroupConfig](https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupConfig.html): groups
#: that need the paths of the sign-in or sign-up pages to do anything.
ASKING_FOR_PAGES = ("AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet")
#: The firewall's own rules, besides the groups. All but the first support count mode.
ALLOW, BLOCK, RATE_LIMIT = "allow", "block", "rate-limit"

Group = Literal[
    "ip-reputation",
    "anonymous-ip",
    "known-bad-inputs",
    "common",
    "sql",
    "admin",
    "linux",
    "posix",
    "windows",
    "php",
    "wordpress",
]


def _range(value: ipaddress.IPv4Network) -> ipaddress.IPv4Network:
    """CreateIPSet accepts all ranges except /0."""
    if value.prefixlen == 0:
        raise broken_rule("contains all addresses, which an IP set does not accept", "write smaller ranges")
    return value


Range = Annotated[Cidr, AfterValidator(_range)]


class RateLimitSettings(Settings):
    """The `rate_limit` block: the maximum number of requests from one address."""

    renamed: ClassVar[Mapping[str, str]] = {"requests": "limit", "window_seconds": "evaluation_window_sec"}

    limit: int = Field(
        default=2000,
        ge=RATE_LIMITS[0],
        le=RATE_LIMITS[1],
        description="Requests from one address in a window, 10 or more. Users behind one router share an address; in "
        "a mobile network, thousands do.",
    )
    evaluation_window_sec: Literal[60, 120, 300, 600] = Field(
        default=300, description="The evaluation window in seconds: 60, 120, 300, or 600."
    )


class OtherGroupSettings(Settings):
    """A `group` block: a managed rule group that is not in `groups`: a paid one, or one from AWS Marketplace."""

    vendor: str = Field(
        default="AWS", pattern=r"^[\w .,'&()+-]{1,128}$", description="The vendor of the managed rule group."
    )
    name: str = Field(
        pattern=r"^[\w-]{1,128}$",
        examples=["AWSManagedRulesAnonymousIpList"],
        description="The name of the managed rule group.",
    )
    capacity: int = Field(
        ge=1,
        le=CAPACITY_LIMIT,
        examples=[50],
        description="Web ACL capacity units (WCU), from the documentation of the rule group.",
    )
    priority: int = Field(
        default=OTHERS_FROM,
        ge=OTHERS_FROM,
        le=100_000,
        description="The priority, 1000 or more. Groups with lower numbers are evaluated first, and `groups` before "
        "all of them.",
    )

    @model_validator(mode="after")
    def _supported_group(self) -> "OtherGroupSettings":
        if self.name in ASKING_FOR_PAGES:
            rule = "requires the paths of the sign-in or sign-up pages, which this block does not support"
            raise_findings([Finding(("name",), self.name, rule, "remove the block")])
        known = sorted({*PAID_GROUPS, *(group.name for group in GROUPS.values())})
        if self.vendor == "AWS" and self.name not in known:
            nearest = difflib.get_close_matches(self.name, known, n=3, cutoff=0.6) or PAID_GROUPS
            remedy = f"write one of {', '.join(nearest)}, or its vendor"
            rule = "is not a managed rule group of AWS"
            newer = "if it is new, add it to modules/edge/firewall/keys/groups.py"
            raise_findings([Finding(("name",), self.name, rule, f"{remedy}; {newer}")])
        return self


class FirewallSettings(TieredSettings):
    """The `firewall` block: one set of rules for the load balancers and the sites."""

    groups: tuple[Group, ...] = Field(
        default=("ip-reputation", "known-bad-inputs", "common", "sql"),
        description="AWS managed rule groups that are free of charge.",
    )
    group: dict[Label, OtherGroupSettings] = Field(default_factory=dict, description="Other managed rule groups.")
    rate_limit: RateLimitSettings = Field(
        default=RateLimitSettings(), description="The maximum number of requests from one address."
    )
    allow: tuple[Range, ...] = Field(
        default=(),
        max_length=RANGES_LIMIT,
        examples=[["203.0.113.0/24"]],
        description="IP ranges whose requests are allowed before all other rules, for example an office or a load "
        "test.",
    )
    block: tuple[Range, ...] = Field(
        default=(), max_length=RANGES_LIMIT, description="IP ranges whose requests are blocked."
    )
    count: tuple[str, ...] = Field(
        default=(),
        examples=[["common", "rate-limit"]],
        description="Rules that only count matching requests, to test them: names of groups, rate-limit, or block. In "
        "production, at least one group must block.",
    )
    count_rules: dict[str, tuple[Annotated[str, Field(pattern=r"^[\w-]{1,128}$")], ...]] = Field(
        default_factory=dict,
        examples=[{"common": ["SizeRestrictions_BODY"]}],
        description="Single rules of a group that only count matching requests, named as in the documentation of the "
        "group. AWS ignores unknown names.",
    )
    load_balancers: tuple[Label, ...] | None = Field(
        default=None,
        description="The load balancers to protect; by default all internet-facing ones except those behind "
        "CloudFront.",
    )
    logged: Literal["refused", "all"] = Field(
        default="refused",
        description="The requests to log: refused logs requests that a rule blocked or counted; all logs every "
        "request, which costs more.",
    )

    search: Label | None = Field(
        default=None,
        examples=["logs"],
        description="The `search` block that the logs of load balancers are sent to, by default none. Those of sites "
        "are in us-east-1, and a subscription filter sends them only to that Region.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "FirewallSettings":
        raise_findings(
            [
                *self._capacity_findings(),
                *self._count_findings(),
                *self._list_findings(),
                *self._allow_findings(),
                *self._production_findings(),
            ]
        )
        return self

    @property
    def capacities(self) -> Mapping[str, int]:
        """The capacity units of each rule, by its name."""
        return {
            **({ALLOW: IP_SET_CAPACITY} if self.allow else {}),
            **({BLOCK: IP_SET_CAPACITY} if self.block else {}),
            RATE_LIMIT: RATE_LIMIT_CAPACITY,
            **{name: GROUPS[name].capacity for name in self.groups},
            **{label: group.capacity for label, group in self.group.items()},
        }

    def _capacity_findings(self) -> Iterator[Finding]:
        total = sum(self.capacities.values())
        if total > CAPACITY_LIMIT:
            shown = " + ".join(f"{name} {units}" for name, units in self.capacities.items())
            rule = f"uses {total} capacity units ({shown}), and a web ACL has {CAPACITY_LIMIT}"
            yield Finding((), None, rule, "remove groups")

    def _count_findings(self) -> Iterator[Finding]:
        blocking = [name for name in self.capacities if name != ALLOW]
        for name in self.count:
            if name not in blocking:
                rule = "is not a rule of this firewall that blocks requests"
                yield Finding(("count",), name, rule, f"write one or more of {', '.join(blocking)}")
        groups = [*self.groups, *self.group]
        for name, rules in self.count_rules.items():
            if name not in groups:
                remedy = f"write one of {', '.join(groups)}"
                yield Finding(("count_rules",), name, "is not a group of this firewall", remedy)
            elif len(rules) > OVERRIDES_LIMIT:
                rule = f"names {len(rules)} rules, and AWS accepts {OVERRIDES_LIMIT} per group"
                yield Finding(("count_rules",), name, rule, f'write count = ["{name}"]')

    def _allow_findings(self) -> Iterator[Finding]:
        """Yield ranges that are too wide: allowed requests skip all other rules."""
        for wide in too_wide(self.allow):
            rule = f"amounts to {wide}, wider than any one network, and its requests would skip all other rules"
            yield Finding(("allow",), [str(each) for each in self.allow], rule, "write only the ranges that you need")

    def _production_findings(self) -> Iterator[Finding]:
        """Yield a firewall without a blocking group: count mode blocks nothing, and rate limits detect few attacks."""
        blocking = [name for name in (*self.groups, *self.group) if name not in self.count]
        if self.is_production and not blocking:
            at = "count" if self.groups or self.group else "groups"
            rule = "is not allowed in production: no rule group would block requests"
            remedy = "let groups block, and count single rules with count_rules" if at == "count" else "remove it"
            yield Finding((at,), list(getattr(self, at)), rule, remedy)

    def _list_findings(self) -> Iterator[Finding]:
        for name in ("groups", "allow", "block", "count", "load_balancers"):
            values: tuple[Any, ...] = getattr(self, name) or ()
            for value in sorted({value for value in values if values.count(value) > 1}, key=str):
                yield Finding((name,), value, "is listed twice", "write each value once")
        for name, rules in self.count_rules.items():
            if not rules:
                yield Finding(("count_rules",), name, "names no rule", "name one or more, or remove it")
            for rule in sorted({rule for rule in rules if rules.count(rule) > 1}):
                yield Finding(("count_rules",), f"{name}: {rule}", "is listed twice", "write each rule once")
        for both in sorted(set(self.allow) & set(self.block)):
            rule = "is also in `allow`, which is evaluated first"
            yield Finding(("block",), both, rule, "keep it in one of the lists")
        for label, group in self.group.items():
            same = [one for one, other in self.group.items() if other.priority == group.priority and one < label]
            if label in (*GROUPS, ALLOW, BLOCK, RATE_LIMIT):
                yield Finding(("group", label), None, "is a name that the firewall itself uses", "rename the block")
            if same:
                rule = f"is also the priority of {same[0]}, and priorities must be unique"
                yield Finding(("group", label, "priority"), group.priority, rule, "write another number")
