"""The `firewall` block: which requests reach neither the load balancers nor the site."""

import difflib
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.edge.firewall.keys.groups import GROUPS, OTHERS_FROM, PAID_GROUPS
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.ranges import too_wide
from modules.foundation.settings import Cidr, Label, Settings, TieredSettings

#: "RateBasedStatement, Limit" of the WAF API: the least and the most requests of an address in a window.
RATE_LIMITS = (10, 2_000_000_000)
#: "AWS WAF Developer Guide, Web ACL capacity units": what the rules of one web ACL may take together.
CAPACITY_LIMIT = 5000
#: The same guide, "IP set match rule statement" and "Rate-based rule statement": what one of each takes.
IP_SET_CAPACITY, RATE_LIMIT_CAPACITY = 1, 2
#: "AWS WAF quotas": addresses and ranges in one IP set.
RANGES_LIMIT = 10_000
#: "ManagedRuleGroupStatement, RuleActionOverrides".
OVERRIDES_LIMIT = 100
#: "ManagedRuleGroupConfig": groups that do nothing until they are told where users sign in or up.
ASKING_FOR_PAGES = ("AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet")
#: Rules of our own, beside the groups; all but the first can be tried in count mode.
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
    """CreateIPSet takes every range but one of all addresses."""
    if value.prefixlen == 0:
        raise broken_rule("names every address there is, which an IP set does not take", "write smaller ranges")
    return value


Range = Annotated[Cidr, AfterValidator(_range)]


class RateLimitSettings(Settings):
    """The `rate_limit` block: how many requests one address may make in a while."""

    requests: int = Field(
        default=2000,
        ge=RATE_LIMITS[0],
        le=RATE_LIMITS[1],
        description="Requests of one address in a window, 10 or more; those behind one router share an address, "
        "users of a mobile network by the thousand.",
    )
    window_seconds: Literal[60, 120, 300, 600] = Field(
        default=300, description="Seconds that are looked back upon: 60, 120, 300 or 600."
    )


class OtherGroupSettings(Settings):
    """A `group` block: a managed rule group beside those of `groups`, of AWS (paid ones) or of its Marketplace."""

    vendor: str = Field(default="AWS", pattern=r"^[\w .,'&()+-]{1,128}$", description="Who maintains it.")
    name: str = Field(
        pattern=r"^[\w-]{1,128}$", examples=["AWSManagedRulesAnonymousIpList"], description="Its name at AWS."
    )
    capacity: int = Field(
        ge=1, le=CAPACITY_LIMIT, examples=[50], description="Units of capacity (WCU), as its documentation says."
    )
    priority: int = Field(
        default=OTHERS_FROM,
        ge=OTHERS_FROM,
        le=100_000,
        description="Its place among the other groups, 1000 or more, behind all of `groups`.",
    )

    @model_validator(mode="after")
    def _asks_for_nothing(self) -> "OtherGroupSettings":
        if self.name in ASKING_FOR_PAGES:
            rule = "wants to be told the pages where users sign in or up, for which there is no place here"
            refuse([Finding(("name",), self.name, rule, "take the block out")])
        known = sorted({*PAID_GROUPS, *(group.name for group in GROUPS.values())})
        if self.vendor == "AWS" and self.name not in known:
            nearest = difflib.get_close_matches(self.name, known, n=3, cutoff=0.6) or PAID_GROUPS
            remedy = f"write one of {', '.join(nearest)}, or its vendor"
            rule = "is not a rule group that AWS maintains"
            refuse([Finding(("name",), self.name, rule, f"{remedy}; a newer one belongs into firewall_groups.py")])
        return self


class FirewallSettings(TieredSettings):
    """The `firewall` block: one set of rules, for the load balancers and for the site."""

    groups: tuple[Group, ...] = Field(
        default=("ip-reputation", "known-bad-inputs", "common", "sql"),
        description="Rule groups that AWS maintains, at no further price.",
    )
    group: dict[Label, OtherGroupSettings] = Field(default_factory=dict, description="Further managed rule groups.")
    rate_limit: RateLimitSettings = Field(
        default=RateLimitSettings(), description="How many requests one address may make in a while."
    )
    allow: tuple[Range, ...] = Field(
        default=(),
        max_length=RANGES_LIMIT,
        examples=[["203.0.113.0/24"]],
        description="Ranges whose requests pass without another rule's look: an office, a load test.",
    )
    block: tuple[Range, ...] = Field(
        default=(), max_length=RANGES_LIMIT, description="Ranges whose requests are refused."
    )
    count: tuple[str, ...] = Field(
        default=(),
        examples=[["common", "rate-limit"]],
        description="Rules that count requests and refuse none, to try them: groups by name, rate-limit, block. "
        "In production at least one group refuses.",
    )
    count_rules: dict[str, tuple[Annotated[str, Field(pattern=r"^[\w-]{1,128}$")], ...]] = Field(
        default_factory=dict,
        examples=[{"common": ["SizeRestrictions_BODY"]}],
        description="Single rules of a group that only count, as the group's documentation writes them; "
        "AWS passes over a name that it does not know.",
    )
    load_balancers: tuple[Label, ...] | None = Field(
        default=None,
        description="The load balancers behind it; by default all that face the internet by themselves.",
    )
    logged: Literal["refused", "all"] = Field(
        default="refused",
        description="Which requests are logged: those that a rule refused or counted, or all, which is paid for.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "FirewallSettings":
        refuse(
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
        """The units that each rule takes, by its name."""
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
            rule = f"takes {total} units of capacity ({shown}), and a web ACL has {CAPACITY_LIMIT}"
            yield Finding((), None, rule, "take groups out")

    def _count_findings(self) -> Iterator[Finding]:
        tried = [name for name in self.capacities if name != ALLOW]
        for name in self.count:
            if name not in tried:
                rule = "is not a rule of this firewall that refuses requests"
                yield Finding(("count",), name, rule, f"write some of {', '.join(tried)}")
        groups = [*self.groups, *self.group]
        for name, rules in self.count_rules.items():
            if name not in groups:
                remedy = f"write one of {', '.join(groups)}"
                yield Finding(("count_rules",), name, "is not a group of this firewall", remedy)
            elif len(rules) > OVERRIDES_LIMIT:
                rule = f"names {len(rules)} rules, and AWS takes {OVERRIDES_LIMIT} of a group"
                yield Finding(("count_rules",), name, rule, f'write count = ["{name}"]')

    def _allow_findings(self) -> Iterator[Finding]:
        """What is allowed passes every other rule, and so does most of the internet by a few wide ranges."""
        for wide in too_wide(self.allow):
            rule = f"is together {wide} and more than anybody's network: what is in it passes the firewall unseen"
            yield Finding(("allow",), [str(each) for each in self.allow], rule, "name the ranges of those it is for")

    def _production_findings(self) -> Iterator[Finding]:
        """A rule that only counts refuses nothing, and the limit by address alone knows no attack."""
        refusing = [name for name in (*self.groups, *self.group) if name not in self.count]
        if self.is_production and not refusing:
            at = "count" if self.groups or self.group else "groups"
            rule = "is refused in production: no rule group refuses a request, so that there is no firewall"
            remedy = "let groups refuse, and count single rules by count_rules" if at == "count" else "take it out"
            yield Finding((at,), list(getattr(self, at)), rule, remedy)

    def _list_findings(self) -> Iterator[Finding]:
        for name in ("groups", "allow", "block", "count", "load_balancers"):
            values: tuple[Any, ...] = getattr(self, name) or ()
            for value in sorted({value for value in values if values.count(value) > 1}, key=str):
                yield Finding((name,), value, "is there twice", "write each once")
        for name, rules in self.count_rules.items():
            if not rules:
                yield Finding(("count_rules",), name, "names no rule", "name some, or take it out")
            for rule in sorted({rule for rule in rules if rules.count(rule) > 1}):
                yield Finding(("count_rules",), f"{name}: {rule}", "is there twice", "write each once")
        for both in sorted(set(self.allow) & set(self.block)):
            yield Finding(("block",), both, "is in `allow` too, which is asked first", "keep it in one of the lists")
        for label, group in self.group.items():
            same = [one for one, other in self.group.items() if other.priority == group.priority and one < label]
            if label in (*GROUPS, ALLOW, BLOCK, RATE_LIMIT):
                yield Finding(("group", label), None, "is a name that the firewall uses itself", "give it another")
            if same:
                rule = f"is the priority of {same[0]} too: AWS asks in one order"
                yield Finding(("group", label, "priority"), group.priority, rule, "write another number")
