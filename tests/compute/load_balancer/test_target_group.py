"""ALB target groups: health checks, and replacement without downtime."""

from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.compute.load_balancer.keys.target_group import TargetGroupSettings
from modules.compute.load_balancer.target_group import TargetGroup
from modules.foundation.foundation import Foundation
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.vpc import Network
from tests.support.stacks import built
from tests.support.template import Template

NETWORK = {"cidr": "10.20.0.0/20", "availability_zones": ("a", "c"), "tier": "production"}


def group_of(folder: Path, **values: Any) -> dict[str, Any]:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        TargetGroup(
            stack,
            "target-api",
            purpose="api",
            port=8080,
            settings=TargetGroupSettings.model_validate(values),
            network=Network(stack, "network", settings=NetworkSettings.model_validate(NETWORK), foundation=foundation),
            foundation=foundation,
        )

    template: Template = built(folder, build)
    return template.only("aws_lb_target_group")


def test_target_group_of_tasks_has_ip_targets(tmp_path: Path) -> None:
    group = group_of(tmp_path)
    expected = {
        "name": "agora-prod-api-http1-8080",
        "target_type": "ip",
        "port": 8080,
        "protocol": "HTTP",
        "protocol_version": "HTTP1",
        "vpc_id": "${aws_vpc.network_vpc.id}",
        "deregistration_delay": "60",
        "slow_start": 0,
        "lifecycle": {"create_before_destroy": True},
    }
    assert {key: group.get(key) for key in expected} == expected
    assert group["stickiness"]["enabled"] is False
    assert (group["health_check"]["path"], group["health_check"]["matcher"]) == ("/", "200")


def test_name_contains_what_forces_a_replacement(tmp_path: Path) -> None:
    group = group_of(tmp_path, protocol_version="GRPC", stickiness_seconds=60)
    assert group["name"] == "agora-prod-api-grpc-8080"
    assert (group["health_check"]["path"], group["health_check"]["matcher"]) == ("/AWS.ALB/healthcheck", "12")
    assert (group["stickiness"]["enabled"], group["stickiness"]["cookie_duration"]) == (True, 60)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"health_check": {"timeout": 15}}, "is not less than interval = 15, which AWS requires"),
        ({"health_check": {"matcher": "200-599"}}, "is not a list of HTTP1 codes from 200 to 499"),
        ({"health_check": {"matcher": "ok"}}, "is not a list of HTTP1 codes from 200 to 499"),
        ({"health_check": {"matcher": "200"}, "protocol_version": "GRPC"}, "is not a list of GRPC codes from 0 to 99"),
        ({"slow_start": 29}, "is neither 0 nor between 30 and 900 seconds"),
        ({"health_check": {"path": "health"}}, "String should match pattern"),
    ],
)
def test_invalid_target_group_key_is_a_problem(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TargetGroupSettings.model_validate(values)
