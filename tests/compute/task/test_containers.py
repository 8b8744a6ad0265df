"""Containers of a task: names, dependencies, shares, and images."""

from pathlib import Path

import pytest

from modules.compute.task.keys.members import members
from modules.compute.task.keys.sidecars import GeneratedSidecar, SidecarSettings
from modules.compute.task.settings import TaskSettings
from tests.compute.service.test_settings import PREREQUISITES, dev, problem_of, prod, service, settings
from tests.support.environments import DEV, problems_of

#: A network without internet access, in place of the one of DEV.
ALONE = (
    'availability_zones = ["a", "c"]',
    'availability_zones = ["a", "c"]\n  nat = "none"\n'
    '  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "ssmmessages"]',
)
REPOSITORIES = 'repository "envoy" {}\n'
CHECK = 'health_check {\n command = ["true"]\n}'


def sidecar(*lines: str, label: str = "proxy", image: str = "envoy:1.31.2") -> str:
    body = "".join(f"    {line}\n" for line in (f'image = "{image}"', *lines))
    return f'sidecar "{label}" {{\n{body}  }}'


def init(*lines: str, label: str = "migrate") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f'init "{label}" {{\n{body}  }}'


def printed(folder: Path, text: str) -> str:
    """Return all problems of an environment file."""
    return "\n".join(map(str, problems_of(folder, {"dev": text})))


MIGRATE = init('command = ["migrate"]')


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([sidecar(label="api")], "service.api.sidecar.api has the name of the main container, and ECS requires a name"),
        ([sidecar(label="migrate"), MIGRATE], "service.api.init.migrate has the name of sidecar.migrate, and ECS"),
        ([sidecar(), 'depends_on = { other = "START" }'], "depends_on.other is not another container of this task; "
         "write one of its names: proxy"),
        ([sidecar('depends_on = { proxy = "START" }')], "depends_on.proxy is not another container of this task; "
         "write one of its names: api"),
        ([sidecar(), 'depends_on = { proxy = "HEALTHY" }'], "depends_on.proxy HEALTHY requires a health check of"),
        ([sidecar(), 'depends_on = { proxy = "SUCCESS" }'], "depends_on.proxy SUCCESS waits for the end of proxy, and "
         "ECS stops a task when an essential container ends; write its `essential = false`, or START"),
        ([sidecar('depends_on = { api = "COMPLETE" }')], "sidecar.proxy.depends_on.api COMPLETE waits for the end of "
         "api, and ECS stops a task when an essential container ends; write START or HEALTHY"),
        ([sidecar("essential = false", "restart = true"), 'depends_on = { proxy = "COMPLETE" }'],
         "depends_on.proxy COMPLETE waits for the end of proxy, which ECS restarts when it ends"),
        ([MIGRATE, 'depends_on = { migrate = "SUCCESS" }'], "depends_on.migrate SUCCESS is an `init` container, after"),
        ([init('command = ["x"]', 'depends_on = { api = "START" }')],
         "service.api.init.migrate.depends_on lets api and migrate wait for each other, and neither would start"),
        ([sidecar('depends_on = { other = "START" }'), sidecar('depends_on = { proxy = "START" }', label="other")],
         "depends_on.other lets proxy and other wait for each other"),
        ([sidecar('depends_on = { api = "DONE" }')], "depends_on.api DONE should be 'START', 'COMPLETE',"),
        ([init()], "service.api.init.migrate.command is missing: it would run the program of the main container"),
        ([sidecar("cpu = 255")], "sidecar.proxy.cpu 255 leaves none of the task's 256 CPU units to the main container: "
         "its sidecars have 255; write less, or a larger cpu of the task"),
        ([sidecar("memory = 300"), sidecar("memory = 207", label="other")], "sidecar.proxy.memory 300 leaves none of "
         "the task's 512 MiB of memory to the main container: its sidecars have 507"),
        ([sidecar("start_timeout_seconds = 121")], "start_timeout_seconds 121 should be less than or equal to 120"),
        ([sidecar('secrets = { TOKEN = "other" }')], "sidecar.proxy.secrets.TOKEN names no `secret` block"),
        ([sidecar('environment_files = ["other:a.env"]')], "sidecar.proxy.environment_files other names no `bucket`"),
        ([sidecar('writable_paths = ["/tmp"]')], "sidecar.proxy.writable_paths [\"/tmp\"] has an effect only with a"),
        ([init('command = ["x"]', 'environment = { SERVICE_API_HOST = "x" }'), 'reaches = ["api"]'],
         "init.migrate.environment.SERVICE_API_HOST is set automatically"),
    ],
)  # fmt: skip
def test_invalid_container_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    assert message in printed(tmp_path, dev(*lines) + REPOSITORIES)


@pytest.mark.parametrize(
    "lines",
    [
        [sidecar("cpu = 254", "memory = 506")],
        [sidecar(CHECK), 'depends_on = { proxy = "HEALTHY" }'],
        [sidecar("essential = false"), 'depends_on = { proxy = "SUCCESS" }'],
        [sidecar('depends_on = { api = "START" }'), MIGRATE],
        [*(sidecar(label=f"proxy-{each}") for each in "abcdefghi")],
    ],
)
def test_valid_containers_have_no_problem(tmp_path: Path, lines: list[str]) -> None:
    assert problems_of(tmp_path, {"dev": dev(*lines) + REPOSITORIES}) == []


def test_more_than_ten_containers_are_a_problem(tmp_path: Path) -> None:
    lines = [sidecar(label=f"proxy-{each}") for each in "abcdefghij"]
    assert "service.api has 11 containers with the main one; ECS allows 10" in problem_of(
        tmp_path, dev(*lines) + REPOSITORIES
    )


def test_sidecar_as_root_is_a_problem_in_production(tmp_path: Path) -> None:
    message = problem_of(tmp_path, prod(sidecar('user = "root"')) + REPOSITORIES)
    assert "service.api.sidecar.proxy.user root is not allowed in production" in message


def test_variables_of_all_containers_count_toward_the_size_of_the_definition(tmp_path: Path) -> None:
    long = f'environment = {{ TEXT = "{"x" * 22_000}" }}'
    assert problems_of(tmp_path, {"x": dev(long, sidecar(long)) + REPOSITORIES}) == []
    message = problem_of(tmp_path, dev(long, sidecar(long), MIGRATE) + REPOSITORIES)
    assert "environment results in a task definition of about " in message


def test_image_without_repository_is_a_problem(tmp_path: Path) -> None:
    assert "sidecar.proxy.image envoy:1.31.2 has no repository" in problem_of(tmp_path, dev(sidecar()))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("public.ecr.aws/nginx/nginx:1.29.3", ""),
        ("public.ecr.aws/nginx/nginx@sha256:" + "0" * 64, ""),
        ("public.ecr.aws/nginx/nginx:latest", "does not end in a version or digest of an image in the ECR Public"),
        ("public.ecr.aws/nginx/nginx", "does not end in a version or digest of an image in the ECR Public"),
        ("docker.io/nginx:1.29.3", "is in another registry; tasks pull from the environment's and from the ECR Public"),
    ],
)
def test_public_image_has_a_version(tmp_path: Path, image: str, message: str) -> None:
    found = printed(tmp_path, dev(sidecar(image=image)))
    assert message in found if message else found == ""


def test_public_image_requires_a_way_to_the_gallery(tmp_path: Path) -> None:
    private = 'egress "https" {\n cidr = "10.0.0.0/8"\n port = 443\n}'
    text = dev(sidecar(image="public.ecr.aws/nginx/nginx:1.29.3"), private)
    assert "nginx/nginx:1.29.3 is in the ECR Public Gallery, and the task may not call" in printed(tmp_path, text)
    expected = "which has no VPC endpoint, and there is no NAT gateway; copy the image into a `repository`"
    assert expected in printed(tmp_path, text.replace(*ALONE))


def test_scheduled_task_of_a_service_has_no_containers_of_its_own(tmp_path: Path) -> None:
    lines = ('service = "api"', 'command = ["x"]', 'schedule_expression = "rate(1 day)"', sidecar())
    text = DEV + PREREQUISITES + REPOSITORIES + service() + service(*lines, label="x", kind="scheduled_task", image="")
    message = problem_of(tmp_path, text)
    assert "scheduled_task.x.sidecar comes from service.api, whose latest revision is run; remove it" in message


def test_main_container_waits_for_sidecars_that_do_not_wait_for_it(tmp_path: Path) -> None:
    after = sidecar('depends_on = { before = "START" , api = "START" }', label="after")
    text = dev(sidecar(label="before"), after, sidecar('depends_on = { after = "START" }', label="last"), MIGRATE)
    found = members(settings(tmp_path, text + REPOSITORIES), "api", [])
    assert found["api"].depends_on == {"migrate": "SUCCESS", "before": "START"}


def test_main_container_gets_the_cpu_units_that_no_sidecar_reserves(tmp_path: Path) -> None:
    some = members(settings(tmp_path, dev(sidecar("cpu = 56")) + REPOSITORIES), "api", [])
    assert (some["api"].cpu, some["proxy"].cpu) == (200, 56)
    none = members(settings(tmp_path, dev(sidecar()) + REPOSITORIES), "api", [])
    assert (none["api"].cpu, none["proxy"].cpu) == (None, None)


def generated(**values: object) -> GeneratedSidecar:
    image = "public.ecr.aws/aws-observability/agent:1.0.0"
    return GeneratedSidecar(
        "agent", "trace", SidecarSettings.model_validate({"image": image, **values}), endpoints=("xray",)
    )


@pytest.mark.parametrize(
    ("values", "lines", "message"),
    [
        ({}, [sidecar(label="agent")], "sidecar.agent has the name of the container of `trace`, and ECS requires"),
        ({"cpu": 256}, [], "service.api.trace 256 leaves none of the task's 256 CPU units to the main container"),
        ({}, ['depends_on = { agent = "HEALTHY" }'], "depends_on.agent HEALTHY requires a health check of agent"),
    ],
)
def test_generated_sidecar_is_checked_like_a_written_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, object], lines: list[str], message: str
) -> None:
    monkeypatch.setattr(TaskSettings, "generated_sidecars", lambda *_: [generated(**values)])
    assert message in printed(tmp_path, dev(*lines) + REPOSITORIES)


def test_endpoint_that_a_generated_sidecar_needs_is_required_without_internet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TaskSettings, "generated_sidecars", lambda *_: [generated()])
    expected = "service.api.trace cannot reach xray: there is no NAT gateway, no endpoint for them, and no proxy"
    assert expected in printed(tmp_path, dev().replace(*ALONE))
