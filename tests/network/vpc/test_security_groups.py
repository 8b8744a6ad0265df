"""Security groups, whose rules are separate resources."""

import pytest
from cdktf import TerraformStack

from modules.foundation.foundation import Foundation
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, Peer, SecurityGroup, allow_ingress_from, members_of
from tests.support.stacks import built
from tests.support.template import Template

API = "${aws_security_group.trial_api.id}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        make = foundation.resources(stack, "trial")
        group = SecurityGroup(make, "api", name="agora-prod-api", description="The API", vpc_id="vpc-1")
        group.allow_ingress_from("api_from_load-balancer", members_of("sg-1"), 8080, "From the load balancer")
        group.allow_egress_to("api_https", ANYWHERE, HTTPS, "HTTPS")
        group.allow_egress_to("api_dns", Peer(cidr_ipv4="10.0.0.2/32"), 53, "DNS", protocol="udp")
        allow_ingress_from(make, "others_from_api", "sg-2", members_of(group.id), 5432, "From the API")

    return built(tmp_path_factory.mktemp("built"), build)


def test_security_group_has_no_inline_rules(template: Template) -> None:
    """Inline rules and separate rules would revert each other in every apply."""
    assert template.resource("aws_security_group.trial_api") == {
        "name": "agora-prod-api",
        "description": "The API",
        "vpc_id": "vpc-1",
        "tags": {"Name": "agora-prod-api"},
    }


def test_rule_has_one_peer_and_one_port(template: Template) -> None:
    assert template.resource("aws_vpc_security_group_ingress_rule.trial_api_from_load_balancer") == {
        "security_group_id": API,
        "description": "From the load balancer",
        "referenced_security_group_id": "sg-1",
        "ip_protocol": "tcp",
        "from_port": 8080,
        "to_port": 8080,
    }
    out = template.resources("aws_vpc_security_group_egress_rule")
    assert {name: (rule["cidr_ipv4"], rule["ip_protocol"], rule["from_port"]) for name, rule in out.items()} == {
        "trial_api_https": ("0.0.0.0/0", "tcp", 443),
        "trial_api_dns": ("10.0.0.2/32", "udp", 53),
    }


def test_existing_group_gets_an_ingress_rule(template: Template) -> None:
    rule = template.resource("aws_vpc_security_group_ingress_rule.trial_others_from_api")
    assert (rule["security_group_id"], rule["referenced_security_group_id"]) == ("sg-2", API)
