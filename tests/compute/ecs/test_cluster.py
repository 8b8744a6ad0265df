"""ECS clusters in the synthesized JSON."""

import base64
import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.compute.ecs.cluster import EcsCluster
from modules.compute.ecs.settings import EcsSettings
from modules.foundation.foundation import Foundation
from modules.foundation.policies import assumed_by
from modules.foundation.roles import Role
from modules.network.blocks import NetworkBlocks
from modules.network.module import NetworkModule
from ops.workspace import stack_folder
from tests.support.environments import KEYS
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template


@pytest.fixture(scope="module")
def batch(further: Path) -> Template:
    return Template(stack_folder(further, "events"))


def test_default_strategy_in_production_divides_tasks_between_on_demand_and_spot(prod: Template) -> None:
    providers = prod.resource("aws_ecs_cluster_capacity_providers.ecs_main")
    assert providers["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]
    assert providers["default_capacity_provider_strategy"] == [
        {"base": 1, "capacity_provider": "FARGATE", "weight": 1},
        {"base": 0, "capacity_provider": "FARGATE_SPOT", "weight": 1},
    ]


def test_default_strategy_in_development_is_spot_only(dev: Template) -> None:
    (share,) = dev.resource("aws_ecs_cluster_capacity_providers.ecs_main")["default_capacity_provider_strategy"]
    assert (share["capacity_provider"], share["weight"]) == ("FARGATE_SPOT", 1)


def test_container_insights_depends_on_tier(prod: Template, dev: Template) -> None:
    for template, value in ((prod, "enhanced"), (dev, "disabled")):
        setting = template.resource("aws_ecs_cluster.ecs_main")["setting"]
        assert setting == [{"name": "containerInsights", "value": value}]


def test_ecs_exec_sessions_are_encrypted_and_logged(prod: Template) -> None:
    (cluster,) = prod.resources("aws_ecs_cluster").values()
    commands = cluster["configuration"]["execute_command_configuration"]
    assert commands["kms_key_id"] == "${aws_kms_key.foundation_sessions_key.arn}"
    assert commands["logging"] == "OVERRIDE"
    assert commands["log_configuration"] == {
        "cloud_watch_encryption_enabled": True,
        "cloud_watch_log_group_name": "/agora/prod/ecs/main/exec",
    }
    assert "kms_key_id" in prod.resource("aws_cloudwatch_log_group.foundation_ecs_main_exec_log_group")


def test_instances_are_scaled_by_ecs(batch: Template) -> None:
    provider = batch.resource("aws_ecs_capacity_provider.ecs_night")
    assert provider["name"] == "ec2-mobile-events-night"
    assert provider["auto_scaling_group_provider"] == {
        "auto_scaling_group_arn": "${aws_autoscaling_group.ecs_night.arn}",
        "managed_draining": "ENABLED",
        "managed_scaling": {"instance_warmup_period": 120, "status": "ENABLED", "target_capacity": 80},
        "managed_termination_protection": "ENABLED",
    }
    group = batch.resource("aws_autoscaling_group.ecs_night")
    assert group["protect_from_scale_in"] is True
    assert group["lifecycle"] == {"ignore_changes": ["desired_capacity"]}
    assert "desired_capacity" not in group
    assert group["launch_template"]["version"] == "${aws_launch_template.ecs_night.latest_version}"
    assert group["vpc_zone_identifier"] == ["${aws_subnet.network_app_c.id}", "${aws_subnet.network_app_f.id}"]


def test_instances_require_imdsv2_and_encrypt_their_volume(batch: Template) -> None:
    template = batch.resource("aws_launch_template.ecs_legacy")
    assert template["metadata_options"] == {
        "http_endpoint": "enabled",
        "http_put_response_hop_limit": 1,
        "http_tokens": "required",
    }
    (disk,) = template["block_device_mappings"]
    assert disk["device_name"] == "/dev/xvda"
    assert disk["ebs"] == {
        "delete_on_termination": "true",
        "encrypted": "true",
        "volume_size": 60,
        "volume_type": "gp3",
    }


def test_default_ami_is_resolved_at_launch(batch: Template) -> None:
    images = {name: template["image_id"] for name, template in batch.resources("aws_launch_template").items()}
    newest = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    assert images == {"ecs_night": newest, "ecs_legacy": "ami-0123456789abcdef0"}
    assert "aws_ssm_parameter" not in batch.json.get("data", {})


def test_instance_refresh_only_if_enabled(batch: Template) -> None:
    refresh = batch.resource("aws_autoscaling_group.ecs_night")["instance_refresh"]
    assert refresh["preferences"]["min_healthy_percentage"] == 100
    assert "instance_refresh" not in batch.resource("aws_autoscaling_group.ecs_legacy")


def test_instances_volumes_and_interfaces_have_default_tags(batch: Template) -> None:
    specifications = batch.resource("aws_launch_template.ecs_night")["tag_specifications"]
    assert [each["resource_type"] for each in specifications] == ["instance", "volume", "network-interface"]
    provider = batch.json["provider"]["aws"][0]
    wanted = {**provider["default_tags"][0]["tags"], "Name": "mobile-events-ecs-night"}
    assert all(each["tags"] == wanted for each in specifications)
    tags = {tag["key"]: tag for tag in batch.resource("aws_autoscaling_group.ecs_night")["tag"]}
    assert {key: tag["value"] for key, tag in tags.items()} == {**wanted, "AmazonECSManaged": "true"}
    assert [key for key, tag in tags.items() if tag["propagate_at_launch"]] == ["AmazonECSManaged"]


def test_user_data_names_the_cluster_and_blocks_instance_metadata_for_tasks(batch: Template) -> None:
    script = base64.b64decode(batch.resource("aws_launch_template.ecs_night")["user_data"]).decode()
    assert script.startswith("#!/bin/bash\n")
    assert "\nECS_CLUSTER=mobile-events-night\n" in script
    assert "\nECS_AWSVPC_BLOCK_IMDS=true\n" in script
    assert batch.resource("aws_ecs_cluster.ecs_night")["name"] == "mobile-events-night"


def test_agent_role_is_limited_to_its_own_cluster(batch: Template) -> None:
    statements = {each["Sid"]: each for each in batch.policy("aws_iam_role_policy.ecs_legacy_instances")}
    arn = "arn:aws:ecs:us-east-1:555555555555"
    assert statements["JoinCluster"]["Resource"] == [f"{arn}:cluster/mobile-events-legacy"]
    assert statements["TakeTasks"]["Resource"] == [f"{arn}:container-instance/mobile-events-legacy/*"]
    without_resource = [each["Action"] for each in statements.values() if each["Resource"] == ["*"]]
    assert without_resource == [["ecs:DiscoverPollEndpoint", "ec2:DescribeTags"]]
    # The task execution role has the permissions for images and logs, the task role those for secrets.
    assert not [each for each in statements.values() if not json.dumps(each["Action"]).startswith(('["ecs:', '["ec2:'))]


def test_instances_allow_no_inbound_traffic(batch: Template) -> None:
    group = "${aws_security_group.ecs_night_instances.id}"
    assert batch.resource("aws_launch_template.ecs_night")["vpc_security_group_ids"] == [group]
    ingress = batch.resources("aws_vpc_security_group_ingress_rule").values()
    assert not [rule for rule in ingress if rule["security_group_id"] == group]
    egress = batch.resource("aws_vpc_security_group_egress_rule.ecs_night_instances_https")
    assert (egress["from_port"], egress["to_port"], egress["ip_protocol"]) == (443, 443, "tcp")


def test_cluster_with_both_capacities_uses_fargate_by_default(batch: Template) -> None:
    providers = batch.resource("aws_ecs_cluster_capacity_providers.ecs_legacy")
    assert providers["capacity_providers"] == [
        "${aws_ecs_capacity_provider.ecs_legacy.name}",
        "FARGATE",
        "FARGATE_SPOT",
    ]
    (share,) = providers["default_capacity_provider_strategy"]
    assert (share["capacity_provider"], share["weight"]) == ("FARGATE", 1)


def test_cluster_returns_capacity_strategy_and_ecs_exec_statements(tmp_path: Path) -> None:
    found: list[EcsCluster] = []

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        settings = EcsSettings.model_validate({"tier": "production", "fargate": {"spot_percent": 75, "base": 2}})
        network = NetworkModule(stack, "network", blocks=NetworkBlocks.model_validate(KEYS), foundation=foundation)
        cluster = EcsCluster(stack, "ecs", name="main", settings=settings, network=network, foundation=foundation)
        found.append(cluster)
        make = foundation.resources(stack, "service")
        role = Role(make, "api", names=foundation.names, name="api", trust_policy=assumed_by("ecs-tasks", None))
        cluster.grant_execute_command(role)
        assert cluster.capacity_strategy(None) == cluster.capacity_strategy("fargate")
        with pytest.raises(KeyError):
            cluster.capacity_strategy("ec2")

    template = built(tmp_path, build)
    (cluster,) = found
    assert (cluster.name, cluster.arn) == (
        "agora-prod-main",
        f"arn:aws:ecs:ap-northeast-2:{ACCOUNT}:cluster/agora-prod-main",
    )
    assert cluster.capacity_strategy("fargate") == (("FARGATE", 2, 1), ("FARGATE_SPOT", 0, 3))
    policy = json.loads(template.resource("aws_iam_role_policy.service_api")["policy"])
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert statements["WriteDown"]["Resource"] == [
        f"arn:aws:logs:ap-northeast-2:{ACCOUNT}:log-group:/agora/prod/ecs/main/exec:*"
    ]
    assert statements["DecryptChannel"]["Action"] == ["kms:Decrypt"]
