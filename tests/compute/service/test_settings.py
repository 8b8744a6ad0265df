"""The `service` and `scheduled_task` blocks: problems, and defaults by tier."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.compute.service.settings import DeploymentSettings, ServiceSettings
from modules.environment_files import load
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

PREREQUISITES = 'ecs "main" {}\nrepository "api" {}\n'
DATA = """\
database "main" {
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  instance_class = "db.t4g.medium"
}
cache "sessions" {
  node_type = "cache.t4g.micro"
}
bucket "content" {}
secret "partner-login" {}
"""


def service(*lines: str, label: str = "api", image: str = 'image = "api:1.4.2"', kind: str = "service") -> str:
    """Return a block whose own lines begin two below its first, which is line 12 after DEV and PREREQUISITES."""
    body = "".join(f"  {line}\n" for line in (image, *lines))
    return f'{kind} "{label}" {{\n{body}}}\n'


def dev(*lines: str, data: str = "") -> str:
    return DEV + PREREQUISITES + service(*lines) + data


def prod(*lines: str) -> str:
    return PROD + PREREQUISITES + service(*lines) + ALARMS


def settings(folder: Path, text: str) -> ServiceSettings:
    return load(write(folder, {"x": text}))["x"].settings.service["api"]


def problem_of(folder: Path, text: str) -> str:
    return only_problem(folder, {"x": text})


def test_count_and_execute_command_depend_on_tier(tmp_path: Path) -> None:
    in_dev = settings(tmp_path, dev())
    assert (in_dev.count, in_dev.enable_execute_command, in_dev.owned_by) == (1, True, "terraform")
    in_prod = settings(tmp_path, prod())
    assert (in_prod.count, in_prod.enable_execute_command) == (2, False)
    assert settings(tmp_path, dev("read_only_root = true")).enable_execute_command is False


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["cpu = 1024", "memory = 700"], "memory 700 is not a memory size of Fargate for cpu = 1024; write cpu = 102"),
        (["memory = 3000"], "memory 3000 is not a memory size of Fargate for cpu = 256; write cpu = 256 with memory = "
         "2048 or cpu = 512 with memory = 3072"),
        (["cpu = 700"], "cpu 700 is not a CPU size of Fargate; write cpu = 512 with memory = 1024 or cpu = 1024"),
        (["ephemeral_storage_gib = 20"], "ephemeral_storage_gib 20 should be greater than or equal to 21"),
        (["ephemeral_storage_gib = 201"], "ephemeral_storage_gib 201 should be less than or equal to 200"),
        (["stop_timeout_seconds = 121"], "stop_timeout_seconds 121 should be less than or equal to 120"),
        (['capacity = "ec2"'], "capacity ec2 is not a capacity of ecs.main; write fargate, or add `ec2 { }` to"),
        (['cluster = "other"'], 'cluster other names no `ecs` block of this environment; there is main; write `ecs'),
        (['databases = { main = "read_write" }'], "databases main names no `database` block of this environment"),
        (['caches = ["sessions"]'], "caches sessions names no `cache` block of this environment; there is none"),
        (['caches = ["Sessions"]'], "caches.0 Sessions is not a cache; write the name of its block"),
        (['buckets = { content = "read" }'], "buckets.content names no `bucket` block of this environment"),
        (['buckets = { content = "all" }'], "buckets.content all is not access to a bucket: read, write"),
        (['environment_files = ["content:a.env"]'], "environment_files content names no `bucket` block of this"),
        (['environment_files = ["content:a.txt"]'], "environment_files.0 content:a.txt is not a bucket and an object"),
        (['reaches = ["search"]'], "reaches search names no `service` block of this environment; there is api"),
        (['reaches = ["api"]'], "reaches api is the service itself; remove it"),
        (['queues = ["orders"]'], "queues orders names no `queue` block of this environment; there is none; write"),
        (['topics = ["news"]'], "topics news names no `topic` block of this environment; there is none; write"),
        (['streams = ["clicks"]'], "streams clicks names no `stream` block of this environment; there is none; write"),
        (['pushes = ["mobile"]'], "pushes mobile names no `push` block of this environment; there is none; write"),
        (["discovery = true"], "discovery true needs a port; write port = 8080, or remove it"),
        (['environment = { A-B = "x" }'], "environment.A-B A-B is not a name of an environment variable: letters"),
        (['environment = { ECS_CONTAINER_METADATA_URI = "x" }'], "environment.ECS_CONTAINER_METADATA_URI ECS_CONTAIN"),
        (['parameters = { LEVEL = "api log" }'], "parameters.LEVEL api log is not a name of a parameter"),
        (["read_only_root = true", "enable_execute_command = true"], "enable_execute_command true does not work"),
        (['writable_paths = ["/tmp"]'], 'writable_paths ["/tmp"] has an effect only with a read-only root file syst'),
        (["desired_count = 1", "deployment {", "maximum_percent = 150", "minimum_healthy_percent = 50", "}"],
         "deployment does not allow ECS to replace any of 1 tasks: at least 50% and at most 150% of them "
             "must run; write"),
        (["deployment {", "maximum_percent = 100", "minimum_healthy_percent = 0", "}"],
         "deployment.availability_zone_rebalancing true is not allowed by ECS with a maximum_percent of 100"),
        (['ulimit "nofile" {', "soft = 9", "hard = 8", "}"], "ulimit.nofile.soft 9 is greater than hard = 8"),
    ],
)  # fmt: skip
def test_invalid_service_key_is_a_problem_with_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    problem = problem_of(tmp_path, dev(*lines))
    assert problem.split(": ", 1)[1].startswith(f"service.api.{message}")
    assert problem.startswith("x.hcl:1")


def test_problem_names_the_line_of_the_key(tmp_path: Path) -> None:
    assert problem_of(tmp_path, dev("port = 8080", "memory = 700")).startswith("x.hcl:15: service.api.memory 700 ")


def test_duplicate_environment_variable_is_a_problem(tmp_path: Path) -> None:
    text = dev('environment = { DB = "a" }', 'secrets = { DB = "partner-login" }', data=DATA)
    assert "secrets.DB is also in environment, and ECS does not allow a name twice" in problem_of(tmp_path, text)
    text = dev('environment = { DATABASE_MAIN_HOST = "a" }', 'databases = { main = "read_write" }', data=DATA)
    assert "environment.DATABASE_MAIN_HOST is set automatically, for a resource that the block names" in problem_of(
        tmp_path, text
    )


def test_problem_does_not_print_a_pasted_secret(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, dev('secrets = { DB_LOGIN = "hunter2" }', data=DATA))
    assert "service.api.secrets.DB_LOGIN names no `secret` block of this environment; there is partner-login" in problem
    assert "hunter2" not in problem


def test_unknown_cache_user_is_a_problem(tmp_path: Path) -> None:
    text = dev('caches = ["sessions:reports"]', data=DATA)
    assert (
        "caches sessions has no user reports, which the program would log in as; "
        'write `user "reports" { }` in cache.sessions, or "sessions:USER" with one of app' in problem_of(tmp_path, text)
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["desired_count = 1"], "desired_count 1 is not allowed in production: if one task stops, the service is"),
        (['user = "root"'], "user root is not allowed in production: an attacker who takes over the program cont"),
        (['user = "0:0"'], "user 0:0 is not allowed in production"),
        (["scaling {", "min_capacity = 1", "max_capacity = 3", 'target_tracking "cpu" {', 'metric = "cpu"',
          "target_value = 50", "}", "}"], "scaling.min_capacity 1 is not allowed in production"),
    ],
)  # fmt: skip
def test_value_not_allowed_in_production_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    problems = [str(problem) for problem in problems_of(tmp_path, {"prod": prod(*lines)})]
    assert any(f"service.api.{message}" in problem for problem in problems)
    assert problems_of(tmp_path, {"prod": dev(*lines)}) == []


def test_fewer_tasks_than_zones_in_production_are_a_problem(tmp_path: Path) -> None:
    three = PROD.replace('["a", "c"]', '["a", "b", "c"]') + PREREQUISITES
    scaling = 'scaling {\n min_capacity = 2\n max_capacity = 6\n target_tracking "cpu" {\n metric = "cpu"\n'
    text = three + service(scaling + "target_value = 50\n}\n}") + ALARMS
    assert (
        "service.api.scaling.min_capacity 2 leaves an Availability Zone without capacity: there are 3 zones"
        in problem_of(tmp_path, text)
    )


SCALING = (
    "scaling {",
    "min_capacity = 1",
    "max_capacity = 3",
    'target_tracking "load" {',
    'metric = "METRIC"',
    "target_value = 50",
    "}",
    "}",
)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("connections", "scaling.target_tracking.load.metric connections is not a metric of this resource"),
        ("requests_per_target", "scaling.target_tracking.load.metric requests_per_target is a metric of a load bala"),
    ],
)
def test_unknown_scaling_metric_is_a_problem(tmp_path: Path, metric: str, message: str) -> None:
    lines = [line.replace("METRIC", metric) for line in SCALING]
    assert f"service.api.{message}" in problem_of(tmp_path, dev("port = 8080", *lines))


def test_desired_count_with_scaling_is_a_problem(tmp_path: Path) -> None:
    lines = [line.replace("METRIC", "cpu") for line in SCALING]
    assert "service.api.desired_count 2 conflicts with scaling" in problem_of(
        tmp_path, dev("desired_count = 2", *lines)
    )


def test_service_without_network_or_route_to_aws_is_a_problem(tmp_path: Path) -> None:
    without = DEV[: DEV.index("network {")]
    assert "service.api needs app subnets, and there is no VPC" in problem_of(
        tmp_path, without + PREREQUISITES + service()
    )
    closed = DEV.replace("]\n}", ']\n  nat = "none"\n}')
    assert (
        "service.api cannot reach ecr.api, ecr.dkr, logs, ssmmessages: there is no NAT gateway, and no endpoint for "
        "them; add them to network.interface_endpoints, or write network.nat"
    ) in problem_of(tmp_path, closed + PREREQUISITES + service())
    endpoints = 'nat = "none"\n  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "ssmmessages"]'
    assert problems_of(tmp_path, {"x": closed.replace('nat = "none"', endpoints) + PREREQUISITES + service()}) == []


def test_unknown_or_duplicate_publishing_target_is_a_problem(tmp_path: Path) -> None:
    events = 'queue "orders" {}\nqueue "bills" {}\ntopic "news" {}\n'
    assert problems_of(tmp_path, {"x": dev('queues = ["orders", "bills"]', 'topics = ["news"]', data=events)}) == []
    assert (
        "service.api.queues order names no `queue` block of this environment; there is bills, orders; "
        'write `queue "order" { ... }`, or name another'
    ) in problem_of(tmp_path, dev('queues = ["order"]', data=events))
    twice = problem_of(tmp_path, dev('topics = ["news", "news"]', data=events))
    assert 'service.api.topics ["news", "news"] contains a name twice; write each name once' in twice
    taken = problem_of(tmp_path, dev('environment = { QUEUE_ORDERS_URL = "a" }', 'queues = ["orders"]', data=events))
    assert "environment.QUEUE_ORDERS_URL is set automatically" in taken


def test_publishing_without_route_to_aws_is_a_problem(tmp_path: Path) -> None:
    endpoints = 'nat = "none"\n  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "ssmmessages"]'
    closed = DEV.replace("]\n}", f"]\n  {endpoints}\n}}") + PREREQUISITES + 'queue "orders" {}\nstream "clicks" {}\n'
    assert (
        "service.api cannot reach kinesis-streams, sqs: there is no NAT gateway, no endpoint for them, and no proxy; "
        "add them to network.interface_endpoints, or write network.nat or network.proxy"
    ) in problem_of(tmp_path, closed + service('queues = ["orders"]', 'streams = ["clicks"]'))


@given(
    st.integers(1, 200),
    st.integers(0, 100),
    st.integers(100, 400),
)
def test_leaves_room_if_one_more_or_one_fewer_task_may_run(count: int, least: int, most: int) -> None:
    """Compare with the same condition in whole tasks, without rounding."""
    deployment = DeploymentSettings(minimum_healthy_percent=least, maximum_percent=most)
    one_fewer = (count - 1) * 100 >= count * least
    one_more = (count + 1) * 100 <= count * most
    assert deployment.leaves_room(count) == (one_fewer or one_more)


HOURLY = 'schedule_expression = "rate(1 hour)"'
AT = 'schedule_expression = "at(2026-12-24T18:00:00)"'


@pytest.mark.parametrize(
    "schedule", ["rate(5 minutes)", "rate(1 day)", "cron(0 3 * * ? *)", "cron(0/15 8-18 ? * MON *)"]
)
def test_valid_schedule_has_no_problem(tmp_path: Path, schedule: str) -> None:
    task = service(f'schedule_expression = "{schedule}"', 'command = ["x"]', kind="scheduled_task", label="report")
    assert problems_of(tmp_path, {"x": DEV + PREREQUISITES + task}) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([AT, 'command = ["x"]'], "schedule_expression at(2026-12-24T18:00:00) is not a rate"),
        (['schedule_expression = "rate(0 hours)"', 'command = ["x"]'],
         "schedule_expression rate(0 hours) is not a rate"),
        (['schedule_expression = "cron(0 3 * * *)"', 'command = ["x"]'],
         "schedule_expression cron(0 3 * * *) has 5 fields"),
        (['schedule_expression = "cron(0 3 * * * *)"', 'command = ["x"]'],
         "schedule_expression cron(0 3 * * * *) needs a ?"),
        ([HOURLY], "command is missing: the task would run the service's own"),
        ([HOURLY, 'command = ["x"]', 'time_zone = "Seoul"'], "time_zone Seoul is not a time zone"),
        ([HOURLY, 'command = ["x"]', "retry {", "maximum_attempts = 186", "}"],
         "retry.maximum_attempts 186 should be less than or equal to 185"),
    ],
)  # fmt: skip
def test_invalid_scheduled_task_key_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    text = DEV + PREREQUISITES + service(*lines, kind="scheduled_task", label="report")
    problem = problem_of(tmp_path, text)
    assert f"scheduled_task.report.{message}" in problem
    assert problem.startswith("x.hcl:1")


def test_key_that_comes_from_the_service_is_a_problem(tmp_path: Path) -> None:
    lines = (HOURLY, 'command = ["x"]', 'databases = { main = "read_write" }')
    task = service('service = "api"', *lines, kind="scheduled_task", label="report", image="")
    assert "scheduled_task.report.databases comes from service.api, whose latest revision is run" in problem_of(
        tmp_path, dev(data=DATA) + task
    )
    task = service('service = "web"', *lines[:2], kind="scheduled_task", label="report", image="")
    assert "scheduled_task.report.service web names no `service` block of this environment; there is api" in problem_of(
        tmp_path, dev() + task
    )
