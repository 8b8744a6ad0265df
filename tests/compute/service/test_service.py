"""ECS services in the synthesized JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.compute.service.test_settings import DATA, PREREQUISITES, service
from tests.support.environments import DEV
from tests.support.stacks import stack_of
from tests.support.template import Template

ACCOUNT = "333333333333"


def container(template: Template, task: str = "service_api") -> dict[str, Any]:
    definition = template.resource(f"aws_ecs_task_definition.{task}")
    (only,) = json.loads(definition["container_definitions"])
    assert isinstance(only, dict)
    return only


def variables(template: Template, task: str = "service_api") -> dict[str, str]:
    return {each["name"]: each["value"] for each in container(template, task).get("environment", [])}


def secrets(template: Template, task: str = "service_api") -> dict[str, str]:
    return {each["name"]: each["valueFrom"] for each in container(template, task).get("secrets", [])}


def test_service_uses_app_subnets_and_the_clusters_capacity_strategy(prod: Template) -> None:
    found = prod.resource("aws_ecs_service.service_api")
    assert found["network_configuration"] == {
        "assign_public_ip": False,
        "security_groups": ["${aws_security_group.service_api.id}"],
        "subnets": ["${aws_subnet.network_app_a.id}", "${aws_subnet.network_app_c.id}"],
    }
    assert found["capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE", "base": 1, "weight": 1},
        {"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 1},
    ]
    assert "launch_type" not in found


def test_failed_deployment_is_rolled_back(prod: Template) -> None:
    found = prod.resource("aws_ecs_service.service_api")
    assert found["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert (found["deployment_minimum_healthy_percent"], found["deployment_maximum_percent"]) == (100, 200)
    assert found["availability_zone_rebalancing"] == "ENABLED"
    # A deregistered revision cannot be started, so a rollback needs the old one.
    assert prod.resource("aws_ecs_task_definition.service_api")["skip_destroy"] is True


def test_ignored_attributes_depend_on_owner_and_scaling(prod: Template, tasks: Template) -> None:
    expected = {
        (prod, "api"): (["task_definition", "desired_count"], 2, False),
        (tasks, "web"): (["desired_count"], 1, True),
        (tasks, "search"): (["task_definition"], 2, False),
    }
    for (template, name), (ignored, count, waits) in expected.items():
        found = template.resource(f"aws_ecs_service.service_{name}")
        assert found.get("lifecycle", {}).get("ignore_changes") == ignored
        assert (found["desired_count"], found["wait_for_steady_state"]) == (count, waits)


def test_service_depends_on_policies_cluster_and_listener_rule(prod: Template) -> None:
    assert set(prod.resource("aws_ecs_service.service_api")["depends_on"]) >= {
        "aws_iam_role_policy.service_api_execution",
        "aws_iam_role_policy.service_api_task",
        "aws_cloudwatch_log_group.foundation_service_api_log_group",
        "aws_ecs_cluster_capacity_providers.ecs_main",
        "aws_lb_listener_rule.load_balancer_public_api",
    }


def test_service_is_attached_to_the_load_balancer(prod: Template) -> None:
    found = prod.resource("aws_ecs_service.service_api")
    group = "aws_lb_target_group.target_group_api_public"
    assert found["load_balancer"] == [
        {"container_name": "api", "container_port": 8080, "target_group_arn": f"${{{group}.arn}}"}
    ]
    assert found["health_check_grace_period_seconds"] == 60
    assert prod.resource(group)["health_check"]["path"] == "/healthz"
    (action,) = prod.resource("aws_lb_listener_rule.load_balancer_public_api")["action"]
    assert action["target_group_arn"] == f"${{{group}.arn}}"
    rules = prod.resources("aws_vpc_security_group_ingress_rule").values()
    into = [each for each in rules if each["security_group_id"] == "${aws_security_group.service_api.id}"]
    assert [(each["referenced_security_group_id"], each["from_port"]) for each in into] == [
        ("${aws_security_group.load_balancer_public.id}", 8080)
    ]


def _destination(rule: dict[str, Any]) -> str:
    keys = ("cidr_ipv4", "referenced_security_group_id", "prefix_list_id")
    (destination,) = (rule[key] for key in keys if key in rule)
    return str(destination)


def test_egress_rules_are_limited_to_named_destinations(prod: Template, tasks: Template) -> None:
    def egress(template: Template, name: str) -> set[tuple[str, int]]:
        rules = template.resources("aws_vpc_security_group_egress_rule").values()
        return {
            (_destination(each), each["from_port"])
            for each in rules
            if each["security_group_id"] == f"${{aws_security_group.{name}.id}}"
        }

    s3 = ("${aws_vpc_endpoint.network_endpoint_s3.prefix_list_id}", 443)
    assert egress(prod, "service_api") == {
        s3,
        ("0.0.0.0/0", 443),
        ("${aws_security_group.database_main.id}", 3306),
        ("${aws_security_group.cache_sessions.id}", 6379),
    }
    assert egress(tasks, "service_web") == {
        s3,
        ("10.40.72.0/21", 443),
        ("${aws_security_group.service_search.id}", 9200),
    }


def test_published_resources_set_environment_variables(dev: Template, tasks: Template) -> None:
    published = {name: value for name, value in variables(tasks, "service_web").items() if "_ORDERS_" in name}
    assert published == {"QUEUE_ORDERS_URL": "${aws_sqs_queue.queue_orders.url}"}
    assert variables(tasks, "service_web")["STREAM_CLICKS_NAME"] == "mobile-tasks-clicks"
    assert variables(tasks, "scheduled_task_clean_up")["TOPIC_NEWS_ARN"] == "${aws_sns_topic.topic_news.arn}"
    # The variable is the same in all environments, although development uses Apple's sandbox.
    apple = "arn:aws:sns:ap-northeast-2:111111111111:app/APNS_SANDBOX/agora-dev-mobile"
    assert variables(dev)["PUSH_MOBILE_APNS_ARN"] == apple


def test_data_resources_set_environment_variables_and_secrets(prod: Template) -> None:
    found = variables(prod)
    assert found == {
        "LOG_LEVEL": "info",
        "BUCKET_CONTENT_NAME": "agora-prod-content-333333333333-ap-northeast-2",
        "CACHE_SESSIONS_HOST": "${aws_elasticache_replication_group.cache_sessions.primary_endpoint_address}",
        "CACHE_SESSIONS_READER_HOST": "${aws_elasticache_replication_group.cache_sessions.reader_endpoint_address}",
        "CACHE_SESSIONS_PORT": "6379",
        "CACHE_SESSIONS_TLS": "true",
        "CACHE_SESSIONS_USER": "agora-prod-sessions-app",
        "DATABASE_MAIN_HOST": "main.db.prod.internal",
        "DATABASE_MAIN_READ_ONLY_HOST": "main-ro.db.prod.internal",
        "DATABASE_MAIN_PORT": "3306",
        "DATABASE_MAIN_NAME": "agora",
        "DATABASE_MAIN_USER": "gw_service_api",
        "DATABASE_MAIN_ENDPOINT": "${aws_rds_cluster.database_main.endpoint}",
        "DATABASE_MAIN_READ_ONLY_ENDPOINT": "${aws_rds_cluster.database_main.reader_endpoint}",
        "PUSH_MOBILE_TOPIC_ARN": "${aws_sns_topic.topic_push_mobile.arn}",
        "PUSH_MOBILE_APNS_ARN": f"arn:aws:sns:ap-northeast-2:{ACCOUNT}:app/APNS/agora-prod-mobile",
        "PUSH_MOBILE_FCM_ARN": f"arn:aws:sns:ap-northeast-2:{ACCOUNT}:app/GCM/agora-prod-mobile",
    }
    assert secrets(prod) == {
        "SLACK_WEBHOOK_URL": "${aws_secretsmanager_secret.secret_slack_webhook.arn}",
    }


def test_secrets_parameters_and_environment_files_are_referenced_by_arn(tasks: Template) -> None:
    secret = "${aws_secretsmanager_secret.secret_partner_login.arn}"
    parameters = "arn:aws:ssm:us-east-1:555555555555:parameter"
    assert secrets(tasks, "service_web") == {
        "PARTNER_USER": f"{secret}:user::",
        "PARTNER_PASSWORD": f"{secret}:password::",
        "FEATURES": f"{parameters}/mobile/tasks/web/features",
        "REGION": f"{parameters}/company/region",
    }
    assert container(tasks, "service_web")["environmentFiles"] == [
        {"type": "s3", "value": "arn:aws:s3:::mobile-tasks-settings-555555555555-us-east-1/env/web.env"}
    ]


def test_container_definition_has_the_settings(tasks: Template) -> None:
    web = container(tasks, "service_web")
    assert web["image"] == "333333333333.dkr.ecr.us-east-1.amazonaws.com/mobile/web:2.0.1"
    assert (web["readonlyRootFilesystem"], web["user"], web["stopTimeout"]) == (True, "1000:1000", 120)
    assert web["mountPoints"] == [
        {"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False},
        {"sourceVolume": "var-cache", "containerPath": "/var/cache", "readOnly": False},
    ]
    assert web["ulimits"] == [{"name": "nofile", "softLimit": 4096, "hardLimit": 8192}]
    assert web["linuxParameters"] == {"initProcessEnabled": True}
    assert web["portMappings"] == [{"containerPort": 3000, "hostPort": 3000, "protocol": "tcp"}]
    definition = tasks.resource("aws_ecs_task_definition.service_web")
    assert (definition["cpu"], definition["memory"], definition["network_mode"]) == ("512", "2048", "awsvpc")
    assert definition["ephemeral_storage"] == {"size_in_gib": 30}
    assert [volume["name"] for volume in definition["volume"]] == ["tmp", "var-cache"]
    assert definition["runtime_platform"] == {"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}


def test_logs_go_to_the_services_log_group_without_blocking(prod: Template) -> None:
    options = container(prod)["logConfiguration"]["options"]
    group = prod.resource("aws_cloudwatch_log_group.foundation_service_api_log_group")
    assert options["awslogs-group"] == group["name"] == "/agora/prod/service/api"
    assert group["retention_in_days"] == 365
    assert options["mode"] == "non-blocking"


def test_tasks_get_the_services_tags(prod: Template) -> None:
    found = prod.resource("aws_ecs_service.service_api")
    assert (found["propagate_tags"], found["enable_ecs_managed_tags"]) == ("SERVICE", True)


def test_ecs_exec_is_enabled_in_development_only(prod: Template, dev: Template) -> None:
    assert prod.resource("aws_ecs_service.service_api")["enable_execute_command"] is False
    assert dev.resource("aws_ecs_service.service_api")["enable_execute_command"] is True


def test_service_scales_by_requests_and_on_schedule(prod: Template) -> None:
    target = prod.resource("aws_appautoscaling_target.service_api")
    assert target["resource_id"] == "service/agora-prod-main/agora-prod-api"
    assert target["scalable_dimension"] == "ecs:service:DesiredCount"
    assert target["depends_on"] == ["aws_ecs_service.service_api"]
    policy = prod.resource("aws_appautoscaling_policy.service_api_requests")
    metric = policy["target_tracking_scaling_policy_configuration"]["predefined_metric_specification"]
    assert metric == {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": "${aws_lb.load_balancer_public.arn_suffix}/"
        "${aws_lb_target_group.target_group_api_public.arn_suffix}",
    }
    assert ["aws_appautoscaling_scheduled_action", "service_api_evening_start"][1] in prod.resources(
        "aws_appautoscaling_scheduled_action"
    )


def test_step_scaling_has_an_alarm_on_the_service(tasks: Template) -> None:
    alarm = tasks.resource("aws_cloudwatch_metric_alarm.service_web_out")
    assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/ECS", "MemoryUtilization")
    assert alarm["dimensions"] == {"ClusterName": "mobile-tasks-main", "ServiceName": "mobile-tasks-web"}


def test_reached_services_have_a_dns_name_in_their_own_zone(tasks: Template) -> None:
    namespace = tasks.only("aws_service_discovery_private_dns_namespace")
    assert namespace["name"] == "svc.tasks.internal"
    assert set(tasks.resources("aws_service_discovery_service")) == {"service_search", "service_web"}
    registry = tasks.resource("aws_ecs_service.service_search")["service_registries"]
    assert registry == {"registry_arn": "${aws_service_discovery_service.service_search.arn}"}
    assert variables(tasks, "service_web")["SERVICE_SEARCH_HOST"] == "search.svc.tasks.internal"
    assert variables(tasks, "service_web")["SERVICE_SEARCH_PORT"] == "9200"
    assert variables(tasks, "scheduled_task_clean_up")["SERVICE_SEARCH_HOST"] == "search.svc.tasks.internal"


def test_ingress_rules_are_limited_to_callers(tasks: Template) -> None:
    rules = tasks.resources("aws_vpc_security_group_ingress_rule")
    into = {name: each for name, each in rules.items() if name.startswith("service_")}
    assert {name: (each["referenced_security_group_id"], each["from_port"]) for name, each in into.items()} == {
        "service_search_from_service_web": ("${aws_security_group.service_web.id}", 9200),
        "service_search_from_scheduled_task_clean_up": ("${aws_security_group.scheduled_task_clean_up.id}", 9200),
        "service_web_from_service_search": ("${aws_security_group.service_search.id}", 3000),
        "service_web_from_developers": ("${aws_security_group.developers_tasks.id}", 3000),
    }


def test_namespace_is_not_created_without_reached_services(prod: Template) -> None:
    assert not prod.resources("aws_service_discovery_private_dns_namespace")


def test_postcondition_of_terraform_owned_service_fails_after_rollback(tasks: Template) -> None:
    (condition,) = tasks.resource("aws_ecs_service.service_web")["lifecycle"]["postcondition"]
    assert condition["condition"] == "${self.task_definition == aws_ecs_task_definition.service_web.arn}"
    for text in ("mobile-tasks-web", "${self.task_definition}", "aws ecs describe-services", "/tasks/service/web"):
        assert text in condition["error_message"]


def test_pipeline_owned_service_has_no_postcondition(prod: Template, tasks: Template) -> None:
    for found in (prod.resource("aws_ecs_service.service_api"), tasks.resource("aws_ecs_service.service_search")):
        assert "postcondition" not in found["lifecycle"]


def test_service_without_image_is_not_created(tasks: Template) -> None:
    assert set(tasks.resources("aws_ecs_service")) == {"service_ledger", "service_search", "service_web"}
    assert container(tasks, "service_ingest")["image"].endswith("/mobile/ingest:0.0.0")
    output = tasks.json["output"]["services_without_image"]["value"]
    assert output == {
        "ingest": "push an image to 333333333333.dkr.ecr.us-east-1.amazonaws.com, then write service.ingest.image"
    }


REACHED = """
zone "dev" {
  name = "dev.agora.example"
}
load_balancer "public" {
  names = ["api.dev.agora.example"]
  rule "api" {
    priority = 10
    paths    = ["/api/*"]
    service  = "api"
  }
}
"""


@pytest.mark.parametrize("image", ["", 'image = "api:1.4.2"'])
def test_everything_but_the_service_exists_before_its_first_image(image: str, tmp_path: Path) -> None:
    scaling = 'scaling {\n min_capacity = 1\n max_capacity = 2\n target_tracking "cpu" {\n metric = "cpu"\n'
    nightly = (
        'scheduled_task "nightly" {\n service = "api"\n schedule_expression = "rate(1 day)"\n command = ["clean"]\n}\n'
    )
    block = service(scaling + "target_value = 50\n}\n}\n discovery = true\n port = 8080", image=image)
    template = stack_of(tmp_path, DEV + PREREQUISITES + block + REACHED + nightly)
    created = ["service_api"] if image else []
    assert list(template.resources("aws_ecs_service")) == created
    assert list(template.resources("aws_appautoscaling_target")) == created
    schedule = template.resource("aws_scheduler_schedule.scheduled_task_nightly")
    assert schedule["state"] == ("ENABLED" if image else "DISABLED")
    assert set(template.resources("aws_service_discovery_service")) == {"service_api"}
    (action,) = template.resource("aws_lb_listener_rule.load_balancer_public_api")["action"]
    assert action["target_group_arn"] == "${aws_lb_target_group.target_group_api_public.arn}"


def test_database_proxy_uses_iam_authentication(tmp_path: Path) -> None:
    data = DATA.replace('"db.t4g.medium"', '"db.r7g.large"\n  login = "master"\n  proxy {}')
    template = stack_of(tmp_path, DEV + PREREQUISITES + service('databases = { main = "read_write" }') + data)
    assert variables(template)["DATABASE_MAIN_PROXY_HOST"] == "main-proxy.db.env.internal"
    # The policy is not valid JSON until Terraform replaces the expression by the proxy's ID.
    policy = template.only_policy("aws_iam_role_policy", "service_api_task")
    assert '["rds-db:connect"]' in policy
    assert (
        "arn:aws:rds-db:ap-northeast-2:111111111111:dbuser:"
        '${element(split(":", aws_db_proxy.database_main_proxy.arn), 6)}/dbadmin"'
    ) in policy
    assert "service_api_to_database_main_proxy" in template.resources("aws_vpc_security_group_egress_rule")


@pytest.mark.parametrize(
    ("access", "sids"), [("read", {"Read"}), ("write", {"Write"}), ("read_write", {"Read", "Write"})]
)
def test_bucket_policy_names_the_task_role(tmp_path: Path, access: str, sids: set[str]) -> None:
    text = DEV + PREREQUISITES + service(f'buckets = {{ content = "{access} up/" }}') + DATA
    template = stack_of(tmp_path, text)
    policy = {each["Sid"]: each for each in template.policy("aws_s3_bucket_policy.bucket_content")}
    named = {sid for sid in ("Read", "Write") if f"{sid}ServiceApi" in policy}
    assert named == sids
    for sid in sids:
        assert policy[f"{sid}ServiceApi"]["Principal"] == {"AWS": "${aws_iam_role.service_api_task.arn}"}
        assert policy[f"{sid}ServiceApi"]["Resource"][0].endswith("-ap-northeast-2/up/*")
    assert variables(template)["BUCKET_CONTENT_PREFIX"] == "up/"


def test_several_rights_to_one_bucket_have_a_statement_each_and_no_prefix_variable(tmp_path: Path) -> None:
    text = DEV + PREREQUISITES + service('buckets = { content = ["read up/", "write small/"] }') + DATA
    template = stack_of(tmp_path, text)
    policy = {each["Sid"]: each for each in template.policy("aws_s3_bucket_policy.bucket_content")}
    assert policy["ReadServiceApi"]["Resource"][0].endswith("/up/*")
    assert policy["WriteServiceApi"]["Resource"][0].endswith("/small/*")
    own = {each["Sid"]: each for each in template.policy("aws_iam_role_policy.service_api_task")}
    assert own["ObjectsContent"]["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert "s3:PutObject" in own["ObjectsContentPrefix2"]["Action"]
    assert "ListContentPrefix2" not in own
    assert "BUCKET_CONTENT_PREFIX" not in variables(template)
