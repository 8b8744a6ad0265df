"""The VPN server, and whom its clients reach, in the synthesized JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.workspace import stack_folder
from tests.compute.eks.texts import FARGATE, eks
from tests.conftest import Synthesize
from tests.support.environments import ALARMS, DEV, PROD, write
from tests.support.template import Template

VPN = """\
vpn {
  allowed_cidrs     = ["203.0.113.0/24"]
  client_cidr       = "172.30.0.0/22"
  availability_zone = "c"
KEYS
}
"""
REACHED = """\
database "main" {
  engine         = "aurora-postgresql"
  engine_version = "17.5"
  instance_class = "db.r7g.large"
  proxy {}
}
cache "sessions" {
  node_type = "cache.t4g.micro"
}
search "logs" {}
zone "public" {
  name = "dev.agora.example"
}
"""
KEYS = """\
  hostname          = "vpn.dev.agora.example"
  protocol          = "tcp"
  port              = 443
  split_tunnel      = false
  databases         = ["main"]
  caches            = ["sessions"]
  searches          = ["logs"]
  eks               = ["main"]
"""
INGRESS = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"
GROUP = "${aws_security_group.vpn_host.id}"


@pytest.fixture(scope="module")
def output(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Path:
    environments = {
        "dev": DEV + VPN.replace("KEYS", KEYS) + REACHED + eks(FARGATE, label="main"),
        "prod": PROD + VPN.replace("KEYS\n", "").replace("172.30.0.0", "172.30.4.0") + ALARMS + "backup {}\n",
    }
    return synthesize(write(tmp_path_factory.mktemp("vpn"), environments))


@pytest.fixture(scope="module")
def dev(output: Path) -> Template:
    return Template(stack_folder(output, "dev"))


@pytest.fixture(scope="module")
def prod(output: Path) -> Template:
    return Template(stack_folder(output, "prod"))


def test_host_is_not_replaced_by_a_newer_image_or_user_data(prod: Template) -> None:
    host = prod.resource("aws_instance.vpn_host")
    assert host["lifecycle"] == {"ignore_changes": ["ami", "user_data", "user_data_base64"]}
    assert host["ami"] == "${data.aws_ami.vpn_image.id}"


def test_host_has_imdsv2_recovery_encryption_and_no_ssh(prod: Template) -> None:
    host = prod.resource("aws_instance.vpn_host")
    assert host["metadata_options"] == {
        "http_endpoint": "enabled",
        "http_tokens": "required",
        "http_put_response_hop_limit": 1,
    }
    assert host["maintenance_options"] == {"auto_recovery": "default"}
    assert host["root_block_device"]["encrypted"] is True
    assert host["disable_api_termination"] is True
    assert "key_name" not in host
    assert all(22 not in (rule.get("from_port"), rule.get("to_port")) for rule in prod.resources(INGRESS).values())


def test_address_and_data_outlive_the_instance(prod: Template) -> None:
    host = prod.resource("aws_instance.vpn_host")
    assert host["network_interface"] == [
        {"device_index": 0, "network_interface_id": "${aws_network_interface.vpn_host.id}"}
    ]
    assert prod.resource("aws_eip.vpn_host")["network_interface"] == "${aws_network_interface.vpn_host.id}"
    volume = prod.resource("aws_ebs_volume.vpn_data")
    assert volume["encrypted"] is True
    assert volume["kms_key_id"] == "${aws_kms_key.foundation_data_key.arn}"
    assert volume["final_snapshot"] is True
    assert volume["lifecycle"] == {"prevent_destroy": True}


def test_data_volume_is_backed_up_in_addition_to_what_has_the_tag(prod: Template) -> None:
    selection = prod.resource("aws_backup_selection.backup_vpn")
    assert selection["resources"] == ["${aws_ebs_volume.vpn_data.arn}"]
    tagged = prod.resource("aws_backup_selection.backup_daily")
    assert selection["plan_id"] == tagged["plan_id"]
    assert tagged["selection_tag"] == [{"key": "backup", "type": "STRINGEQUALS", "value": "daily"}]


def test_profiles_get_the_public_address_or_the_name(prod: Template, dev: Template) -> None:
    association = "aws_ssm_association.vpn_configuration"
    assert prod.resource(association)["parameters"]["PublicHost"] == "${aws_eip.vpn_host.public_ip}"
    assert dev.resource(association)["parameters"]["PublicHost"] == "vpn.dev.agora.example"
    record = dev.resource("aws_route53_record.zone_public_vpn")
    assert (record["name"], record["type"]) == ("vpn.dev.agora.example", "A")
    assert record["records"] == ["${aws_eip.vpn_host.public_ip}"]


def test_changed_document_is_another_version_that_the_association_runs(prod: Template) -> None:
    association = prod.resource("aws_ssm_association.vpn_configuration")
    assert association["document_version"] == "${aws_ssm_document.vpn_configuration.latest_version}"
    assert association["targets"] == [{"key": "InstanceIds", "values": ["${aws_instance.vpn_host.id}"]}]
    assert association["depends_on"] == ["aws_volume_attachment.vpn_data"]


def rule(template: Template, kind: str, name: str) -> dict[str, Any]:
    return template.resource(f"{kind}.{name}")


def test_clients_enter_from_the_allowed_ranges_on_the_port(prod: Template, dev: Template) -> None:
    for template, protocol, port in ((prod, "udp", 1194), (dev, "tcp", 443)):
        found = rule(template, INGRESS, "vpn_clients_203_0_113_0_24")
        assert (found["cidr_ipv4"], found["ip_protocol"]) == ("203.0.113.0/24", protocol)
        assert (found["from_port"], found["to_port"]) == (port, port)
        into = [each for each in template.resources(INGRESS).values() if each["security_group_id"] == GROUP]
        assert into == [found]


@pytest.mark.parametrize(
    ("ingress", "egress", "port"),
    [
        ("database_main_from_vpn", "vpn_to_database_main", 5432),
        ("database_main_proxy_from_vpn", "vpn_to_database_main_proxy", 5432),
        ("cache_sessions_from_vpn", "vpn_to_cache_sessions", 6379),
        ("search_logs_from_vpn", "vpn_https", 443),
        ("eks_main_api_from_vpn", "vpn_https", 443),
    ],
)
def test_what_clients_reach_is_allowed_on_both_sides(dev: Template, ingress: str, egress: str, port: int) -> None:
    into, out = rule(dev, INGRESS, ingress), rule(dev, EGRESS, egress)
    assert into["referenced_security_group_id"] == GROUP
    assert out["security_group_id"] == GROUP
    assert out.get("referenced_security_group_id", into["security_group_id"]) == into["security_group_id"]
    assert into["from_port"] == out["from_port"] == port


def test_nothing_in_the_data_subnets_is_reached_by_default(prod: Template) -> None:
    assert sorted(name for name in prod.resources(EGRESS) if name.startswith("vpn_")) == ["vpn_http", "vpn_https"]
    assert not [name for name in prod.resources("aws_network_acl_rule") if "vpn" in name]


def test_network_acl_of_the_data_tier_allows_the_servers_subnet_only(dev: Template) -> None:
    subnet = dev.resource("aws_subnet.network_public_c")["cidr_block"]
    into = dev.resource("aws_network_acl_rule.network_data_in_vpn")
    assert (into["cidr_block"], into["rule_number"], into["protocol"]) == (subnet, 120, "tcp")
    assert dev.resource("aws_network_acl_rule.network_data_out_vpn")["from_port"] == 1024


def test_full_tunnel_lets_clients_reach_the_internet(dev: Template, prod: Template) -> None:
    assert rule(dev, EGRESS, "vpn_anywhere")["ip_protocol"] == "-1"
    assert "from_port" not in rule(dev, EGRESS, "vpn_anywhere")
    assert "vpn_anywhere" not in prod.resources(EGRESS)


def test_host_cannot_read_parameters_or_secrets(prod: Template) -> None:
    actions = [action for each in prod.policy("aws_iam_role_policy.vpn_host") for action in each["Action"]]
    assert not [each for each in actions if each.startswith(("ssm:GetParam", "secrets", "s3:GetObject"))]


def test_no_private_key_is_in_the_stack(dev: Template) -> None:
    assert "PRIVATE KEY" not in json.dumps(dev.json)


def test_stopped_host_is_an_alarm(prod: Template) -> None:
    alarm = prod.resource("aws_cloudwatch_metric_alarm.alarm_vpn_failed_status_checks")
    assert alarm["treat_missing_data"] == "breaching"
    assert alarm["dimensions"] == {"InstanceId": "${aws_instance.vpn_host.id}"}
