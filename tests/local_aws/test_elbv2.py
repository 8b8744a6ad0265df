"""Elastic Load Balancing: deletion protection."""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def elbv2(client: Any) -> Any:
    return client("elbv2")


@pytest.fixture
def load_balancer(elbv2: Any, ec2: Any, vpc_id: str) -> dict[str, Any]:
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.20.{number}.0/26", AvailabilityZone=f"ap-northeast-2{zone}")
        for number, zone in enumerate("ac")
    ]
    name = f"one-{uuid4().hex[:8]}"
    answer = elbv2.create_load_balancer(Name=name, Subnets=[each["Subnet"]["SubnetId"] for each in subnets])
    load_balancer: dict[str, Any] = answer["LoadBalancers"][0]
    return load_balancer


def test_protected_load_balancer_cannot_be_deleted(elbv2: Any, load_balancer: dict[str, Any]) -> None:
    def protect(value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer["LoadBalancerArn"], Attributes=[attribute])

    protect("true")
    with pytest.raises(ClientError, match=r"OperationNotPermitted.* deletion protection is enabled"):
        elbv2.delete_load_balancer(LoadBalancerArn=load_balancer["LoadBalancerArn"])
    protect("false")
    elbv2.delete_load_balancer(LoadBalancerArn=load_balancer["LoadBalancerArn"])
    with pytest.raises(ClientError, match="LoadBalancerNotFound"):
        elbv2.describe_load_balancers(LoadBalancerArns=[load_balancer["LoadBalancerArn"]])
