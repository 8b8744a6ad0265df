"""Sidecars and init containers in the synthesized JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from modules.compute.task.keys.sidecars import GeneratedSidecar, SidecarSettings
from modules.compute.task.settings import TaskSettings
from modules.foundation.policies import allow
from tests.compute.service.test_settings import dev
from tests.support.permissions import statements_of
from tests.support.stacks import stack_of
from tests.support.template import Template

SECRET = "${aws_secretsmanager_secret.secret_partner_login.arn}"
REGISTRY = "333333333333.dkr.ecr.us-east-1.amazonaws.com/mobile"


def containers(template: Template, task: str = "service_ledger") -> dict[str, Any]:
    definition = template.resource(f"aws_ecs_task_definition.{task}")
    return {each["name"]: each for each in json.loads(definition["container_definitions"])}


def values(container: dict[str, Any], kind: str = "environment", value: str = "value") -> dict[str, str]:
    return {each["name"]: each[value] for each in container.get(kind, [])}


def test_containers_start_in_the_order_of_their_conditions(tasks: Template) -> None:
    found = containers(tasks)
    assert list(found) == ["ledger", "migrate", "proxy", "reload", "aws-otel-collector"]
    del found["aws-otel-collector"]
    waits = {
        name: {other["containerName"]: other["condition"] for other in each.get("dependsOn", [])}
        for name, each in found.items()
    }
    assert waits == {
        "ledger": {"migrate": "SUCCESS", "proxy": "HEALTHY", "aws-otel-collector": "START"},
        "migrate": {"proxy": "HEALTHY"},
        "proxy": {},
        "reload": {"ledger": "START"},
    }
    assert {name: each["essential"] for name, each in found.items()} == {
        "ledger": True, "migrate": False, "proxy": True, "reload": False,
    }  # fmt: skip
    assert (found["proxy"]["startTimeout"], found["reload"]["restartPolicy"]) == (60, {"enabled": True})


def test_sidecar_has_its_own_image_variables_volumes_and_share(tasks: Template) -> None:
    proxy, main = containers(tasks)["proxy"], containers(tasks)["ledger"]
    assert proxy["image"] == f"{REGISTRY}/envoy:1.31.2"
    assert (main["cpu"], proxy["cpu"], proxy["memory"], "memory" in main) == (416, 64, 128, False)
    assert values(proxy) == {"UPSTREAM": "127.0.0.1:8080"}
    assert values(proxy, "secrets", "valueFrom") == {"CERTIFICATE": f"{SECRET}:certificate::"}
    assert "environmentFiles" not in proxy
    assert "portMappings" not in proxy
    assert "user" not in proxy
    assert proxy["mountPoints"] == [{"sourceVolume": "proxy--tmp", "containerPath": "/tmp", "readOnly": False}]
    assert tasks.resource("aws_ecs_task_definition.service_ledger")["volume"] == [{"name": "proxy--tmp"}]
    assert proxy["logConfiguration"] == main["logConfiguration"]


def test_init_container_has_the_main_containers_image_user_and_variables(tasks: Template) -> None:
    migrate, main = containers(tasks)["migrate"], containers(tasks)["ledger"]
    assert (migrate["image"], migrate["user"]) == (main["image"], "1000:1000")
    assert (migrate["command"], "command" in main) == (["bin/migrate"], False)
    assert "portMappings" not in migrate
    # Its own value from Parameter Store replaces the main container's variable: ECS does not allow a name twice.
    assert values(migrate) == {
        name: values(main)[name] for name in ("BUCKET_SETTINGS_NAME", "BUCKET_SETTINGS_PREFIX", "LOG_LEVEL")
    }
    assert values(migrate, "secrets", "valueFrom") == {
        "PARTNER_LOGIN": SECRET,
        "REGION": "arn:aws:ssm:us-east-1:555555555555:parameter/mobile/tasks/ledger/region",
    }
    assert migrate["environmentFiles"] == main["environmentFiles"]


def test_execution_role_reads_the_images_secrets_and_parameters_of_all_containers(tasks: Template) -> None:
    by_sid = {each["Sid"]: each["Resource"] for each in statements_of(tasks, "service_ledger_execution")}
    repositories = [f"arn:aws:ecr:us-east-1:333333333333:repository/mobile/{name}" for name in
                    ("aws-otel-collector", "envoy", "ledger", "reload")]  # fmt: skip
    assert by_sid["PullImages"] == repositories
    assert by_sid["ReadParameters"] == ["arn:aws:ssm:us-east-1:555555555555:parameter/mobile/tasks/ledger/region"]
    assert [resource for sid, resource in by_sid.items() if SECRET in resource] != []


def test_release_of_an_image_changes_the_containers_that_the_output_lists(tasks: Template) -> None:
    listed = tasks.json["output"]["services"]["value"]["ledger"]["image_containers"]
    image = containers(tasks)["ledger"]["image"]
    assert listed == ["ledger", "migrate"]
    assert {name for name, each in containers(tasks).items() if each["image"] == image} == set(listed)


def test_public_image_is_pulled_without_permissions(tmp_path: Path) -> None:
    public = "public.ecr.aws/nginx/nginx:1.29.3"
    template = stack_of(tmp_path, dev(f'sidecar "proxy" {{\n    image = "{public}"\n  }}'))
    assert containers(template, "service_api")["proxy"]["image"] == public
    (pull,) = [each for each in statements_of(template, "service_api_execution") if each["Sid"] == "PullImages"]
    assert pull["Resource"] == ["arn:aws:ecr:ap-northeast-2:111111111111:repository/agora/api"]
    assert "nginx" not in json.dumps(template.json["output"]["push_images"])


def test_generated_sidecar_adds_its_container_variables_and_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = GeneratedSidecar(
        "agent",
        "trace",
        SidecarSettings.model_validate({"image": "public.ecr.aws/a/agent:1.0.0", "essential": False}),
        statements=[allow("SendTraces", actions=["xray:PutTraceSegments"], resources=["*"])],
        variables={"ENDPOINT": "http://localhost:4318", "LEVEL": "debug"},
    )
    monkeypatch.setattr(TaskSettings, "generated_sidecars", lambda *_: [sidecar])
    template = stack_of(tmp_path, dev('environment = { LEVEL = "info" }'))
    found = containers(template, "service_api")
    assert list(found) == ["api", "agent"]
    assert found["api"]["dependsOn"] == [{"condition": "START", "containerName": "agent"}]
    # A value in the block overrides a generated one.
    assert values(found["api"]) == {"ENDPOINT": "http://localhost:4318", "LEVEL": "info"}
    assert "environment" not in found["agent"]
    assert "SendTraces" in {each["Sid"] for each in statements_of(template, "service_api_task")}
