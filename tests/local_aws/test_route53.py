"""Route 53: a zone with a VPC is private."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
def route53(client: Callable[[str], Any]) -> Any:
    return client("route53")


def test_zone_with_a_vpc_is_private(route53: Any, vpc_id: str) -> None:
    vpc = {"VPCId": vpc_id, "VPCRegion": "ap-northeast-2"}
    created = route53.create_hosted_zone(Name="db.dev.internal", CallerReference=str(uuid4()), VPC=vpc)
    read = route53.get_hosted_zone(Id=created["HostedZone"]["Id"])
    assert read["HostedZone"]["Config"]["PrivateZone"] is True
    assert read["VPCs"] == [vpc]


def test_zone_without_a_vpc_is_public(route53: Any) -> None:
    created = route53.create_hosted_zone(
        Name="agora.example", CallerReference=str(uuid4()), HostedZoneConfig={"Comment": "shop"}
    )
    read = route53.get_hosted_zone(Id=created["HostedZone"]["Id"])
    assert read["HostedZone"]["Config"]["PrivateZone"] is False
    assert len(read["DelegationSet"]["NameServers"]) == 4
