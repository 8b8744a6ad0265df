"""Rules of a load balancer's listener: which requests, by host and path, get what answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings

#: "RuleCondition, PathPatternConfig and HostHeaderConfig" of the Elastic Load Balancing API: a value's length.
PATTERN_LIMIT = 128
#: "Quotas for your Application Load Balancers": condition values per rule, all conditions together.
VALUES_LIMIT = 5
#: The same: condition wildcards per rule.
WILDCARDS_LIMIT = 5
#: "CreateRule, Priority".
PRIORITIES = (1, 50_000)
#: "TargetGroupTuple, Weight".
WEIGHT_LIMIT = 999
#: "Quotas for your Application Load Balancers": target groups per action.
TARGETS_LIMIT = 5
#: "Quotas for your Application Load Balancers": rules of a load balancer, not counting the default ones. [Quotas for
#: your Application Load Balancers]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html).
RULES_LIMIT = 100
#: [RedirectActionConfig](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html):
#: what stands for a part of the address that was asked for.
STAND_INS = ("protocol", "host", "port", "path", "query")
#: The listener's port, to which a redirect leads that names none.
HTTPS = 443
#: The same page: target groups of a load balancer.
TARGET_GROUPS_LIMIT = 100
#: The rule that is no rule: what is done when none applies.
DEFAULT = "default"

#: "Add a listener rule for your Application Load Balancer", Host header: letters, digits, `-_.` and wildcards.
_HOST = re.compile(r"[A-Za-z0-9_.*?-]+")
#: The same page, Path: letters, digits, `_-.$/~"'@:+;&` and wildcards.
_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+;&*?-]+")
_TYPES = Literal["text/plain", "text/css", "text/html", "application/javascript", "application/json"]


def _host(value: str) -> str:
    last = value.rpartition(".")[2]
    if not _HOST.fullmatch(value) or len(value) > PATTERN_LIMIT or "." not in value or not last.isalpha():
        raise broken_rule(
            f"is not a host that a rule can compare: letters, digits, hyphens, dots and the wildcards * and ?, "
            f"at most {PATTERN_LIMIT}, with letters only behind the last dot",
            'write one as "api.agora.example" or "*.agora.example"',
        )
    return value.lower()


def _path(value: str) -> str:
    if not _PATH.fullmatch(value) or len(value) > PATTERN_LIMIT or value[0] not in "/*?":
        raise broken_rule(
            f"is not a path that a rule can compare: a stroke (or wildcard) first, letters, digits, _-.$/~\"'@:+;& "
            f"and the wildcards * and ?, at most {PATTERN_LIMIT}",
            'write one as "/v1/*", without the query string',
        )
    return value


Host = Annotated[str, AfterValidator(_host)]
Path = Annotated[str, AfterValidator(_path)]


class FixedResponseSettings(Settings):
    """The `fixed_response` block: an answer that the load balancer gives by itself."""

    status_code: int = Field(examples=[404], description="The HTTP status: 2xx, 4xx or 5xx.")
    content_type: _TYPES = Field(default="text/plain", description="What the body is.")
    message_body: str | None = Field(default=None, max_length=1024, description="The body, at most 1024 characters.")

    @model_validator(mode="after")
    def _answer(self) -> "FixedResponseSettings":
        if self.status_code // 100 not in (2, 4, 5):
            rule = "is not a status of a fixed response: 2xx, 4xx or 5xx"
            refuse([Finding(("status_code",), self.status_code, rule, "write 404, or use redirect { } for 3xx")])
        return self


def _redirect_host(value: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9.-]|#\{\w+\})+", value):
        rule = "is not a host: letters, digits, dots and hyphens, without a scheme, port or path"
        raise broken_rule(rule, 'write one as "www.agora.example"')
    return _checked_stand_ins(value)


def _redirect_path(value: str) -> str:
    if not value.startswith("/") or "?" in value:
        raise broken_rule(
            "is not a path: a slash first, and no query", 'write one as "/v2/#{path}"; a query is `query`'
        )
    return _checked_stand_ins(value)


def _redirect_query(value: str) -> str:
    if value.startswith("?"):
        raise broken_rule("begins with a question mark, which is there without it", f'write "{value[1:]}"')
    return _checked_stand_ins(value)


def _checked_stand_ins(value: str) -> str:
    unknown = set(re.findall(r"#\{([^}]*)\}", value)) - set(STAND_INS)
    if unknown:
        known = ", ".join(f"#{{{each}}}" for each in STAND_INS)
        raise broken_rule(f"has #{{{min(unknown)}}}, which stands for nothing", f"write one of {known}")
    return value


class RedirectSettings(Settings):
    """The `redirect` block: another address, by HTTPS. What is not written stays as it was asked for."""

    host: Annotated[str, AfterValidator(_redirect_host)] | None = Field(
        default=None,
        max_length=PATTERN_LIMIT,
        examples=["www.agora.example"],
        description="The host; #{host} stands for the one asked for.",
    )
    path: Annotated[str, AfterValidator(_redirect_path)] | None = Field(
        default=None,
        max_length=PATTERN_LIMIT,
        examples=["/v2/#{path}"],
        description="The path with its first stroke; #{path} stands for the one asked for, without its first stroke.",
    )
    query: Annotated[str, AfterValidator(_redirect_query)] | None = Field(
        default=None, max_length=PATTERN_LIMIT, description="The query without its question mark; #{query} is it."
    )
    port: int | None = Field(default=None, ge=1, le=65535, description="The port.")
    permanent: bool = Field(
        default=False, description="301, which browsers keep for good, in place of 302, which they ask for again."
    )
    elsewhere: ClassVar[Mapping[str, str]] = {"protocol": "take it out: a redirect always leads to HTTPS"}

    @model_validator(mode="after")
    def _redirects_elsewhere(self) -> "RedirectSettings":
        """Refuse what is the address that was asked for; the protocol is HTTPS already.

        [RedirectActionConfig](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html):
        "You must specify at least one of the following components that results in a non-circular URI: protocol,
        hostname, port, or path."
        """
        if self.host in (None, "#{host}") and self.path in (None, "/#{path}") and self.port in (None, HTTPS):
            rule = "leads to where it came from, for ever: neither host, path nor port changes"
            refuse([Finding((), None, rule, 'write host = "..." or path = "/..."')])
        return self


class ActionSettings(Settings):
    """What is done with a request: exactly one of these."""

    service: Label | None = Field(default=None, examples=["api"], description="The service that answers.")
    services: dict[Label, Annotated[int, Field(ge=0, le=WEIGHT_LIMIT)]] = Field(
        default_factory=dict,
        max_length=TARGETS_LIMIT,
        examples=[{"api": 90, "api-next": 10}],
        description="Services that share the requests by weights, 0 to 999: the old release and the new one.",
    )
    function: Label | None = Field(default=None, description="The function that answers.")
    fixed_response: FixedResponseSettings | None = Field(
        default=None, description="An answer that the load balancer gives by itself."
    )
    redirect: RedirectSettings | None = Field(default=None, description="Another address.")

    @model_validator(mode="after")
    def _one_action(self) -> "ActionSettings":
        chosen = [name for name in _ACTIONS if getattr(self, name)]
        if len(chosen) != 1:
            rule = f"says {' and '.join(chosen)}, and does" if chosen else "does nothing, and has to do"
            remedy = "write one of service, services, function, fixed_response { } and redirect { }"
            refuse([Finding((), None, f"{rule} exactly one thing", remedy)])
        if self.services and not any(self.services.values()):
            rule, remedy = "send no request anywhere: every weight is 0", "give one of them a weight"
            refuse([Finding(("services",), self.services, rule, remedy)])
        return self

    @property
    def weights(self) -> Mapping[str, int]:
        """The services (or the function) that requests are led to, each with its share; none for other actions."""
        one = self.service or self.function
        return {one: 1} if one else self.services


_ACTIONS = tuple(ActionSettings.model_fields)


class RuleSettings(ActionSettings):
    """A `rule` block: requests for one of the hosts and one of the paths, and what is done with them."""

    priority: int = Field(
        ge=PRIORITIES[0],
        le=PRIORITIES[1],
        examples=[10],
        description="Rules are tried by rising number, 1 to 50000; leave gaps for those to come.",
    )
    hosts: tuple[Host, ...] = Field(default=(), description="Hosts, with the wildcards * and ?; all without any.")
    paths: tuple[Path, ...] = Field(
        default=(),
        examples=[["/v1/*"]],
        description="Paths, with the wildcards * and ?, upper and lower case told apart; all without any.",
    )

    sign_in: bool = Field(
        default=False,
        description="Whether users have to sign in first, by the `sign_in` block: whoever has an account, those who "
        "registered by themselves among them.",
    )

    @model_validator(mode="after")
    def _compares_something(self) -> "RuleSettings":
        refuse([*left_empty(self, {"hosts": "all hosts", "paths": "all paths"}), *named_twice(self, "hosts", "paths")])
        count = len(self.hosts) + len(self.paths)
        if not count:
            remedy = 'write hosts or paths, or use `default { }` for "all other requests"'
            refuse([Finding((), None, "has no condition", remedy)])
        if count > VALUES_LIMIT:
            rule = f"compares {count} hosts and paths, and AWS lets a rule compare {VALUES_LIMIT}"
            refuse([Finding((), None, rule, "use wildcards, or write a second rule with the same action")])
        wildcards = sum(value.count("*") + value.count("?") for value in (*self.hosts, *self.paths))
        if wildcards > WILDCARDS_LIMIT:
            rule = f"has {wildcards} wildcards, and AWS lets a rule have {WILDCARDS_LIMIT}"
            refuse([Finding((), None, rule, "write a second rule with the same action for some of them")])
        return self

    def shadows(self, later: "RuleSettings") -> bool:
        """Return whether every request of the later rule is this one's already."""
        return _shadow(self.hosts, later.hosts) and _shadow(self.paths, later.paths)


def covers(pattern: str, other: str) -> bool:
    """Return whether every text that the other pattern matches is matched by this one.

    Never wrongly true; false in a few cases where one would have to think harder (`?*` and `*?`).
    """
    translated = "".join({"*": ".*", "?": "[^*]"}.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(translated, other, re.DOTALL) is not None


def between(rules: Mapping[str, RuleSettings]) -> Iterator[Finding]:
    """Yield what is wrong between a listener's rules."""
    if DEFAULT in rules:
        rule, remedy = "is what is done when no rule applies", "give it another name, or write `default { }`"
        yield Finding(("rule", DEFAULT), None, rule, remedy)
    in_order = sorted(rules.items(), key=lambda item: item[1].priority)
    for (earlier, one), (later, other) in combinations(in_order, 2):
        if one.priority == other.priority:
            rule = f"is the priority of {earlier} too: AWS tries rules in one order"
            yield Finding(("rule", later, "priority"), other.priority, rule, "write another number")
        elif one.shadows(other):
            rule = f"is never reached: {earlier} with priority {one.priority} takes all of its requests"
            remedy = f"write a priority below {one.priority}, or other hosts or paths"
            yield Finding(("rule", later, "priority"), other.priority, rule, remedy)


def is_loop(
    redirect: RedirectSettings, hosts: Sequence[str], paths: Sequence[str], earlier: Sequence[RuleSettings]
) -> bool:
    """Return whether requests for these hosts and paths are led to an address that is redirected again, for ever.

    `hosts` has the load balancer's names where a rule compares none; `earlier` are the rules that are tried before.
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
    """Return what a redirect's host or path becomes: `#{host}`, `#{path}` and the like may be anything."""
    return re.sub(r"#\{\w+\}", "*", text)


def _shadow(earlier: Sequence[str], later: Sequence[str]) -> bool:
    if not earlier:
        return True
    return bool(later) and all(any(covers(pattern, other) for pattern in earlier) for other in later)
