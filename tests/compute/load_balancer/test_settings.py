"""The `load_balancer` block: what is refused, where and why; what follows from the tier and the side."""

import ipaddress
from pathlib import Path

import pytest

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, problems_of, write

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'
RULE = 'rule "old" {\n    priority = 10\n    paths = ["/v0/*"]\n    redirect {\n      path = "/v1/"\n    }\n  }'


def balancer(*lines: str, label: str = "public", names: str = '["api.agora.example"]') -> str:
    """Return a zone and a `load_balancer` block whose own lines begin at line 15 of an environment file."""
    body = "".join(f"  {line}\n" for line in (f"names = {names}", *lines))
    return f'{ZONE}load_balancer "{label}" {{\n{body}}}\n'


def settings(folder: Path, text: str) -> LoadBalancerSettings:
    return load(write(folder, {"x": text}))["x"].settings.load_balancer["public"]


def test_defaults_by_tier_and_side(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + balancer())
    assert (dev.internal, dev.reachable_from, dev.deletion_protection) == (False, "internet", False)
    assert (dev.drop_invalid_header_fields, dev.desync_mitigation_mode, dev.http2) == (True, "defensive", True)
    assert dev.default.fixed_response is not None
    assert dev.default.fixed_response.status_code == 404
    assert settings(tmp_path, PROD + balancer()).deletion_protection is True
    assert settings(tmp_path, DEV + balancer("internal = true")).reachable_from == "vpc"


def test_ranges_that_may_reach_it(tmp_path: Path) -> None:
    read = settings(tmp_path, DEV + balancer('reachable_from = ["203.0.113.0/24", "198.51.100.7/32"]'))
    assert read.reachable_from == (ipaddress.IPv4Network("203.0.113.0/24"), ipaddress.IPv4Network("198.51.100.7/32"))
    assert read.answers_http
    assert not settings(tmp_path, DEV + balancer('reachable_from = "cloudfront"')).answers_http


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('reachable_from = "everywhere"', 'everywhere does not say from where; write one of "internet", "cloudfront"'),
        ("reachable_from = []", "[] does not say from where"),
        (
            'reachable_from = ["203.0.113.9/24"]',
            '["203.0.113.9/24"] has a range that has host bits set beyond its prefix',
        ),
        ('reachable_from = ["0.0.0.0/0"]', '["0.0.0.0/0"] names every address there is; write "internet"'),
        ('reachable_from = ["10.0.0.0/8", "10.0.0.0/8"]', '["10.0.0.0/8", "10.0.0.0/8"] names a range twice'),
        ('reachable_from = ["0.0.0.0/1", "128.0.0.0/1"]', '["0.0.0.0/1", "128.0.0.0/1"] is together 0.0.0.0/0 and'),
        ('reachable_from = ["64.0.0.0/2"]', '["64.0.0.0/2"] is together 64.0.0.0/2 and more than anybody'),
        ('reachable_from = ["10.1.0.0/16"]', "10.1.0.0/16 lets nobody in: an internet-facing one is called at public"),
        ('reachable_from = "vpc"', "vpc lets nobody in: an internet-facing one is called at public addresses"),
        ('reachable_from = "corporate"', "corporate means the ranges of network.direct_connect, and there is none"),
    ],
)
def test_from_where_it_is_reached(tmp_path: Path, line: str, message: str) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + balancer(line)})
    assert problem.startswith(f"dev.hcl:15: load_balancer.public.reachable_from {message}")


@pytest.mark.parametrize("host", ["", '      host = "#{host}"\n'])
def test_a_redirect_behind_cloudfront_names_the_sites_host(tmp_path: Path, host: str) -> None:
    rule = RULE.replace("    redirect {\n", f"    redirect {{\n{host}")
    problem = only_problem(tmp_path, {"dev": DEV + balancer('reachable_from = "cloudfront"', rule)})
    assert "load_balancer.public.rule.old.redirect" in problem
    assert "leads users to the load balancer's own name, which only CloudFront reaches" in problem


def test_a_redirect_to_the_sites_host_behind_cloudfront_is_right(tmp_path: Path) -> None:
    rule = RULE.replace("    redirect {\n", '    redirect {\n      host = "www.agora.example"\n')
    assert problems_of(tmp_path, {"dev": DEV + balancer('reachable_from = "cloudfront"', rule)}) == []


def test_more_ranges_than_a_security_group_has_rules(tmp_path: Path) -> None:
    ranges = ", ".join(f'"203.0.113.{number}/32"' for number in range(31))
    problem = only_problem(tmp_path, {"dev": DEV + balancer(f"reachable_from = [{ranges}]")})
    assert "has 31 ranges; a security group's 60 rules are enough for 30" in problem


def test_an_internal_one_is_not_reached_from_the_internet(tmp_path: Path) -> None:
    text = DEV + balancer("internal = true", 'reachable_from = "internet"')
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:16: load_balancer.public.reachable_from internet is refused for an internal one: the internet does "
        'not lead to its subnets; write "vpc" or "corporate", or take internal = true out'
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("deletion_protection = false", "deletion_protection false is not allowed in production: its DNS names would"),
        ('desync_mitigation_mode = "monitor"', "desync_mitigation_mode monitor is refused in production: smuggled"),
        ("drop_invalid_header_fields = false", "drop_invalid_header_fields false is refused in production: services"),
    ],
)
def test_production_refuses_by_name(tmp_path: Path, line: str, message: str) -> None:
    problem = only_problem(tmp_path, {"prod": PROD + balancer(line)})
    assert problem.startswith(f"prod.hcl:15: load_balancer.public.{message}")
    assert problems_of(tmp_path, {"prod": DEV + balancer(line)}) == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("[]", "names [] leads nobody here, and no certificate is without a name"),
        ('["API.agora.example"]', "is not a domain name"),
        ('["api.agora.test"]', "names api.agora.test is in no zone of this environment (agora.example); write a name"),
        ('["api.agora.example", "api.agora.example"]', "has a name twice; write each once"),
    ],
)
def test_names(tmp_path: Path, names: str, message: str) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + balancer(names=names)})
    assert problem.startswith("dev.hcl:14: load_balancer.public.names")
    assert message in problem


def test_a_name_leads_to_one_load_balancer(tmp_path: Path) -> None:
    second = balancer(label="second").removeprefix(ZONE)
    assert only_problem(tmp_path, {"dev": DEV + balancer() + second}) == (
        "dev.hcl:17: load_balancer.second.names api.agora.example leads to load_balancer.public already; "
        "give each load balancer names of its own"
    )


def test_no_internet_no_public_subnets(tmp_path: Path) -> None:
    closed = DEV.replace('["a", "c"]', '["a", "c"]\n  internet           = false')
    assert only_problem(tmp_path, {"dev": closed + balancer()}) == (
        "dev.hcl:14: load_balancer.public.internal false faces the internet, and network.internet = false leaves it "
        "no public subnets; write internal = true, or network { internet = true }"
    )
    assert problems_of(tmp_path, {"dev": closed + balancer("internal = true")}) == []


def test_no_network_no_load_balancer(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + balancer()
    assert "load_balancer.public needs subnets, and there is no VPC" in only_problem(tmp_path, {"dev": text})


def test_one_zone_is_too_few_for_any_network(tmp_path: Path) -> None:
    """AWS wants subnets of two zones for a load balancer; no network of ours has fewer."""
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
def test_a_host_without_a_certificate_is_never_asked_for(tmp_path: Path, host: str, fine: bool) -> None:
    rule = RULE.replace('paths = ["/v0/*"]', f'hosts = ["{host}"]\n    paths = ["/v0/*"]')
    problems = problems_of(tmp_path, {"dev": DEV + balancer(rule)})
    assert [problem.rule for problem in problems] == ([] if fine else ["is not among the load balancer's names"])
    wildcard = balancer(rule, names='["*.agora.example"]')
    assert (problems_of(tmp_path, {"dev": DEV + wildcard}) == []) == host.lower().endswith("agora.example")


def test_a_service_that_is_not_there(tmp_path: Path) -> None:
    rule = RULE.replace('redirect {\n      path = "/v1/"\n    }', 'service = "ghost"')
    assert only_problem(tmp_path, {"dev": DEV + balancer(rule)}) == (
        "dev.hcl:18: load_balancer.public.rule.old.service ghost is not a service of this environment; "
        'there is none; write `service "ghost" { ... }`, or name another'
    )


def test_the_rules_that_lead_to_a_service() -> None:
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
