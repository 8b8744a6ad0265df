"""The `ecs` block: problems, and defaults by tier and instance type."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.compute.ecs.settings import EcsSettings, FargateSettings
from modules.compute.keys.instance_types import architecture_of
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def cluster(*lines: str) -> str:
    """Return an `ecs` block whose own lines begin at line 11 of an environment file."""
    return 'ecs "main" {\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def instances(*lines: str) -> str:
    """Return an `ecs` block with an `ec2` block whose own lines begin at line 14."""
    return cluster("ec2 {", 'instance_type = "m7g.large"', "max_size = 4", *lines, "}")


def settings(folder: Path, text: str) -> EcsSettings:
    return load(write(folder, {"x": text}))["x"].settings.ecs["main"]


def test_cluster_capacity_is_fargate_by_default(tmp_path: Path) -> None:
    assert settings(tmp_path, DEV + cluster()).capacities == ("fargate",)
    assert settings(tmp_path, DEV + instances()).capacities == ("ec2",)
    both = settings(tmp_path, DEV + cluster("fargate {}") + "").capacities
    assert both == ("fargate",)
    text = instances().replace('ecs "main" {\n', 'ecs "main" {\n  fargate {}\n')
    assert settings(tmp_path, DEV + text).capacities == ("fargate", "ec2")


def test_fargate_base_and_container_insights_depend_on_tier(tmp_path: Path) -> None:
    spot = cluster("fargate {", "spot_percent = 70", "}")
    for text, base, insights in ((DEV, 0, "disabled"), (PROD, 1, "enhanced")):
        found = settings(tmp_path, text + spot)
        assert found.fargate is not None
        assert (found.fargate.base, found.container_insights) == (base, insights)
        assert [(share.provider, share.weight) for share in found.fargate.shares] == [
            ("FARGATE", 3),
            ("FARGATE_SPOT", 7),
        ]


@given(st.integers(min_value=0, max_value=100))
def test_shares_are_proportional_and_have_positive_weights(percent: int) -> None:
    shares = FargateSettings(spot_percent=percent).shares
    weights = {share.provider: share.weight for share in shares}
    total = sum(weights.values())
    assert weights.get("FARGATE_SPOT", 0) * 100 == percent * total
    # "CapacityProviderStrategyItem, weight": 0 places no task, 1000 is the most.
    assert all(0 < weight <= 1000 for weight in weights.values())


@pytest.mark.parametrize("lines", [["spot_percent = 50", "base = 0"], ["spot_percent = 100"]])
def test_spot_without_base_in_production_is_a_problem(tmp_path: Path, lines: list[str]) -> None:
    text = cluster("fargate {", *lines, "}")
    percent = lines[0].split()[-1]
    assert only_problem(tmp_path, {"prod": PROD + text}) == (
        f"prod.hcl:12: ecs.main.fargate.spot_percent {percent} without a base is not allowed in production: AWS may "
        "stop all tasks of a service at once; write base = 1 or more, and a spot_percent below 100"
    )
    assert problems_of(tmp_path, {"prod": DEV + text}) == []


@pytest.mark.parametrize("text", [DEV, PROD])
def test_base_with_spot_only_is_a_problem(tmp_path: Path, text: str) -> None:
    wrong = text + cluster("fargate {", "spot_percent = 100", "base = 1", "}")
    assert only_problem(tmp_path, {"x": wrong}).startswith(
        "x.hcl:12: ecs.main.fargate.spot_percent 100 leaves FARGATE a weight of 0, so that the base has no effect"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("min_size = 5", "min_size 5 is greater than max_size = 4; write 4 or less"),
        ("volume_size = 20", "volume_size 20 should be greater than or equal to 30"),
        ('ami_id = "latest"', "ami_id latest is not an AMI ID; write one such as"),
        ("target_capacity = 101", "target_capacity 101 should be less than or equal to 100"),
        ('availability_zones = ["b"]', "availability_zones b is not an Availability Zone of the network, which"),
    ],
)
def test_invalid_ec2_key_is_a_problem_with_line_rule_and_remedy(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + instances(line)}).startswith(f"dev.hcl:14: ecs.main.ec2.{message}")


def test_instances_in_one_zone_in_production_are_a_problem(tmp_path: Path) -> None:
    wrong = instances('availability_zones = ["a"]')
    assert only_problem(tmp_path, {"prod": PROD + wrong}).startswith(
        'prod.hcl:14: ecs.main.ec2.availability_zones ["a"] is not allowed in production: a failure of one'
    )
    single = instances().replace("max_size = 4", "max_size = 1")
    assert only_problem(tmp_path, {"prod": PROD + single}).startswith(
        "prod.hcl:13: ecs.main.ec2.max_size 1 is not allowed in production: a failure of one Availability Zone"
    )


def test_architecture_follows_from_the_instance_type(tmp_path: Path) -> None:
    assert settings(tmp_path, DEV + cluster()).architecture == "arm64"
    assert settings(tmp_path, DEV + instances()).architecture == "arm64"
    intel = instances().replace("m7g.large", "m7i.large")
    assert settings(tmp_path, DEV + intel).architecture == "x86_64"
    wrong = intel.replace('ecs "main" {\n', 'ecs "main" {\n  architecture = "arm64"\n')
    assert only_problem(tmp_path, {"dev": DEV + wrong}).startswith(
        "dev.hcl:11: ecs.main.architecture arm64 is not the architecture of ec2.instance_type m7i.large; remove"
    )


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("t4g.micro", "arm64"),
        ("c7gn.16xlarge", "arm64"),
        ("im4gn.large", "arm64"),
        ("g5g.xlarge", "arm64"),
        ("a1.medium", "arm64"),
        ("m8g.metal-24xl", "arm64"),
        ("g5.xlarge", "x86_64"),
        ("g4dn.xlarge", "x86_64"),
        ("c7i-flex.large", "x86_64"),
        ("u7i-12tb.224xlarge", "x86_64"),
        ("m7a.large", "x86_64"),
        ("m7g", None),
        ("db.m7g.large", None),
        ("large", None),
    ],
)
def test_architecture_of_instance_type(name: str, architecture: str | None) -> None:
    assert architecture_of(name) == architecture


def test_instances_without_route_to_ecs_are_a_problem(tmp_path: Path) -> None:
    bare = DEV.split("network {", maxsplit=1)[0]
    assert only_problem(tmp_path, {"dev": bare + instances()}).startswith(
        "dev.hcl:7: ecs.main.ec2 needs app subnets, and there is no VPC; write a `network` block"
    )
    cut_off = DEV.replace('["a", "c"]\n', '["a", "c"]\n  nat = "none"\n  interface_endpoints = ["ecs"]\n')
    assert only_problem(tmp_path, {"dev": cut_off + instances()}).startswith(
        "dev.hcl:13: ecs.main.ec2 cannot reach ecs-agent, ecs-telemetry: there is no NAT gateway, and no endpoint"
    )
