"""Listener rules that require users to sign in."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem, problems_of
from tests.support.template import Template

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'
SIGN_IN = "sign_in {\n}\n"


def balancer(hosts: str = "", *, names: str = '["www.agora.example"]', internal: bool = False) -> str:
    """Return a zone and a load balancer whose rule has `sign_in` at line 18."""
    lines = [
        f"names = {names}",
        f"internal = {str(internal).lower()}",
        'rule "members" {',
        "priority = 10",
        "sign_in = true",
        'paths = ["/members/*"]',
        *([f"hosts = [{hosts}]"] if hosts else []),
        "fixed_response {",
        "status_code = 200",
        "}",
        "}",
    ]
    return ZONE + 'load_balancer "public" {\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def test_rule_with_sign_in_authenticates_before_its_action(archive: Template) -> None:
    first, second = archive.resource("aws_lb_listener_rule.load_balancer_front_members")["action"]
    assert first["type"] == "authenticate-cognito"
    assert first["authenticate_cognito"] == {
        "user_pool_arn": "${aws_cognito_user_pool.sign_in_users.arn}",
        "user_pool_client_id": "${aws_cognito_user_pool_client.sign_in_load_balancer_front.id}",
        "user_pool_domain": "${aws_cognito_user_pool_domain.sign_in_domain.domain}",
        "scope": "openid",
        "session_timeout": 43_200,
        "on_unauthenticated_request": "authenticate",
    }
    assert second["type"] == "fixed-response"
    # No other rule requires it.
    (only,) = archive.resource("aws_lb_listener_rule.load_balancer_front_years")["action"]
    assert only["type"] == "redirect"


def test_cognito_client_has_the_hosts_of_the_rule_only(archive: Template) -> None:
    client = archive.resource("aws_cognito_user_pool_client.sign_in_load_balancer_front")
    assert client["callback_urls"] == ["https://archive.mobile.example/oauth2/idpresponse"]


def test_security_group_allows_requests_to_cognito(archive: Template) -> None:
    egress = archive.resource("aws_vpc_security_group_egress_rule.load_balancer_front_to_cognito")
    assert (egress["cidr_ipv4"], egress["from_port"], egress["to_port"]) == ("0.0.0.0/0", 443, 443)
    others = [name for name in archive.resources("aws_vpc_security_group_egress_rule") if "_to_cognito" in name]
    assert others == ["load_balancer_front_to_cognito"]


@pytest.mark.parametrize("hosts", ["", '"www.agora.example"'])
def test_sign_in_with_or_without_hosts_has_no_problem(tmp_path: Path, hosts: str) -> None:
    assert problems_of(tmp_path, {"dev": DEV + balancer(hosts) + SIGN_IN}) == []


def test_sign_in_without_sign_in_block_is_a_problem(tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + balancer()}) == (
        "dev.hcl:18: load_balancer.public.rule.members.sign_in true needs a `sign_in` block, and there is none; "
        "write a `sign_in` block"
    )


@pytest.mark.parametrize(
    ("hosts", "names", "wild"),
    [
        ("", '["*.agora.example"]', "*.agora.example"),
        ('"www?.agora.example"', '["*.agora.example"]', "www?.agora.example"),
    ],
)
def test_sign_in_with_wildcard_hosts_is_a_problem(tmp_path: Path, hosts: str, names: str, wild: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + balancer(hosts, names=names) + SIGN_IN}) == (
        f"dev.hcl:18: load_balancer.public.rule.members.sign_in true returns users to {wild}, and Cognito allows no "
        "wildcards; write the rule's hosts without wildcards"
    )


def test_internal_load_balancer_with_sign_in_and_without_nat_is_a_problem(tmp_path: Path) -> None:
    inside = balancer(internal=True) + SIGN_IN
    closed = DEV.replace('  availability_zones = ["a", "c"]\n', '  availability_zones = ["a", "c"]\n  nat = "none"\n')
    assert only_problem(tmp_path, {"dev": closed + inside}).startswith(
        "dev.hcl:19: load_balancer.public.rule.members.sign_in true needs to reach Cognito on the internet, and the "
        "app subnets have no NAT gateway"
    )
    assert problems_of(tmp_path, {"dev": DEV + inside}) == []
