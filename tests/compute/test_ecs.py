"""ECS clusters: what stands in the JSON that is applied."""

from tests.support.template import Template


def test_production_divides_between_on_demand_and_spot(prod: Template) -> None:
    providers = prod.resource("aws_ecs_cluster_capacity_providers.ecs_main")
    assert providers["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]
    assert providers["default_capacity_provider_strategy"] == [
        {"base": 1, "capacity_provider": "FARGATE", "weight": 1},
        {"base": 0, "capacity_provider": "FARGATE_SPOT", "weight": 1},
    ]


def test_dev_is_all_spot(dev: Template) -> None:
    (share,) = dev.resource("aws_ecs_cluster_capacity_providers.ecs_main")["default_capacity_provider_strategy"]
    assert (share["capacity_provider"], share["weight"]) == ("FARGATE_SPOT", 1)


def test_container_insights_by_tier(prod: Template, dev: Template) -> None:
    for template, value in ((prod, "enhanced"), (dev, "disabled")):
        setting = template.resource("aws_ecs_cluster.ecs_main")["setting"]
        assert setting == [{"name": "containerInsights", "value": value}]


def test_commands_in_containers_are_encrypted_and_written_down(prod: Template) -> None:
    (cluster,) = prod.resources("aws_ecs_cluster").values()
    commands = cluster["configuration"]["execute_command_configuration"]
    assert commands["kms_key_id"] == "${aws_kms_key.foundation_sessions_key.arn}"
    assert commands["logging"] == "OVERRIDE"
    assert commands["log_configuration"] == {
        "cloud_watch_encryption_enabled": True,
        "cloud_watch_log_group_name": "/agora/prod/ecs/main/exec",
    }
    assert "kms_key_id" in prod.resource("aws_cloudwatch_log_group.foundation_ecs_main_exec_log_group")
