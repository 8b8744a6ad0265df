"""Import ids of objects, from the planned values of their resources."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.recovery.lookup import UnknownValueError, import_ids

TAGS = {"Name": "agora-dev-app-a", "product": "agora", "environment": "dev"}
SUBNET = {"tags_all": TAGS}


def client(service: str) -> Any:
    # The type stubs accept only literal service names.
    session: Any = boto3
    return session.client(service, region_name="eu-west-1")


def subnet(cidr: str, **tags: str) -> str:
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    created: str = client("ec2").create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    pairs = [{"Key": key, "Value": value} for key, value in {**TAGS, **tags}.items()]
    client("ec2").create_tags(Resources=[created], Tags=pairs)
    return created


def no_client(service: str) -> Any:
    pytest.fail(f"{service} is asked")


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("aws_s3_bucket", {"bucket": "logs"}, "logs"),
        ("aws_ecs_service", {"cluster": "arn:aws:ecs:eu-west-1:1:cluster/main", "name": "api"}, "main/api"),
        ("aws_network_acl_rule", {"network_acl_id": "acl-1", "rule_number": 100, "protocol": "tcp", "egress": False},
         "acl-1:100:tcp:false"),
        ("aws_iam_openid_connect_provider", {"url": "https://gitlab.com", "account": "1"},
         "arn:aws:iam::1:oidc-provider/gitlab.com"),
        ("aws_route53_record", {"zone_id": "Z1", "name": "a.b", "type": "A", "set_identifier": None}, "Z1_a.b_A"),
        ("aws_route53_record", {"zone_id": "Z1", "name": "a.b", "type": "A", "set_identifier": "s"}, "Z1_a.b_A_s"),
        ("aws_db_proxy_target", {"db_proxy_name": "p", "target_group_name": "default", "db_cluster_identifier": "c",
                                 "db_instance_identifier": None}, "p/default/TRACKED_CLUSTER/c"),
    ],
)  # fmt: skip
def test_id_of_planned_values_needs_no_call(kind: str, values: dict[str, Any], expected: str) -> None:
    assert import_ids(kind, values, no_client) == [expected]


def test_id_with_value_known_after_apply_is_unknown() -> None:
    with pytest.raises(UnknownValueError):
        import_ids("aws_route", {"destination_cidr_block": "0.0.0.0/0"}, no_client)
    with pytest.raises(UnknownValueError):
        import_ids("aws_lb_listener", {"port": 443}, client)


@pytest.mark.usefixtures("aws")
def test_a_subnet_is_found_by_its_tags_and_not_by_another_environments() -> None:
    ours = subnet("10.0.0.0/24")
    subnet("10.0.1.0/24", environment="prod")
    subnet("10.0.2.0/24", product="mobile")
    subnet("10.0.3.0/24", Name="agora-dev-app-c")
    assert import_ids("aws_subnet", SUBNET, client) == [ours]


@pytest.mark.usefixtures("aws")
def test_two_subnets_with_the_same_tags_are_both_found() -> None:
    both = {subnet("10.0.0.0/24"), subnet("10.0.1.0/24")}
    assert set(import_ids("aws_subnet", SUBNET, client)) == both


@pytest.mark.usefixtures("aws")
def test_a_rule_of_a_group_is_found_by_what_it_allows() -> None:
    ec2 = client("ec2")
    group = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    for port in (80, 443):
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
                                           "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
        )  # fmt: skip
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    (https,) = [each["SecurityGroupRuleId"] for each in rules if each["FromPort"] == 443]
    values = {"security_group_id": group, "ip_protocol": "tcp", "from_port": 443, "to_port": 443,
              "cidr_ipv4": "10.0.0.0/8", "referenced_security_group_id": None, "prefix_list_id": None}  # fmt: skip
    assert import_ids("aws_vpc_security_group_ingress_rule", values, client) == [https]
    assert import_ids("aws_vpc_security_group_egress_rule", values, client) == []


@pytest.mark.usefixtures("aws")
def test_a_key_is_found_by_its_description_unless_it_is_being_deleted() -> None:
    kms = client("kms")
    gone, ours, _ = (
        kms.create_key(Description=text)["KeyMetadata"]["KeyId"] for text in ("agora dev: data",) * 2 + ("x",)
    )
    kms.schedule_key_deletion(KeyId=gone)
    assert import_ids("aws_kms_key", {"description": "agora dev: data"}, client) == [ours]


class Kms:
    """Two keys, one of which denies access."""

    def can_paginate(self, _: str) -> bool:
        return False

    def list_keys(self) -> Any:
        return {"Keys": [{"KeyId": "theirs"}, {"KeyId": "ours"}]}

    def describe_key(self, **request: str) -> Any:
        if request["KeyId"] == "theirs":
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeKey")
        return {"KeyMetadata": {"Description": "agora dev: data", "KeyState": "Enabled"}}


def test_key_with_access_denied_is_ignored() -> None:
    assert import_ids("aws_kms_key", {"description": "agora dev: data"}, lambda _: Kms()) == ["ours"]


@pytest.mark.usefixtures("aws")
def test_absent_object_has_no_id() -> None:
    assert import_ids("aws_sqs_queue", {"name": "jobs"}, client) == []
    assert import_ids("aws_secretsmanager_secret", {"name": "agora/dev/`x`"}, client) == []
