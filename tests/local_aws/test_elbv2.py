"""Elastic Load Balancing: a load balancer is there at once."""

from typing import Any
from uuid import uuid4


def test_a_load_balancer_is_active_from_the_start(client: Any, ec2: Any, vpc_id: str) -> None:
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.20.{number}.0/26", AvailabilityZone=f"ap-northeast-2{zone}")
        for number, zone in enumerate("ac")
    ]
    made = client("elbv2").create_load_balancer(
        Name=f"one-{uuid4().hex[:8]}", Subnets=[each["Subnet"]["SubnetId"] for each in subnets]
    )
    (load_balancer,) = made["LoadBalancers"]
    assert load_balancer["State"]["Code"] == "active"
