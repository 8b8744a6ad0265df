"""ALB listener rules: conditions, actions, and rules without effect."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modules.compute.load_balancer.keys.listener_rules import RuleSettings, between, covers
from tests.support.environments import DEV, only_problem, problems_of

HEAD = DEV + 'zone "public" {\n  name = "agora.example"\n}\nload_balancer "public" {\n  names = ["api.agora.example"]\n'
ANSWER = "    fixed_response {\n      status_code = 200\n    }\n"


def rule(*lines: str, label: str = "one", priority: int = 10, action: str = ANSWER) -> str:
    """Return a `rule` block, the first of which begins at line 15 of an environment file."""
    body = "".join(f"    {line}\n" for line in (f"priority = {priority}", *lines))
    return f'  rule "{label}" {{\n{body}{action}  }}\n'


def problem_of(folder: Path, *rules: str) -> str:
    return only_problem(folder, {"dev": HEAD + "".join(rules) + "}\n"})


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "dev.hcl:15: load_balancer.public.rule.one has no condition; write hosts or paths"),
        (['paths = ["v1"]'], "dev.hcl:17: load_balancer.public.rule.one.paths.0 v1 is not a valid path condition"),
        (['paths = ["/a b"]'], "/a b is not a valid path condition"),
        (['paths = ["/a?b=c"]'], "/a?b=c is not a valid path condition"),
        ([f'paths = ["/{"a" * 128}"]'], "is not a valid path condition"),
        (['hosts = ["localhost"]'], "localhost is not a valid host condition"),
        (['hosts = ["api.agora.3xample"]'], "api.agora.3xample is not a valid host condition"),
        (
            ['hosts = ["api.agora.example"]', 'paths = ["/a", "/b", "/c", "/d", "/e"]'],
            "dev.hcl:15: load_balancer.public.rule.one has 6 hosts and paths; AWS allows 5 for a rule",
        ),
    ],
)
def test_invalid_rule_condition_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    assert message in problem_of(tmp_path, rule(*lines))


@pytest.mark.parametrize("priority", [0, 50_001])
def test_invalid_rule_priority_is_a_problem(tmp_path: Path, priority: int) -> None:
    problem = problem_of(tmp_path, rule('paths = ["/a"]', priority=priority))
    assert problem.startswith(f"dev.hcl:16: load_balancer.public.rule.one.priority {priority} should be")


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("", "has no action; write exactly one of service, services, function"),
        (ANSWER + '    service = "api"\n', "has 2 actions, service and fixed_response; write exactly one"),
        ("    services = {\n      a = 0\n      b = 0\n    }\n", "sends no requests: every weight is 0"),
        ("    services = {\n      a = 1000\n    }\n", "services.a 1000 should be less than or equal to 999"),
        ("    redirect {\n    }\n", "redirect points to the requested URL itself, in a loop: neither host, path, nor"),
        ('    redirect {\n      path = "v1"\n    }\n', "redirect.path v1 is not a path"),
        (ANSWER.replace("200", "301"), "status_code 301 is not a valid status of a fixed response: 2xx, 4xx, or"),
    ],
)
def test_invalid_rule_action_is_a_problem(tmp_path: Path, action: str, message: str) -> None:
    assert message in problem_of(tmp_path, rule('paths = ["/a"]', action=action))


def test_duplicate_rule_priority_is_a_problem(tmp_path: Path) -> None:
    assert problem_of(tmp_path, rule('paths = ["/a"]'), rule('paths = ["/b"]', label="two")) == (
        "dev.hcl:23: load_balancer.public.rule.two.priority 10 is also the priority of rule.one; each rule needs "
        "its own; write another number"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (['paths = ["/*"]'], ['paths = ["/v1/*"]']),
        (['paths = ["/v1/*", "/v2/*"]'], ['paths = ["/v2/a", "/v1/b"]']),
        (['hosts = ["*.agora.example"]'], ['hosts = ["api.agora.example"]', 'paths = ["/v1"]']),
        (['hosts = ["API.agora.example"]'], ['hosts = ["api.agora.example"]', 'paths = ["/"]']),
        (['paths = ["/v?/*"]'], ['paths = ["/v1/a*"]']),
    ],
)
def test_rule_without_effect_is_a_problem(tmp_path: Path, first: list[str], second: list[str]) -> None:
    later = rule(*second, label="later", priority=20)
    assert "load_balancer.public.rule.later.priority 20 has no effect: rule.one with priority 10 matches" in problem_of(
        tmp_path, rule(*first), later
    )
    swapped = HEAD + rule(*first, priority=30) + later + "}\n"
    assert problems_of(tmp_path, {"dev": swapped}) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (['paths = ["/v1/*"]'], ['paths = ["/v1*"]']),
        (['paths = ["/v1"]'], ['paths = ["/V1"]']),
        (['paths = ["/v1/*"]'], ['paths = ["/v1/a", "/v2/a"]']),
        (['hosts = ["api.agora.example"]', 'paths = ["/v1"]'], ['hosts = ["api.agora.example"]']),
        (['hosts = ["api.agora.example"]'], ['paths = ["/v1"]']),
        (['paths = ["/?"]'], ['paths = ["/*"]']),
    ],
)
def test_rules_that_match_different_requests_have_no_problem(
    tmp_path: Path, first: list[str], second: list[str]
) -> None:
    text = HEAD + rule(*first) + rule(*second, label="later", priority=20) + "}\n"
    assert problems_of(tmp_path, {"dev": text}) == []


def test_rule_named_default_is_a_problem(tmp_path: Path) -> None:
    assert "rule.default is the name of the default action" in problem_of(
        tmp_path, rule('paths = ["/a"]', label="default")
    )


PATTERNS = st.text("ab/*?", min_size=1, max_size=6)


@given(PATTERNS, PATTERNS, st.text("ab/", max_size=6))
def test_covering_pattern_matches_everything_that_the_other_matches(one: str, other: str, text: str) -> None:
    def matches(pattern: str) -> bool:
        return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None

    if covers(one, other) and matches(other):
        assert matches(one)
    assert covers(one, one)
    assert covers("*", one)


@given(st.lists(st.tuples(st.integers(1, 9), PATTERNS), max_size=5))
def test_between_reports_only_duplicate_priorities_and_shadowed_rules(rules: list[tuple[int, str]]) -> None:
    read = {}
    for number, (priority, path) in enumerate(rules):
        try:
            values = {"priority": priority, "paths": (f"/{path}",), "fixed_response": {"status_code": 200}}
            read[f"r{number}"] = RuleSettings.model_validate(values)
        except ValidationError:  # pragma: no cover - patterns of these letters are paths
            raise
    for finding in between(read):
        later = read[finding.at[1]]
        earlier = [each for label, each in read.items() if label != finding.at[1] and each.priority <= later.priority]
        assert any(each.priority == later.priority or each.shadows(later) for each in earlier)
