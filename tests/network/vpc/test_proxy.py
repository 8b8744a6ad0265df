"""The network's proxy: environment variables, security group rules, and settings."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from modules.network.vpc.keys.interface_endpoints import INTERFACE_ENDPOINTS
from modules.network.vpc.proxy import ENDPOINT_HOSTS, Proxy, proxy_of
from modules.network.vpc.settings import NetworkSettings
from tests.support.environments import DEV, only_problem, problems_of
from tests.support.stacks import stack_of
from tests.support.template import Template

REGION = "eu-west-1"
URL = "http://proxy.corp.example:3128"
#: Services with another name in botocore than the endpoint's.
BOTOCORE_NAMES = {"kinesis-firehose": "firehose", "kinesis-streams": "kinesis", "eks-auth": "eks-auth"}
BLOCK = f"""\
  nat                 = "none"
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "kinesis-streams", "ssmmessages"]

  proxy {{
    url        = "{URL}"
    cidrs      = ["10.130.8.0/24", "10.130.9.0/24"]
    except_for = [".corp.example"]
  }}
"""
BEHIND_PROXY = DEV.replace("]\n}", f"]\n{BLOCK}}}", 1)
WORKERS = """
ecs "main" {}
repository "api" {}
queue "orders" {}
service "api" {
  image       = "api:1.4.2"
  queues      = ["orders"]
  environment = { NO_PROXY = "ours" }
  egress "endpoints" {
    cidr = "10.20.0.0/20"
    port = 443
  }
  egress "partner" {
    cidr = "203.0.113.0/24"
    port = 443
  }
}
"""


def proxy(*endpoints: str, **block: Any) -> Proxy:
    """Return the proxy of a VPC with these interface endpoints."""
    settings = NetworkSettings.model_validate(
        {
            "cidr": "10.20.0.0/20",
            "availability_zones": ("a", "c"),
            "tier": "staging",
            "interface_endpoints": endpoints,
            "direct_connect": {"corporate_cidrs": ("10.128.0.0/9",)},
            "proxy": {"url": URL, **block},
        }
    )
    found = proxy_of(settings, REGION)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return stack_of(tmp_path_factory.mktemp("proxy"), BEHIND_PROXY + WORKERS)


def test_no_proxy_has_the_host_names_that_the_sdk_uses_for_endpoints() -> None:
    session = botocore.session.get_session()
    services = set(session.get_available_services())
    for endpoint in INTERFACE_ENDPOINTS:
        service = BOTOCORE_NAMES.get(endpoint, endpoint)
        if service not in services or endpoint == "s3":
            continue
        url = session.create_client(
            service, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x"
        ).meta.endpoint_url
        assert url.removeprefix("https://") in proxy(endpoint).direct, endpoint


def test_no_proxy_has_the_host_names_of_the_registry() -> None:
    direct = proxy("ecr.api", "ecr.dkr").direct
    assert {"api.ecr.eu-west-1.amazonaws.com", ".dkr.ecr.eu-west-1.amazonaws.com"} <= set(direct)
    assert set(ENDPOINT_HOSTS) <= set(INTERFACE_ENDPOINTS)


def test_proxy_without_cidrs_is_in_the_corporate_network() -> None:
    assert [str(each) for each in proxy().cidrs] == ["10.128.0.0/9"]
    elsewhere = proxy(cidrs=("10.130.8.0/24",))
    assert [str(each) for each in elsewhere.cidrs] == ["10.130.8.0/24"]


def test_tasks_and_functions_in_the_vpc_have_the_variables_in_both_cases(mobile: Template) -> None:
    (container,) = json.loads(mobile.resource("aws_ecs_task_definition.service_receipts")["container_definitions"])
    task = {each["name"]: each["value"] for each in container["environment"]}
    function = mobile.resource("aws_lambda_function.function_slack_alarm")["environment"]["variables"]
    for variables in (task, function):
        assert {variables[name] for name in ("HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "http_proxy")} == {URL}
        direct = variables["no_proxy"].split(",")
        assert variables["NO_PROXY"].split(",") == direct
        assert {"169.254.170.2", "10.40.96.0/19", ".internal", ".corp.example"} <= set(direct)
        assert {"sts.ap-northeast-2.amazonaws.com", ".s3.ap-northeast-2.amazonaws.com"} <= set(direct)
        assert "sqs.ap-northeast-2.amazonaws.com" not in direct


def test_variable_of_the_environment_file_takes_precedence(template: Template) -> None:
    (container,) = json.loads(template.resource("aws_ecs_task_definition.service_api")["container_definitions"])
    task = {each["name"]: each["value"] for each in container["environment"]}
    assert (task["NO_PROXY"], task["HTTPS_PROXY"]) == ("ours", URL)


def test_security_groups_allow_egress_to_the_proxy(template: Template, mobile: Template) -> None:
    def egress(template: Template, owner: str) -> dict[str, int]:
        rules = template.resources("aws_vpc_security_group_egress_rule").items()
        return {rule["cidr_ipv4"]: rule["from_port"] for name, rule in rules if name.startswith(f"{owner}_to_proxy")}

    assert egress(template, "service_api") == {"10.130.8.0/24": 3128, "10.130.9.0/24": 3128}
    assert egress(mobile, "service_receipts") == {"10.128.0.0/9": 3128}
    assert egress(mobile, "function_slack_alarm") == {"10.128.0.0/9": 3128}


def test_service_that_programs_call_needs_no_endpoint_with_a_proxy(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": BEHIND_PROXY + WORKERS}) == []
    without = BEHIND_PROXY.replace(BLOCK[BLOCK.index("\n  proxy") :], "")
    assert "service.api cannot reach sqs: there is no NAT gateway, no endpoint for them, and no proxy" in only_problem(
        tmp_path, {"dev": without + WORKERS}
    )


def test_service_that_ecs_calls_needs_an_endpoint_even_with_a_proxy(tmp_path: Path) -> None:
    missing = BEHIND_PROXY.replace('"logs", ', "")
    assert "service.api cannot reach logs: there is no NAT gateway, and no endpoint for them" in only_problem(
        tmp_path, {"dev": missing + WORKERS}
    )


def test_proxy_without_known_cidrs_is_a_problem(tmp_path: Path) -> None:
    nowhere = BEHIND_PROXY.replace('    cidrs      = ["10.130.8.0/24", "10.130.9.0/24"]\n', "")
    assert "network.proxy.cidrs is missing: without direct_connect, security groups need the proxy's" in only_problem(
        tmp_path, {"dev": nowhere}
    )


def test_egress_block_that_repeats_the_proxys_rule_is_a_problem(tmp_path: Path) -> None:
    repeated = WORKERS.replace('"203.0.113.0/24"\n    port = 443', '"10.130.8.0/24"\n    port = 3128')
    assert "service.api.egress.partner creates the same rule as network.proxy" in only_problem(
        tmp_path, {"dev": BEHIND_PROXY + repeated}
    )
