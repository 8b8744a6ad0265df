"""The `load_balancer` block: problems, and defaults by tier and scheme."""

import ipaddress
from pathlib import Path

import pytest

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.environment_files import load
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'
RULE = 'rule "old" {\n    priority = 10\n    paths = ["/v0/*"]\n    redirect {\n      path = "/v1/"\n    }\n  }'


def balancer(*lines: str, label: str = "public", names: str = '["api.agora.example"]') -> str:
    """Return a zone and a `load_balancer` block whose own lines begin at line 15 of an environment file."""
    body = "".join(f"  {line}\n" for line in (f"names = {names}", *lines))
    return f'{ZONE}load_balancer "{label}" {{\n{body}}}\n'


def settings(folder: Path, text: str) -> LoadBalancerSettings:
    return load(write(folder, {"x": text}))["x"].settings.load_balancer["public"]


def test_defaults_depend_on_tier_and_scheme(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + balancer())
    assert (dev.internal, dev.reachable_from, dev.deletion_protection) == (False, "internet", False)
    assert (dev.drop_invalid_header_fields, dev.desync_mitigation_mode, dev.enable_http2) == (True, "defensive", True)
    assert dev.default.fixed_response is not None
    assert dev.default.fixed_response.status_code == 404
    assert settings(tmp_path, PROD + balancer() + ALARMS).deletion_protection is True
    assert settings(tmp_path, DEV + balancer("internal = true")).reachable_from == "vpc"


def test_reachable_from_takes_ranges_and_keywords(tmp_path: Path) -> None:
    read = settings(tmp_path, DEV + balancer('reachable_from = ["203.0.113.0/24", "198.51.100.7/32"]'))
    assert read.reachable_from == (ipaddress.IPv4Network("203.0.113.0/24"), ipaddress.IPv4Network("198.51.100.7/32"))
    assert read.answers_http
    assert not settings(tmp_path, DEV + balancer('reachable_from = "cloudfront"')).answers_http


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('reachable_from = "everywhere"', 'everywhere is not a source; write one of "internet", "cloudfront"'),
        ("reachable_from = []", "[] is not a source"),
        ('reachable_from = ["203.0.113.9/24"]', '["203.0.113.9/24"] has a range that has host bits set beyond its'),
        ('reachable_from = ["0.0.0.0/0"]', '["0.0.0.0/0"] allows every address; write "internet" to make'),
        ('reachable_from = ["10.0.0.0/8", "10.0.0.0/8"]', '["10.0.0.0/8", "10.0.0.0/8"] has a range twice'),
        ('reachable_from = ["0.0.0.0/1", "128.0.0.0/1"]', '["0.0.0.0/1", "128.0.0.0/1"] adds up to 0.0.0.0/0,'),
        ('reachable_from = ["64.0.0.0/2"]', '["64.0.0.0/2"] adds up to 64.0.0.0/2, which is larger than'),
        ('reachable_from = ["10.1.0.0/16"]', "10.1.0.0/16 never matches: requests to an internet-facing load balancer"),
        ('reachable_from = "vpc"', "vpc never matches: requests to an internet-facing load balancer come from"),
        ('reachable_from = "corporate"', "corporate requires the ranges of network.direct_connect, and there"),
    ],
)
def test_invalid_reachable_from_is_a_problem(tmp_path: Path, line: str, message: str) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + balancer(line)})
    assert problem.startswith(f"dev.hcl:15: load_balancer.public.reachable_from {message}")


@pytest.mark.parametrize("host", ["", '      host = "#{host}"\n'])
def test_redirect_without_host_behind_cloudfront_is_a_problem(tmp_path: Path, host: str) -> None:
    rule = RULE.replace("    redirect {\n", f"    redirect {{\n{host}")
    problem = only_problem(tmp_path, {"dev": DEV + balancer('reachable_from = "cloudfront"', rule)})
    assert "load_balancer.public.rule.old.redirect" in problem
    assert "redirects users to the load balancer's own name, which only CloudFront can reach" in problem


def test_redirect_with_host_behind_cloudfront_has_no_problem(tmp_path: Path) -> None:
    rule = RULE.replace("    redirect {\n", '    redirect {\n      host = "www.agora.example"\n')
    assert problems_of(tmp_path, {"dev": DEV + balancer('reachable_from = "cloudfront"', rule)}) == []


def test_too_many_ranges_are_a_problem(tmp_path: Path) -> None:
    ranges = ", ".join(f'"203.0.113.{number}/32"' for number in range(31))
    problem = only_problem(tmp_path, {"dev": DEV + balancer(f"reachable_from = [{ranges}]")})
    assert "has 31 ranges; a security group's 60 rules are enough for 30" in problem


def test_internal_load_balancer_reachable_from_internet_is_a_problem(tmp_path: Path) -> None:
    text = DEV + balancer("internal = true", 'reachable_from = "internet"')
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:16: load_balancer.public.reachable_from internet is not allowed for an internal load balancer: its "
        'subnets are not reachable from the internet; write "vpc" or "corporate", or remove internal = true'
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("deletion_protection = false", "deletion_protection false is not allowed in production: its DNS names would"),
        ('desync_mitigation_mode = "monitor"', "desync_mitigation_mode monitor is not allowed in production: smug"),
        ("drop_invalid_header_fields = false", "drop_invalid_header_fields false is not allowed in production: serv"),
    ],
)
def test_value_not_allowed_in_production_is_a_problem(tmp_path: Path, line: str, message: str) -> None:
    problem = only_problem(tmp_path, {"prod": PROD + balancer(line) + ALARMS})
    assert problem.startswith(f"prod.hcl:15: load_balancer.public.{message}")
    assert problems_of(tmp_path, {"prod": DEV + balancer(line)}) == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("[]", "names [] is empty, and a certificate needs a name"),
        ('["API.agora.example"]', "is not a domain name"),
        ('["api.agora.test"]', "names api.agora.test is in no zone of this environment (agora.example); write a name"),
        ('["api.agora.example", "api.agora.example"]', "has a name twice; write each name once"),
    ],
)
def test_invalid_names_are_a_problem(tmp_path: Path, names: str, message: str) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + balancer(names=names)})
    assert problem.startswith("dev.hcl:14: load_balancer.public.names")
    assert message in problem


def test_name_of_two_load_balancers_is_a_problem(tmp_path: Path) -> None:
    second = balancer(label="second").removeprefix(ZONE)
    assert only_problem(tmp_path, {"dev": DEV + balancer() + second}) == (
        "dev.hcl:17: load_balancer.second.names api.agora.example already belongs to load_balancer.public; "
        "give each load balancer its own names"
    )


def test_internet_facing_load_balancer_without_public_subnets_is_a_problem(tmp_path: Path) -> None:
    closed = DEV.replace('["a", "c"]', '["a", "c"]\n  internet           = false')
    assert only_problem(tmp_path, {"dev": closed + balancer()}) == (
        "dev.hcl:14: load_balancer.public.internal false needs public subnets, and with network.internet = false "
        "there are none; write internal = true, or network { internet = true }"
    )
    assert problems_of(tmp_path, {"dev": closed + balancer("internal = true")}) == []


def test_load_balancer_without_network_is_a_problem(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + balancer()
    assert "load_balancer.public needs public subnets, and there is no VPC" in only_problem(tmp_path, {"dev": text})


def test_network_with_one_zone_is_a_problem(tmp_path: Path) -> None:
    """A load balancer needs subnets in two Availability Zones, and every network has at least two."""
    text = DEV.replace('["a", "c"]', '["a"]') + balancer()
    assert "network.availability_zones" in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("api.agora.example", True),
        ("*.agora.example", True),
        ("API.agora.example", True),
        ("www.agora.example", False),
        ("*.agora.test", False),
    ],
)
def test_rule_host_without_certificate_is_a_problem(tmp_path: Path, host: str, fine: bool) -> None:
    rule = RULE.replace('paths = ["/v0/*"]', f'hosts = ["{host}"]\n    paths = ["/v0/*"]')
    problems = problems_of(tmp_path, {"dev": DEV + balancer(rule)})
    assert [problem.rule for problem in problems] == ([] if fine else ["is not among the load balancer's names"])
    wildcard = balancer(rule, names='["*.agora.example"]')
    assert (problems_of(tmp_path, {"dev": DEV + wildcard}) == []) == host.lower().endswith("agora.example")


def test_rule_with_unknown_service_is_a_problem(tmp_path: Path) -> None:
    rule = RULE.replace('redirect {\n      path = "/v1/"\n    }', 'service = "ghost"')
    assert only_problem(tmp_path, {"dev": DEV + balancer(rule)}) == (
        "dev.hcl:18: load_balancer.public.rule.old.service ghost names no `service` block of this environment; "
        'there is none; write `service "ghost" { ... }`, or remove it'
    )


def test_rules_to_returns_the_rules_of_a_service() -> None:
    read = LoadBalancerSettings.model_validate(
        {
            "names": ("api.agora.example",),
            "rule": {
                "api": {"priority": 10, "paths": ("/v1/*",), "service": "api"},
                "next": {"priority": 20, "paths": ("/v2/*",), "services": {"api": 9, "api-next": 1}},
                "page": {"priority": 30, "paths": ("/page",), "function": "maintenance"},
            },
            "default": {"service": "api"},
        }
    )
    assert read.rules_to("api") == ["api", "next", "default"]
    assert read.rules_to("api-next") == ["next"]
    assert read.rules_to("maintenance") == ["page"]
