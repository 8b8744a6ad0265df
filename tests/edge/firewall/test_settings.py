"""The `firewall` block: validation and checks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modules.edge.firewall.keys.groups import GROUPS
from modules.edge.firewall.settings import CAPACITY_LIMIT, FirewallSettings, Group
from modules.environment_files import load
from tests.support.environments import DEV, only_problem, problems_of, write

BALANCER = (
    'zone "public" {\n  name = "agora.example"\n}\nload_balancer "public" {\n  names = ["api.agora.example"]\n}\n'
)


def firewall(*lines: str, before: str = BALANCER) -> str:
    """Return an environment with a `firewall` block at line 16 and `lines` from line 17."""
    return DEV + before + "firewall {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def test_defaults(tmp_path: Path) -> None:
    read = load(write(tmp_path, {"x": firewall()}))["x"].settings.firewall
    assert read is not None
    assert read.groups == ("ip-reputation", "known-bad-inputs", "common", "sql")
    assert (read.rate_limit.limit, read.rate_limit.evaluation_window_sec, read.logged) == (2000, 300, "refused")
    assert sum(read.capacities.values()) == 2 + 25 + 200 + 700 + 200


def test_group_names_match_the_table() -> None:
    assert set(Group.__args__) == set(GROUPS)  # type: ignore[attr-defined]
    assert len({group.priority for group in GROUPS.values()}) == len(GROUPS)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['groups = ["xss"]'], "dev.hcl:17: firewall.groups.0 xss should be 'ip-reputation', 'anonymous-ip'"),
        (['groups = ["sql", "sql"]'], "dev.hcl:17: firewall.groups sql is listed twice; write each value once"),
        (["rate_limit {", "  limit = 9", "}"], "dev.hcl:18: firewall.rate_limit.limit 9 should be greater than"),
        (
            ["rate_limit {", "  evaluation_window_sec = 90", "}"],
            "dev.hcl:18: firewall.rate_limit.evaluation_window_sec 90 should be",
        ),
        (['allow = ["0.0.0.0/0"]'], "dev.hcl:17: firewall.allow.0 0.0.0.0/0 contains all addresses, which an IP set"),
        (['allow = ["203.0.113.9/24"]'], "dev.hcl:17: firewall.allow.0 203.0.113.9/24 has host bits set beyond its"),
        (
            ['allow = ["203.0.113.0/24"]', 'block = ["203.0.113.0/24"]'],
            "dev.hcl:18: firewall.block 203.0.113.0/24 is also in `allow`, which is evaluated first; keep it in",
        ),
        (
            ['count = ["php"]'],
            "dev.hcl:17: firewall.count php is not a rule of this firewall that blocks requests; write one or more of "
            "rate-limit, ip-reputation, known-bad-inputs, common, sql",
        ),
        (['count = ["allow"]', 'allow = ["203.0.113.0/24"]'], "count allow is not a rule of this firewall that"),
        (["count_rules = {", '  php = ["A"]', "}"], "firewall.count_rules php is not a group of this firewall"),
        (
            ['group "bots" {', '  name = "AWSManagedRulesBotControlRuleSet"', "  capacity = 4000", "}"],
            "dev.hcl:16: firewall uses 5127 capacity units (rate-limit 2 + ip-reputation 25 + known-bad-inputs 200 "
            "+ common 700 + sql 200 + bots 4000), and a web ACL has 5000; remove groups",
        ),
        (
            ['group "sql" {', '  name = "AWSManagedRulesBotControlRuleSet"', "  capacity = 50", "}"],
            "dev.hcl:17: firewall.group.sql is a name that the firewall itself uses; rename the block",
        ),
        (
            [
                'group "a" {',
                '  name = "AWSManagedRulesBotControlRuleSet"',
                "  capacity = 50",
                "}",
                'group "b" {',
                '  name = "AWSManagedRulesAntiDDoSRuleSet"',
                "  capacity = 50",
                "}",
            ],
            "dev.hcl:21: firewall.group.b.priority 1000 is also the priority of a, and priorities must be unique",
        ),
        (
            ['load_balancers = ["public", "private"]'],
            "dev.hcl:17: firewall.load_balancers private names no `load_balancer` block of this environment",
        ),
    ],
)
def test_invalid_value_reports_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": firewall(*lines)})


def test_load_balancer_behind_cloudfront_is_reported(tmp_path: Path) -> None:
    """Its requests come from CloudFront's addresses: a rate limit would block all users at once."""
    behind = BALANCER.replace("]\n}", ']\n  reachable_from = "cloudfront"\n}')
    text = firewall('load_balancers = ["public"]', before=behind)
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:18: firewall.load_balancers public is only reachable from CloudFront, so all users would share the "
        "rate limits of CloudFront's addresses; remove it: the site's firewall already protects CloudFront"
    )


@pytest.mark.parametrize("before", ["", BALANCER.replace("]\n}", "]\n  internal = true\n}")])
def test_firewall_that_protects_nothing_is_reported(tmp_path: Path, before: str) -> None:
    assert "firewall protects nothing; add an internet-facing `load_balancer`" in only_problem(
        tmp_path, {"dev": firewall(before=before)}
    )


def test_internal_load_balancer_named_explicitly_is_accepted(tmp_path: Path) -> None:
    inside = BALANCER.replace("]\n}", "]\n  internal = true\n}")
    assert problems_of(tmp_path, {"dev": firewall('load_balancers = ["public"]', before=inside)}) == []


@given(st.sets(st.sampled_from(sorted(GROUPS))), st.lists(st.integers(1, CAPACITY_LIMIT), max_size=4))
def test_capacity_above_the_limit_is_reported(groups: set[str], others: list[int]) -> None:
    total = 2 + sum(GROUPS[name].capacity for name in groups) + sum(others)
    values = {
        "groups": tuple(sorted(groups)),
        "group": {
            f"other-{number}": {"vendor": "Other", "name": "Other", "capacity": capacity, "priority": 1000 + number}
            for number, capacity in enumerate(others)
        },
    }
    if total > CAPACITY_LIMIT:
        with pytest.raises(ValidationError, match=f"uses {total} capacity units"):
            FirewallSettings.model_validate(values)
    else:
        assert sum(FirewallSettings.model_validate(values).capacities.values()) == total
