"""Engine versions, instance classes, sizes, and runtimes against what AWS offers in each environment's region.

cfn-lint has AWS's lists by region, and the values that AWS's schemas allow. Resources are translated to CloudFormation
with these values only, and other findings of cfn-lint are ignored.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint

from tests.conftest import FURTHER, REFERENCE
from tests.support.template import Template

#: CloudFormation types and properties by Terraform types and arguments.
TYPES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "aws_rds_cluster": (
        "AWS::RDS::DBCluster",
        {"engine": "Engine", "engine_version": "EngineVersion", "storage_type": "StorageType"},
    ),
    "aws_rds_cluster_instance": (
        "AWS::RDS::DBInstance",
        {"engine": "Engine", "instance_class": "DBInstanceClass", "ca_cert_identifier": "CACertificateIdentifier"},
    ),
    "aws_db_instance": (
        "AWS::RDS::DBInstance",
        {
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "instance_class": "DBInstanceClass",
            "storage_type": "StorageType",
            "ca_cert_identifier": "CACertificateIdentifier",
        },
    ),
    "aws_elasticache_replication_group": (
        "AWS::ElastiCache::ReplicationGroup",
        {"engine": "Engine", "node_type": "CacheNodeType"},
    ),
    "aws_lambda_function": (
        "AWS::Lambda::Function",
        {"runtime": "Runtime", "memory_size": "MemorySize", "timeout": "Timeout", "architectures": "Architectures"},
    ),
    "aws_eks_node_group": (
        "AWS::EKS::Nodegroup",
        {"ami_type": "AmiType", "capacity_type": "CapacityType", "instance_types": "InstanceTypes"},
    ),
    "aws_ecs_task_definition": (
        "AWS::ECS::TaskDefinition",
        {
            "cpu": "Cpu",
            "memory": "Memory",
            "network_mode": "NetworkMode",
            "requires_compatibilities": "RequiresCompatibilities",
        },
    ),
    "aws_lb_listener": ("AWS::ElasticLoadBalancingV2::Listener", {"ssl_policy": "SslPolicy", "protocol": "Protocol"}),
}
#: Rules about several properties: a version that can no longer be created, a class that does not support the version.
TOGETHER = ("E3047", "E3048", "E3062", "E3690", "W3691")

ENVIRONMENTS = [path for folder in (REFERENCE, FURTHER) for path in sorted(folder.glob("*.hcl"))]


def problems(template: Template) -> Iterator[str]:
    """Yield the findings of cfn-lint for the values of a stack's resources."""
    region = template.json["provider"]["aws"][0]["region"]
    resources = dict(_translated(template))
    if not resources:
        return
    document = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    for match in lint(json.dumps(document), None, [region]):
        values = resources[str(match.path[1])]["Properties"]
        if match.rule.id in TOGETHER or (len(match.path) > 3 and match.path[3] in values):
            yield f"{match.path[1]} {'.'.join(map(str, match.path[3:]))}: {match.message} ({match.rule.id})"


def _translated(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, (name, arguments) in TYPES.items():
        for address, block in template.resources(kind).items():
            values = {theirs: block[ours] for ours, theirs in arguments.items() if block.get(ours) is not None}
            logical_id = "".join(part.capitalize() for part in f"{kind}_{address}".split("_"))
            yield logical_id, {"Type": name, "Properties": values}


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_values_of_every_environment_are_offered_in_its_region(path: Path, request: pytest.FixtureRequest) -> None:
    output: Path = request.getfixturevalue("reference" if path.parent == REFERENCE else "further")
    assert list(problems(Template(output / "stacks" / path.stem))) == []


@pytest.mark.parametrize(
    ("kind", "block", "rule"),
    [
        ("aws_db_instance", {"engine": "postgres", "engine_version": "16.8", "instance_class": "db.r5.large"}, "W3691"),
        ("aws_rds_cluster_instance", {"engine": "aurora-mysql", "instance_class": "db.r7g.huge"}, "E3025"),
        ("aws_lambda_function", {"runtime": "python3.8"}, "W2531"),
        ("aws_lambda_function", {"memory_size": 64}, "E3034"),
        ("aws_eks_node_group", {"ami_type": "AL1_x86_64"}, "E3030"),
    ],
)
def test_problems_of_a_value_that_aws_does_not_offer_has_the_rule(
    tmp_path: Path, kind: str, block: dict[str, Any], rule: str
) -> None:
    synthesized = {"provider": {"aws": [{"region": "ap-northeast-2"}]}, "resource": {kind: {"x": block}}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(synthesized))
    assert any(f"({rule})" in each for each in problems(Template(tmp_path)))
