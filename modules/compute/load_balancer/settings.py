"""The `load_balancer` block: names, who may reach it, and its listener's rules."""

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
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.ranges import too_wide
from modules.foundation.settings import Cidr, Label, TieredSettings, tiered
from modules.network.keys.domains import DomainPattern

Origin = Literal["internet", "cloudfront", "vpc", "corporate"]
ORIGINS: tuple[Origin, ...] = ("internet", "cloudfront", "vpc", "corporate")
#: Inbound rules of a security group: [Amazon VPC User Guide, Amazon VPC quotas, Security groups]
#: (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups).
RULES_LIMIT = 60
#: Each range takes one rule for HTTPS and one for HTTP.
RANGES_LIMIT = RULES_LIMIT // 2
#: Rules as which CloudFront's prefix list counts: [Amazon VPC User Guide, AWS-managed prefix list weight]
#: (https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights).
CLOUDFRONT_WEIGHT = 55

#: [How Elastic Load Balancing works, Load balancer scheme]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html): the names
#: of an internet-facing one lead to its public addresses, to which private ones come translated to public ones.
NEVER_A_SOURCE = "lets nobody in: an internet-facing one is called at public addresses, from public addresses"

_CIDR: TypeAdapter[ipaddress.IPv4Network] = TypeAdapter(Cidr)
_EVERYWHERE = ipaddress.IPv4Network("0.0.0.0/0")


def _reachable_from(value: Any) -> Any:
    """Read a word, or address ranges."""
    if value in ORIGINS:
        return value
    words = f'write one of "{", ".join(ORIGINS)}", or address ranges as ["203.0.113.0/24"]'.replace(", ", '", "', 3)
    if not isinstance(value, list | tuple) or not value:
        raise broken_rule("does not say from where", words)
    if len(value) > RANGES_LIMIT:
        rule = f"has {len(value)} ranges; a security group's {RULES_LIMIT} rules are enough for {RANGES_LIMIT}"
        raise broken_rule(rule, "join some of them, or use a firewall's allow list")
    try:
        ranges = tuple(_CIDR.validate_python(each) for each in value)
    except ValidationError as error:
        (details,) = error.errors()[:1]
        raise broken_rule(f"has a range that {details['ctx']['rule']}", details["ctx"]["remedy"]) from None
    if _EVERYWHERE in ranges:
        raise broken_rule("names every address there is", 'write "internet", so that it is said aloud')
    if wide := too_wide(ranges):
        rule = f"is together {wide[0]} and more than anybody's network"
        raise broken_rule(rule, 'name the ranges of those who call, or write "internet", so that it is said aloud')
    if len(set(ranges)) < len(ranges):
        raise broken_rule("names a range twice", "name each once")
    return ranges


class DefaultSettings(ActionSettings):
    """The `default` block: what is done when no rule applies."""


_NOT_FOUND = DefaultSettings(fixed_response=FixedResponseSettings(status_code=404, message_body="Not found"))


class LoadBalancerSettings(TieredSettings):
    """A `load_balancer` block: an Application Load Balancer that answers by HTTPS."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "listener": "take it out: HTTPS is answered on port 443, and HTTP on port 80 is led there"
    }

    names: tuple[DomainPattern, ...] = Field(
        examples=[["api.dev.agora.example"]],
        description="The names that lead to it, each in one of the environment's zones; its certificate bears them.",
    )
    internal: bool = Field(
        default=False,
        description="In the app subnets, for the VPC and whoever is joined to it; else in the public subnets.",
    )
    reachable_from: Annotated[Origin | tuple[ipaddress.IPv4Network, ...], PlainValidator(_reachable_from)] = Field(
        default="internet",
        examples=["cloudfront"],
        description="internet, cloudfront, vpc, corporate (network.direct_connect's ranges), or address ranges; "
        "by default internet, for an internal one vpc. vpc and private ranges are for internal ones only.",
    )
    rule: dict[Label, RuleSettings] = Field(default_factory=dict, description="What is done with which requests.")
    default: DefaultSettings = Field(
        default=_NOT_FOUND, description="What is done when no rule applies; by default the answer is 404."
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether AWS refuses to delete the load balancer. Turning it off in production takes an unlock "
        "record.",
    )
    idle_timeout_seconds: int = Field(
        default=60,
        ge=1,
        le=4000,
        description="Seconds without a byte after which a connection is closed; a service keeps its own open longer.",
    )
    client_keep_alive_seconds: int = Field(
        default=3600, ge=60, le=604_800, description="Seconds after which a client has to connect anew."
    )
    http2: bool = Field(default=True, description="Whether clients may speak HTTP/2.")
    desync_mitigation_mode: Literal["monitor", "defensive", "strictest"] = Field(
        default="defensive",
        description="What is done with requests that two servers could read in two ways (request smuggling): "
        "defensive stops those that AWS knows as harmful, strictest all that RFC 7230 does not allow.",
    )
    drop_invalid_header_fields: bool = Field(
        default=True, description="Whether header fields with other characters than letters, digits and - are dropped."
    )
    x_forwarded_for: Literal["append", "preserve", "remove"] = Field(
        default="append",
        description="Whether the client's address is added to X-Forwarded-For, or the field is left or removed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _reachable_from_its_side(cls, values: Any) -> Any:
        """Let an internal load balancer accept traffic from the VPC only."""
        if not isinstance(values, Mapping):
            return values
        return {
            "reachable_from": "vpc" if values.get("internal") is True else "internet",
            **values,
        }

    @model_validator(mode="after")
    def _rules(self) -> "LoadBalancerSettings":
        refuse(
            [
                *between(self.rule),
                *self._limit_findings(),
                *self._side_findings(),
                *self._host_findings(),
                *self._sign_in_findings(),
                *self._redirect_findings(),
                *self._production_findings(),
            ],
        )
        return self

    @property
    def answers_http(self) -> bool:
        """Whether there is an HTTP listener, which leads to HTTPS. CloudFront asks by HTTPS only."""
        return self.reachable_from != "cloudfront"

    def inbound_rules(self, corporate_ranges: int) -> int:
        """Return how many rules of its security group let somebody in, given the number of the corporate ranges."""
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
        """The hosts to which users come back who had to sign in; none when no rule asks for it."""
        hosts = [host for rule in self.rule.values() if rule.sign_in for host in rule.hosts or self.names]
        return tuple(dict.fromkeys(hosts))

    def rules_to(self, target: str) -> list[str]:
        """Return the labels of the rules (or `default`) that lead to a service or function."""
        every: dict[str, ActionSettings] = {**self.rule, DEFAULT: self.default}
        return [label for label, rule in every.items() if target in rule.weights]

    def _limit_findings(self) -> Iterator[Finding]:
        if len(self.rule) > LISTENER_RULES_LIMIT:
            rule = f"has {len(self.rule)} rules, and AWS gives a load balancer {LISTENER_RULES_LIMIT}"
            yield Finding(("rule",), None, rule, "join rules by wildcards, or write a second load balancer")
        targets = {target for action in (*self.rule.values(), self.default) for target in action.weights}
        if len(targets) > TARGET_GROUPS_LIMIT:
            rule = (
                f"lead to {len(targets)} services, and a load balancer of AWS has {TARGET_GROUPS_LIMIT} target groups"
            )
            yield Finding(("rule",), None, rule, "write a second load balancer")

    def _side_findings(self) -> Iterator[Finding]:
        if not self.internal and self.reachable_from == "vpc":
            yield Finding(("reachable_from",), "vpc", NEVER_A_SOURCE, "write internal = true, or whom it is for")
        if self.internal and self.reachable_from == "internet":
            rule = "is refused for an internal one: the internet does not lead to its subnets"
            yield Finding(
                ("reachable_from",), "internet", rule, 'write "vpc" or "corporate", or take internal = true out'
            )
        if len(set(self.names)) < len(self.names):
            yield Finding(("names",), list(self.names), "has a name twice", "write each once")
        if not self.names:
            yield Finding(("names",), [], "leads nobody here, and no certificate is without a name", "write one")

    def _host_findings(self) -> Iterator[Finding]:
        """A request for another host fails before any rule: there is no certificate for it."""
        for label, rule in self.rule.items():
            for host in rule.hosts:
                if not any(_may_be(host, name) for name in self.names):
                    remedy = f"write one of {', '.join(self.names)}, or add it to names"
                    yield Finding(("rule", label, "hosts"), host, "is not among the load balancer's names", remedy)

    def _sign_in_findings(self) -> Iterator[Finding]:
        """Cognito sends users back to whole URLs that it was told before."""
        for label, rule in self.rule.items():
            wild = [host for host in rule.hosts or self.names if {"*", "?"} & set(host)]
            if rule.sign_in and wild:
                said = f"sends users back to {wild[0]}, and Cognito compares whole names"
                yield Finding(("rule", label, "sign_in"), True, said, "write the rule's hosts without wildcards")

    def _redirect_findings(self) -> Iterator[Finding]:
        """CloudFront asks by the load balancer's own name, which is then the host that a redirect stands for."""
        actions: dict[tuple[str, ...], ActionSettings] = {("rule", label): rule for label, rule in self.rule.items()}
        for at, action in {**actions, ("default",): self.default}.items():
            redirect = action.redirect
            if redirect and self._is_loop(action, redirect):
                rule = "leads to an address that is redirected in the same way again, for ever"
                yield Finding((*at, "redirect"), None, rule, "write another host, or a path that it does not compare")
            if self.reachable_from == "cloudfront" and redirect and "#{host}" in (redirect.host or "#{host}"):
                rule = "leads users to the load balancer's own name, which only CloudFront reaches"
                yield Finding((*at, "redirect", "host"), redirect.host, rule, 'write the site\'s, "www.agora.example"')

    def _is_loop(self, action: ActionSettings, redirect: RedirectSettings) -> bool:
        if not isinstance(action, RuleSettings):
            return is_loop(redirect, self.names, (), list(self.rule.values()))
        earlier = [rule for rule in self.rule.values() if rule.priority < action.priority]
        return is_loop(redirect, action.hosts or self.names, action.paths, earlier)

    def _production_findings(self) -> Iterator[Finding]:
        if not self.is_production:
            return
        if self.desync_mitigation_mode == "monitor":
            rule = "is refused in production: smuggled requests would pass"
            yield Finding(("desync_mitigation_mode",), "monitor", rule, 'write "defensive" or "strictest"')
        if not self.drop_invalid_header_fields:
            rule = "is refused in production: services read such fields in different ways"
            yield Finding(("drop_invalid_header_fields",), False, rule, "take it out")


def _may_be(host: str, name: str) -> bool:
    """Return whether a rule's host, with its wildcards, can be one that a certificate's name covers."""
    if covers(host, name):
        return True
    first, _, rest = host.partition(".")
    return name.startswith("*.") and rest == name.removeprefix("*.") and bool(first)
