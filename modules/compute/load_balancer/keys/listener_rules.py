"""ALB listener rules: conditions by host and path, and actions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings

#: [RuleCondition, PathPatternConfig and HostHeaderConfig]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html) of the Elastic Load
#: Balancing API: length of a value.
PATTERN_LIMIT = 128
#: [Quotas for your Application Load Balancers]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html): condition values per
#: rule, all conditions together.
VALUES_LIMIT = 5
#: The same: condition wildcards per rule.
WILDCARDS_LIMIT = 5
#: [CreateRule, Priority](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html).
PRIORITIES = (1, 50_000)
#: [TargetGroupTuple, Weight]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html).
WEIGHT_LIMIT = 999
#: "Quotas for your Application Load Balancers": target groups per action.
TARGETS_LIMIT = 5
#: "Quotas for your Application Load Balancers": rules of a load balancer, not counting default rules.
RULES_LIMIT = 100
#: [RedirectActionConfig](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html):
#: the placeholders for parts of the requested URL.
PLACEHOLDERS = ("protocol", "host", "port", "path", "query")
#: The listener's port, the default of a redirect.
HTTPS = 443
#: "Quotas for your Application Load Balancers": target groups of a load balancer.
TARGET_GROUPS_LIMIT = 100
#: The label of the default action.
DEFAULT = "default"

#: [Add a listener rule for your Application Load Balancer, Host header]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/add-rule.html): letters, digits, `-_.` and
#: wildcards.
_HOST = re.compile(r"[A-Za-z0-9_.*?-]+")
#: The same page, Path: letters, digits, `_-.$/~"'@:+;&` and wildcards.
_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+;&*?-]+")
_TYPES = Literal["text/plain", "text/css", "text/html", "application/javascript", "application/json"]


def _host(value: str) -> str:
    last = value.rpartition(".")[2]
    if not _HOST.fullmatch(value) or len(value) > PATTERN_LIMIT or "." not in value or not last.isalpha():
        raise broken_rule(
            f"is not a valid host condition: at most {PATTERN_LIMIT} letters, digits, hyphens, dots, and the wildcards "
            "* and ?, with only letters after the last dot",
            'write one such as "api.agora.example" or "*.agora.example"',
        )
    return value.lower()


def _path(value: str) -> str:
    if not _PATH.fullmatch(value) or len(value) > PATTERN_LIMIT or value[0] not in "/*?":
        raise broken_rule(
            f"is not a valid path condition: a slash or a wildcard, then letters, digits, _-.$/~\"'@:+;& and the "
            f"wildcards * and ?, at most {PATTERN_LIMIT} characters",
            'write one such as "/v1/*", without the query string',
        )
    return value


Host = Annotated[str, AfterValidator(_host)]
Path = Annotated[str, AfterValidator(_path)]


class FixedResponseSettings(Settings):
    """The `fixed_response` block: a response from the load balancer itself."""

    status_code: int = Field(examples=[404], description="The HTTP status: 2xx, 4xx, or 5xx.")
    content_type: _TYPES = Field(default="text/plain", description="The content type of the body.")
    message_body: str | None = Field(default=None, max_length=1024, description="The body, at most 1024 characters.")

    @model_validator(mode="after")
    def _status_is_allowed(self) -> "FixedResponseSettings":
        if self.status_code // 100 not in (2, 4, 5):
            rule = "is not a valid status of a fixed response: 2xx, 4xx, or 5xx"
            raise_findings(
                [Finding(("status_code",), self.status_code, rule, "write 404, or use redirect { } for 3xx")]
            )
        return self


def _redirect_host(value: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9.-]|#\{\w+\})+", value):
        rule = "is not a host: letters, digits, dots, and hyphens, without a scheme, port, or path"
        raise broken_rule(rule, 'write one such as "www.agora.example"')
    return _checked_placeholders(value)


def _redirect_path(value: str) -> str:
    if not value.startswith("/") or "?" in value:
        raise broken_rule(
            "is not a path: it must begin with a slash and have no query string",
            'write one such as "/v2/#{path}", and the query string in `query`',
        )
    return _checked_placeholders(value)


def _redirect_query(value: str) -> str:
    if value.startswith("?"):
        raise broken_rule("begins with a question mark, which AWS adds", f'write "{value[1:]}"')
    return _checked_placeholders(value)


def _checked_placeholders(value: str) -> str:
    unknown = set(re.findall(r"#\{([^}]*)\}", value)) - set(PLACEHOLDERS)
    if unknown:
        known = ", ".join(f"#{{{each}}}" for each in PLACEHOLDERS)
        raise broken_rule(f"has an unknown placeholder #{{{min(unknown)}}}", f"write one of {known}")
    return value


class RedirectSettings(Settings):
    """The `redirect` block: a redirect to another URL, over HTTPS. Omitted parts are those of the requested URL."""

    host: Annotated[str, AfterValidator(_redirect_host)] | None = Field(
        default=None,
        max_length=PATTERN_LIMIT,
        examples=["www.agora.example"],
        description="The host; #{host} is the requested one.",
    )
    path: Annotated[str, AfterValidator(_redirect_path)] | None = Field(
        default=None,
        max_length=PATTERN_LIMIT,
        examples=["/v2/#{path}"],
        description="The path, with its leading slash; #{path} is the requested one, without its leading slash.",
    )
    query: Annotated[str, AfterValidator(_redirect_query)] | None = Field(
        default=None,
        max_length=PATTERN_LIMIT,
        description="The query string, without its question mark; #{query} is the requested one.",
    )
    port: int | None = Field(default=None, ge=1, le=65535, description="The port.")
    permanent: bool = Field(
        default=False, description="Whether the status is 301, which browsers cache, instead of 302."
    )
    misplaced: ClassVar[Mapping[str, str]] = {"protocol": "remove it: a redirect always uses HTTPS"}

    @model_validator(mode="after")
    def _has_another_target(self) -> "RedirectSettings":
        """Reject a redirect to the requested URL itself; the protocol is already HTTPS.

        [RedirectActionConfig](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html):
        "You must specify at least one of the following components that results in a non-circular URI: protocol,
        hostname, port, or path."
        """
        if self.host in (None, "#{host}") and self.path in (None, "/#{path}") and self.port in (None, HTTPS):
            rule = "points to the requested URL itself, in a loop: neither host, path, nor port changes"
            raise_findings([Finding((), None, rule, 'write host = "..." or path = "/..."')])
        return self


class ActionSettings(Settings):
    """The action for a request: exactly one of these."""

    service: Label | None = Field(default=None, examples=["api"], description="The service to forward to.")
    services: dict[Label, Annotated[int, Field(ge=0, le=WEIGHT_LIMIT)]] = Field(
        default_factory=dict,
        max_length=TARGETS_LIMIT,
        examples=[{"api": 90, "api-next": 10}],
        description="Services that share the requests by weight, 0 to 999, such as an old and a new release.",
    )
    function: Label | None = Field(default=None, description="The function to invoke.")
    fixed_response: FixedResponseSettings | None = Field(
        default=None, description="A response from the load balancer itself."
    )
    redirect: RedirectSettings | None = Field(default=None, description="A redirect to another URL.")

    @model_validator(mode="after")
    def _one_action(self) -> "ActionSettings":
        chosen = [name for name in _ACTIONS if getattr(self, name)]
        if len(chosen) != 1:
            rule = f"has {len(chosen)} actions, {' and '.join(chosen)}" if chosen else "has no action"
            remedy = "write exactly one of service, services, function, fixed_response { }, and redirect { }"
            raise_findings([Finding((), None, rule, remedy)])
        if self.services and not any(self.services.values()):
            rule, remedy = "sends no requests: every weight is 0", "give at least one service a weight above 0"
            raise_findings([Finding(("services",), self.services, rule, remedy)])
        return self

    @property
    def weights(self) -> Mapping[str, int]:
        """The services (or the function) that get requests, each with its weight; none for other actions."""
        only = self.service or self.function
        return {only: 1} if only else self.services


_ACTIONS = tuple(ActionSettings.model_fields)


class RuleSettings(ActionSettings):
    """A `rule` block: the action for requests to one of the hosts and one of the paths."""

    priority: int = Field(
        ge=PRIORITIES[0],
        le=PRIORITIES[1],
        examples=[10],
        description="The priority, 1 to 50000. Rules are evaluated from the lowest to the highest value; leave gaps "
        "for new rules.",
    )
    hosts: tuple[Host, ...] = Field(default=(), description="Hosts, with the wildcards * and ?; by default all.")
    paths: tuple[Path, ...] = Field(
        default=(),
        examples=[["/v1/*"]],
        description="Paths, case-sensitive, with the wildcards * and ?; by default all.",
    )

    sign_in: bool = Field(
        default=False,
        description="Whether users must sign in first, to the user pool of the `sign_in` block. All of its users have "
        "access, including self-registered ones.",
    )

    @model_validator(mode="after")
    def _valid_conditions(self) -> "RuleSettings":
        raise_findings(
            [*left_empty(self, {"hosts": "all hosts", "paths": "all paths"}), *named_twice(self, "hosts", "paths")]
        )
        count = len(self.hosts) + len(self.paths)
        if not count:
            remedy = "write hosts or paths, or use `default { }` for all other requests"
            raise_findings([Finding((), None, "has no condition", remedy)])
        if count > VALUES_LIMIT:
            rule = f"has {count} hosts and paths; AWS allows {VALUES_LIMIT} for a rule"
            raise_findings([Finding((), None, rule, "use wildcards, or write a second rule with the same action")])
        wildcards = sum(value.count("*") + value.count("?") for value in (*self.hosts, *self.paths))
        if wildcards > WILDCARDS_LIMIT:
            rule = f"has {wildcards} wildcards; AWS allows {WILDCARDS_LIMIT} for a rule"
            raise_findings([Finding((), None, rule, "move some of them into a second rule with the same action")])
        return self

    def shadows(self, later: "RuleSettings") -> bool:
        """Return whether this rule matches every request that the later rule matches."""
        return _shadow(self.hosts, later.hosts) and _shadow(self.paths, later.paths)


def covers(pattern: str, other: str) -> bool:
    """Return whether this pattern matches every text that the other pattern matches.

    True is always correct; False is wrong in a few cases (`?*` and `*?`).
    """
    translated = "".join({"*": ".*", "?": "[^*]"}.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(translated, other, re.DOTALL) is not None


def between(rules: Mapping[str, RuleSettings]) -> Iterator[Finding]:
    """Yield the problems between a listener's rules."""
    if DEFAULT in rules:
        rule, remedy = "is the name of the default action", "rename the rule, or write `default { }`"
        yield Finding(("rule", DEFAULT), None, rule, remedy)
    in_order = sorted(rules.items(), key=lambda item: item[1].priority)
    for (earlier, one), (later, other) in combinations(in_order, 2):
        if one.priority == other.priority:
            rule = f"is also the priority of rule.{earlier}; each rule needs its own"
            yield Finding(("rule", later, "priority"), other.priority, rule, "write another number")
        elif one.shadows(other):
            rule = f"has no effect: rule.{earlier} with priority {one.priority} matches all of its requests"
            remedy = f"write a priority below {one.priority}, or other hosts or paths"
            yield Finding(("rule", later, "priority"), other.priority, rule, remedy)


def is_loop(
    redirect: RedirectSettings, hosts: Sequence[str], paths: Sequence[str], earlier: Sequence[RuleSettings]
) -> bool:
    """Return whether requests for these hosts and paths are redirected to a URL that is redirected again, in a loop.

    `hosts` has the load balancer's names if the rule has no hosts; `earlier` are the rules that are evaluated before.
    """
    if redirect.port not in (None, HTTPS):
        return False
    next_hosts, next_paths = tuple(hosts), tuple(paths)
    if redirect.host not in (None, "#{host}"):
        next_hosts = (_as_pattern(redirect.host or "").lower(),)
        if not any(covers(host, next_hosts[0]) for host in hosts):
            return False
    if redirect.path not in (None, "/#{path}"):
        next_paths = (_as_pattern(redirect.path or ""),)
        if paths and not _shadow(paths, next_paths):
            return False
    return not any(_shadow(rule.hosts, next_hosts) and _shadow(rule.paths, next_paths) for rule in earlier)


def _as_pattern(text: str) -> str:
    """Return a redirect's host or path as a pattern: `#{host}`, `#{path}`, and other placeholders match any text."""
    return re.sub(r"#\{\w+\}", "*", text)


def _shadow(earlier: Sequence[str], later: Sequence[str]) -> bool:
    if not earlier:
        return True
    return bool(later) and all(any(covers(pattern, other) for pattern in earlier) for other in later)
