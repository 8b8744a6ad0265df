"""The `traces` block of services and scheduled tasks."""

from pathlib import Path

import pytest

from tests.compute.service.test_settings import PREREQUISITES, dev, prod, service, settings
from tests.compute.task.test_containers import ALONE, printed
from tests.compute.task.test_sidecars import containers, values
from tests.support.environments import DEV, problems_of
from tests.support.permissions import allows, statements_of
from tests.support.stacks import stack_of
from tests.support.template import Template

GALLERY = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
COPY = 'repository "otel" {}\n'


def test_traces_add_a_collector_that_the_program_does_not_depend_on(tmp_path: Path) -> None:
    found = containers(stack_of(tmp_path, dev("traces {}")), "service_api")
    collector = found["aws-otel-collector"]
    assert (collector["image"], collector["command"]) == (GALLERY, ["--config=/etc/ecs/ecs-xray.yaml"])
    assert (collector["essential"], collector["restartPolicy"]) == (False, {"enabled": True})
    assert (collector["cpu"], collector["memory"], found["api"]["cpu"]) == (32, 256, 224)
    assert collector["healthCheck"]["command"] == ["CMD", "/healthcheck"]
    assert values(collector) == {"AWS_REGION": "ap-northeast-2", "GOMEMLIMIT": "204MiB"}
    # The program starts after it, and so stops before it, and the last spans are sent.
    assert found["api"]["dependsOn"] == [{"containerName": "aws-otel-collector", "condition": "START"}]


def test_standard_variables_point_the_sdk_to_the_collector(tasks: Template) -> None:
    found = containers(tasks)
    variables = {name: value for name, value in values(found["ledger"]).items() if name.startswith("OTEL_")}
    assert variables == {
        "OTEL_SERVICE_NAME": "mobile-tasks-ledger",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.125",
    }
    assert not [name for each in ("migrate", "proxy") for name in values(found[each]) if name.startswith("OTEL_")]


def test_written_variable_overrides_that_of_the_sdk(tmp_path: Path) -> None:
    template = stack_of(tmp_path, dev("traces {}", 'environment = { OTEL_METRICS_EXPORTER = "otlp" }'))
    assert values(containers(template, "service_api")["api"])["OTEL_METRICS_EXPORTER"] == "otlp"


def test_task_role_may_send_traces_only_with_the_block(tasks: Template) -> None:
    for role, expected in (("service_ledger_task", True), ("service_web_task", False)):
        statements = statements_of(tasks, role)
        assert allows(statements, "xray:PutTraceSegments", "*") is expected
        assert not allows(statements, "xray:GetTraceSummaries", "*")


@pytest.mark.parametrize(("text", "percent"), [(dev("traces {}"), 100), (prod("traces {}"), 5)])
def test_development_records_all_requests_and_production_few(tmp_path: Path, text: str, percent: float) -> None:
    traces = settings(tmp_path, text).traces
    assert traces
    assert traces.sampling_percent == percent


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["traces {\n memory = 512\n}"], "service.api.traces 512 leaves none of the task's 512 MiB of memory"),
        (["traces {\n sampling_percent = 101\n}"], "traces.sampling_percent 101 should be less than or equal to 100"),
        (["traces {\n image = \"otel:latest\"\n}"], "traces.image otel:latest has no version: the running image would"),
        (["traces {}", 'sidecar "aws-otel-collector" {\n image = "otel:1.0.0"\n}'],
         "service.api.sidecar.aws-otel-collector has the name of the container of `traces`, and ECS requires"),
    ],
)  # fmt: skip
def test_invalid_traces_are_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    assert message in printed(tmp_path, dev(*lines) + COPY)


def test_network_without_a_way_to_x_ray_or_the_gallery_is_a_problem(tmp_path: Path) -> None:
    found = printed(tmp_path, dev("traces {}").replace(*ALONE))
    assert "service.api.traces cannot reach xray: there is no NAT gateway, no endpoint for them, and no proxy" in found
    assert f"service.api.traces {GALLERY} is in the ECR Public Gallery, which has no VPC endpoint, and" in found
    before, after = ALONE
    copied = dev('traces {\n image = "otel:0.49.0"\n}') + COPY
    assert problems_of(tmp_path, {"dev": copied.replace(before, after.replace('"logs"', '"logs", "xray"'))}) == []


def test_egress_that_excludes_x_ray_is_a_problem(tmp_path: Path) -> None:
    before, after = ALONE
    endpoints = 'egress "endpoints" {\n cidr = "10.20.8.0/28"\n port = 443\n}'
    text = dev('traces {\n image = "otel:0.49.0"\n}', endpoints) + COPY
    found = printed(tmp_path, text.replace(before, after.replace('"logs"', '"logs", "xray"')))
    assert "so `traces` cannot reach the endpoints for xray and cannot send anything" in found


def test_scheduled_task_with_its_own_image_has_traces(tmp_path: Path) -> None:
    lines = ('schedule_expression = "rate(1 day)"', 'command = ["x"]', "traces {}")
    template = stack_of(tmp_path, DEV + PREREQUISITES + service(*lines, label="nightly", kind="scheduled_task"))
    found = containers(template, "scheduled_task_nightly")
    assert list(found) == ["nightly", "aws-otel-collector"]
    assert values(found["nightly"])["OTEL_SERVICE_NAME"] == "agora-env-nightly"
