"""The `load_balancer` block: DNS names, allowed sources, and listener rules."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, TypeAdapter, ValidationError, model_validator

from modules.compute.load_balancer.keys.listener_rules import (
    DEFAULT,
    TARGET_GROUPS_LIMIT,
    ActionSettings,
    FixedResponseSettings,
    RedirectSettings,
    RuleSettings,
    between,
    covers,
    is_loop,
)
from modules.compute.load_balancer.keys.listener_rules import RULES_LIMIT as LISTENER_RULES_LIMIT
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.ranges import too_wide
from modules.foundation.settings import Cidr, Label, NotAllowed, TieredSettings, tiered
from modules.network.keys.domains import DomainPattern

Origin = Literal["internet", "cloudfront", "vpc", "corporate"]
ORIGINS: tuple[Origin, ...] = ("internet", "cloudfront", "vpc", "corporate")
#: Inbound rules of a security group: [Amazon VPC User Guide, Amazon VPC quotas, Security groups]
#: (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups).
RULES_LIMIT = 60
#: Each range needs one rule for HTTPS and one for HTTP.
RANGES_LIMIT = RULES_LIMIT // 2
#: The number of rules that CloudFront's prefix list counts as: [Amazon VPC User Guide, AWS-managed prefix list weight]
#: (https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights).
CLOUDFRONT_WEIGHT = 55

#: [How Elastic Load Balancing works, Load balancer scheme]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html): the DNS
#: name of an internet-facing one resolves to public addresses, and requests to them come from public addresses.
NEVER_A_SOURCE = "never matches: requests to an internet-facing load balancer come from public addresses"

_CIDR: TypeAdapter[ipaddress.IPv4Network] = TypeAdapter(Cidr)
_EVERYWHERE = ipaddress.IPv4Network("0.0.0.0/0")


def _reachable_from(value: Any) -> Any:
    """Read a keyword or address ranges."""
    if value in ORIGINS:
        return value
    remedy = f'write one of "{", ".join(ORIGINS)}", or ranges such as ["203.0.113.0/24"]'.replace(", ", '", "', 3)
    if not isinstance(value, list | tuple) or not value:
        raise broken_rule("is not a source", remedy)
    if len(value) > RANGES_LIMIT:
        rule = f"has {len(value)} ranges; a security group's {RULES_LIMIT} rules are enough for {RANGES_LIMIT}"
        raise broken_rule(rule, "merge some of them, or use a firewall's allow list")
    try:
        ranges = tuple(_CIDR.validate_python(each) for each in value)
    except ValidationError as error:
        (details,) = error.errors()[:1]
        raise broken_rule(f"has a range that {details['ctx']['rule']}", details["ctx"]["remedy"]) from None
    if _EVERYWHERE in ranges:
        raise broken_rule("allows every address", 'write "internet" to make that explicit')
    if wide := too_wide(ranges):
        rule = f"adds up to {wide[0]}, which is larger than any organization's network"
        raise broken_rule(rule, 'write the ranges of the callers, or "internet" to make that explicit')
    if len(set(ranges)) < len(ranges):
        raise broken_rule("has a range twice", "write each range once")
    return ranges


class DefaultSettings(ActionSettings):
    """The `default` block: the action for requests that no rule matches."""


_NOT_FOUND = DefaultSettings(fixed_response=FixedResponseSettings(status_code=404, message_body="Not found"))


class LoadBalancerSettings(TieredSettings):
    """A `load_balancer` block: an Application Load Balancer with an HTTPS listener."""

    renamed: ClassVar[Mapping[str, str]] = {
        "idle_timeout_seconds": "idle_timeout",
        "client_keep_alive_seconds": "client_keep_alive",
        "http2": "enable_http2",
        "x_forwarded_for": "xff_header_processing_mode",
    }

    misplaced: ClassVar[Mapping[str, str]] = {
        "listener": "remove it: HTTPS listens on port 443, and HTTP on port 80 is redirected there"
    }

    names: tuple[DomainPattern, ...] = Field(
        examples=[["api.dev.agora.example"]],
        description="The DNS names of the load balancer, each in one of the environment's zones. Its certificates "
        "cover them.",
    )
    internal: bool = Field(
        default=False,
        description="Whether the load balancer is internal: in the app subnets, for the VPC and connected networks, "
        "instead of in the public subnets.",
    )
    reachable_from: Annotated[Origin | tuple[ipaddress.IPv4Network, ...], PlainValidator(_reachable_from)] = Field(
        default="internet",
        examples=["cloudfront"],
        description="Allowed sources: internet, cloudfront, vpc, corporate (the ranges of network.direct_connect), or "
        "address ranges. The default is internet, or vpc for an internal load balancer. Only an internal "
        "load balancer can have vpc or private ranges.",
    )
    rule: dict[Label, RuleSettings] = Field(default_factory=dict, description="Listener rules, by name.")
    default: DefaultSettings = Field(
        default=_NOT_FOUND, description="The action for requests that no rule matches; by default a 404 response."
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether AWS refuses to delete the load balancer. Turning it off in production requires an unlock "
        "record.",
    )
    idle_timeout: int = Field(
        default=60,
        ge=1,
        le=4000,
        description="Seconds without data after which a connection is closed; the keep-alive timeout of services must "
        "be longer.",
    )
    client_keep_alive: int = Field(
        default=3600, ge=60, le=604_800, description="Seconds after which a client has to open a new connection."
    )
    enable_http2: bool = Field(default=True, description="Whether clients may use HTTP/2.")
    desync_mitigation_mode: Annotated[
        Literal["monitor", "defensive", "strictest"],
        NotAllowed(("monitor",), "smuggled requests would pass", 'write "defensive" or "strictest"'),
    ] = Field(
        default="defensive",
        description="How requests that could cause HTTP desync (request smuggling) are handled: defensive blocks "
        "requests that pose a high security risk, strictest all requests that do not comply with RFC 7230, "
        "and monitor none.",
    )
    drop_invalid_header_fields: Annotated[bool, NotAllowed((False,), "services interpret such fields differently")] = (
        Field(
            default=True,
            description="Whether header fields with characters other than letters, digits, and hyphens are dropped.",
        )
    )
    xff_header_processing_mode: Literal["append", "preserve", "remove"] = Field(
        default="append",
        description="Whether the client's address is appended to X-Forwarded-For, or the header is preserved or "
        "removed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _default_source(cls, values: Any) -> Any:
        """Set the default source: the VPC for an internal load balancer, otherwise the internet."""
        if not isinstance(values, Mapping):
            return values
        return {
            "reachable_from": "vpc" if values.get("internal") is True else "internet",
            **values,
        }

    @model_validator(mode="after")
    def _rules(self) -> "LoadBalancerSettings":
        raise_findings(
            [
                *between(self.rule),
                *self._limit_findings(),
                *self._source_findings(),
                *self._host_findings(),
                *self._sign_in_findings(),
                *self._redirect_findings(),
            ],
        )
        return self

    @property
    def answers_http(self) -> bool:
        """Whether there is an HTTP listener, which redirects to HTTPS. CloudFront uses HTTPS only."""
        return self.reachable_from != "cloudfront"

    def inbound_rules(self, corporate_ranges: int) -> int:
        """Return the number of inbound rules of its security group, given the number of corporate ranges."""
        match self.reachable_from:
            case "internet" | "vpc":
                origins = 1
            case "cloudfront":
                origins = 0
            case "corporate":
                origins = corporate_ranges
            case cidrs:
                origins = len(cidrs)
        return origins * (2 if self.answers_http else 1)

    @property
    def sign_in_hosts(self) -> tuple[str, ...]:
        """The hosts to which users return after they sign in; none if no rule requires it."""
        hosts = [host for rule in self.rule.values() if rule.sign_in for host in rule.hosts or self.names]
        return tuple(dict.fromkeys(hosts))

    def rules_to(self, target: str) -> list[str]:
        """Return the labels of the rules (or `default`) that forward to a service or function."""
        every: dict[str, ActionSettings] = {**self.rule, DEFAULT: self.default}
        return [label for label, rule in every.items() if target in rule.weights]

    def _limit_findings(self) -> Iterator[Finding]:
        if len(self.rule) > LISTENER_RULES_LIMIT:
            rule = f"has {len(self.rule)} rules; AWS allows {LISTENER_RULES_LIMIT} for a load balancer"
            yield Finding(("rule",), None, rule, "merge rules with wildcards, or write a second load balancer")
        targets = {target for action in (*self.rule.values(), self.default) for target in action.weights}
        if len(targets) > TARGET_GROUPS_LIMIT:
            rule = f"needs {len(targets)} target groups; AWS allows {TARGET_GROUPS_LIMIT} for a load balancer"
            yield Finding(("rule",), None, rule, "write a second load balancer")

    def _source_findings(self) -> Iterator[Finding]:
        if not self.internal and self.reachable_from == "vpc":
            yield Finding(("reachable_from",), "vpc", NEVER_A_SOURCE, "write internal = true, or another source")
        if self.internal and self.reachable_from == "internet":
            rule = "is not allowed for an internal load balancer: its subnets are not reachable from the internet"
            yield Finding(
                ("reachable_from",), "internet", rule, 'write "vpc" or "corporate", or remove internal = true'
            )
        if len(set(self.names)) < len(self.names):
            yield Finding(("names",), list(self.names), "has a name twice", "write each name once")
        if not self.names:
            yield Finding(("names",), [], "is empty, and a certificate needs a name", "write at least one name")

    def _host_findings(self) -> Iterator[Finding]:
        """Yield hosts that no certificate covers: requests for them fail before any rule."""
        for label, rule in self.rule.items():
            for host in rule.hosts:
                if not any(_may_be(host, name) for name in self.names):
                    remedy = f"write one of {', '.join(self.names)}, or add it to names"
                    yield Finding(("rule", label, "hosts"), host, "is not among the load balancer's names", remedy)

    def _sign_in_findings(self) -> Iterator[Finding]:
        """Yield rules whose hosts have wildcards: Cognito returns users only to registered full URLs."""
        for label, rule in self.rule.items():
            wild = [host for host in rule.hosts or self.names if {"*", "?"} & set(host)]
            if rule.sign_in and wild:
                reason = f"returns users to {wild[0]}, and Cognito allows no wildcards"
                yield Finding(("rule", label, "sign_in"), True, reason, "write the rule's hosts without wildcards")

    def _redirect_findings(self) -> Iterator[Finding]:
        """Yield redirect loops, and redirects to `#{host}` behind CloudFront, which is the load balancer's own name."""
        actions: dict[tuple[str, ...], ActionSettings] = {("rule", label): rule for label, rule in self.rule.items()}
        for at, action in {**actions, ("default",): self.default}.items():
            redirect = action.redirect
            if redirect and self._is_loop(action, redirect):
                rule = "points to a URL that it redirects again, in a loop"
                yield Finding((*at, "redirect"), None, rule, "write another host, or a path that it does not match")
            if self.reachable_from == "cloudfront" and redirect and "#{host}" in (redirect.host or "#{host}"):
                rule = "redirects users to the load balancer's own name, which only CloudFront can reach"
                remedy = 'write the site\'s host, such as "www.agora.example"'
                yield Finding((*at, "redirect", "host"), redirect.host, rule, remedy)

    def _is_loop(self, action: ActionSettings, redirect: RedirectSettings) -> bool:
        if not isinstance(action, RuleSettings):
            return is_loop(redirect, self.names, (), list(self.rule.values()))
        earlier = [rule for rule in self.rule.values() if rule.priority < action.priority]
        return is_loop(redirect, action.hosts or self.names, action.paths, earlier)


def _may_be(host: str, name: str) -> bool:
    """Return whether a rule's host, with its wildcards, can match a host that a certificate's name covers."""
    if covers(host, name):
        return True
    first, _, rest = host.partition(".")
    return name.startswith("*.") and rest == name.removeprefix("*.") and bool(first)
