"""Blocks of the events module: defaults, and problems with line, rule, and remedy."""

from pathlib import Path

import pytest

from modules.environment_files import load
from modules.events.function.packaging import Target
from tests.support.environments import DEV, only_problem, problems_of, write

PREREQUISITES = 'bucket "content" { }\nsecret "token" { }\nqueue "jobs" { }\ntopic "news" { }\nstream "clicks" { }\n'
#: The line of an environment file on which a function's own lines begin.
FIRST = len((DEV + PREREQUISITES).splitlines()) + 2


@pytest.fixture(autouse=True)
def _folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create the folders of the functions in these tests."""
    sources = tmp_path_factory.mktemp("lambdas")
    for name in ("a", "b", "copy", "night_watch", "slack_alarm"):
        (sources / name).mkdir()
        (sources / name / "handler.py").touch()
    monkeypatch.setenv("LAMBDAS", str(sources))


DAILY = 'schedule_expression = "rate(1 day)"'


def function(*lines: str, name: str = "copy") -> str:
    return f'function "{name}" {{\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def block(kind: str, name: str, *lines: str) -> list[str]:
    return [f'{kind} "{name}" {{', *(f"  {line}" for line in lines), "}"]


def test_function_defaults(tmp_path: Path) -> None:
    settings = load(write(tmp_path, {"x": DEV + function(name="night-watch")}))["x"].settings.function["night-watch"]
    assert settings.folder("night-watch") == "night_watch"
    assert settings.target == Target("python3.13", "arm64")
    assert (settings.memory_size, settings.timeout, settings.maximum_retry_attempts, settings.in_vpc) == (
        256,
        10,
        2,
        False,
    )
    assert settings.reserved_concurrent_executions is None


def test_code_names_a_folder_other_than_the_label(tmp_path: Path) -> None:
    text = DEV + function('code = "copy"', name="copy-large")
    assert load(write(tmp_path, {"x": text}))["x"].settings.function["copy-large"].folder("copy-large") == "copy"


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        (["memory_size = 64"], 0, "memory_size 64 should be greater than or equal to 128"),
        (["timeout = 901"], 0, "timeout 901 should be less than or equal to 900"),
        (['runtime = "python3.9"'], 0, "runtime python3.9 should be 'python3.12' or 'python3.13'"),
        (['code = "../secrets"'], 0, "code ../secrets is not the name of a folder in lambdas/"),
        ([f'code = "{"x" * 65}"'], 0, f"code {'x' * 65} is not the name of a folder in lambdas/"),
        (['environment = { AWS_REGION = "x" }'], 0, "environment AWS_REGION is a variable that Lambda sets itself"),
        (['environment = { a-b = "x" }'], 0, "environment a-b is not a valid variable name"),
        ([f'environment = {{ LONG = "{"x" * 4096}" }}'], 0, "environment has 4100 bytes, and Lambda accepts 4096"),
        (['buckets = { content = "all" }'], 0, "buckets.content all is not access to a bucket"),
        (["buckets = { content = [] }"], 0, "buckets.content [] is not access to a bucket"),
        (
            ['buckets = { content = ["read", "read_write"] }'],
            0,
            'buckets.content ["read", "read_write"] names read',
        ),
        (['buckets = { content = "read:a/" }'], 0, "buckets.content read:a/ has a colon before the prefix"),
        (['buckets = { other = "read" }'], 0, "buckets.other names no `bucket` block of this environment"),
        (block("bucket", "content", 'read = [""]'), 0, "bucket is now `buckets = { content = "),
        (['secrets = ["other"]'], 0, "secrets other names no `secret` block of this environment; there is token"),
        (['queues = ["other"]'], 0, "queues other names no `queue` block of this environment; there is jobs"),
        (['databases = { main = "read_write" }'], 0, 'databases ["main"] can be reached only from inside the VPC'),
        (["in_vpc = true", 'databases = { main = "read_write" }'], 1, "databases main names no `database` block"),
        (
            ['databases = { main = "read" }'],
            0,
            'databases.main read is not access to a database: read_only, read_write, or migrate; write "read_only"',
        ),
        (block("on_object", "all", 'bucket = "other"'), 1, "on_object.all.bucket other names no `bucket`"),
        (block("on_queue", "other"), 0, "on_queue.other names no `queue` block of this environment"),
        (block("on_queue", "jobs", "batch_size = 11"), 1, "on_queue.jobs.batch_size 11 is more than 10, which"),
        (block("schedule", "x"), 0, "schedule.x.schedule_expression is missing"),
        (
            block("schedule", "x", 'schedule_expression = "often"'),
            1,
            "schedule.x.schedule_expression often is not a rate",
        ),
        (block("schedule", "x", 'cron = "0 3 * * ? *"'), 1, "schedule.x.cron is now `schedule_expression = "),
        (
            block("schedule", "x", 'schedule_expression = "cron(0 3 * * *)"'),
            1,
            "schedule.x.schedule_expression cron(0 3 * * *) has 5 fields; an EventBridge cron",
        ),
        (
            block("schedule", "x", 'schedule_expression = "cron(0 3 * * * *)"'),
            1,
            "schedule.x.schedule_expression cron(0 3 * * * *) needs a ? as either the day of",
        ),
        (
            block("schedule", "x", 'schedule_expression = "rate(1 day)"', 'input = "{"'),
            2,
            "schedule.x.input { is not JSON",
        ),
        (
            block("schedule", "x", DAILY, 'time_zone = "Asia/Soul"'),
            2,
            "schedule.x.time_zone Asia/Soul is not a time zone of the IANA database",
        ),
    ],
)
def test_function_invalid_is_a_problem_with_line_and_rule(
    tmp_path: Path, lines: list[str], place: int, message: str
) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + PREREQUISITES + function(*lines)})
    assert problem.partition(": ")[2].startswith(f"function.copy.{message}")
    line = int(problem.split(":")[1])
    # A problem of a whole block is reported at its first line.
    assert line in (FIRST + place, FIRST + place - 1)


def test_visibility_timeout_below_six_function_timeouts_is_a_problem(tmp_path: Path) -> None:
    text = (
        DEV
        + function("timeout = 60", *block("on_queue", "jobs"))
        + 'queue "jobs" {\n  visibility_timeout_seconds = 359\n}\n'
    )
    assert (
        "queue.jobs.visibility_timeout_seconds 359 is less than six times the timeout of function.copy"
        in only_problem(tmp_path, {"dev": text})
    )
    assert problems_of(tmp_path, {"dev": text.replace("359", "360")}) == []


def test_queue_with_two_readers_is_a_problem(tmp_path: Path) -> None:
    both = "".join(function(*block("on_queue", "jobs"), name=name) for name in ("a", "b"))
    assert "function.b.on_queue.jobs is already read by function.a" in only_problem(
        tmp_path, {"dev": DEV + PREREQUISITES + both}
    )


@pytest.mark.parametrize(
    ("prefix", "overlaps"), [("uploads/", True), ("uploads/2026/", True), ("", True), ("other/", False)]
)
def test_overlapping_object_triggers_are_a_problem(tmp_path: Path, prefix: str, overlaps: bool) -> None:
    one = function(*block("on_object", "x", 'bucket = "content"', 'prefix = "uploads/"'), name="a")
    two = function(*block("on_object", "x", 'bucket = "content"', f'prefix = "{prefix}"'), name="b")
    found = [str(each) for each in problems_of(tmp_path, {"dev": DEV + PREREQUISITES + one + two})]
    assert len(found) == overlaps
    assert all(
        "function.b.on_object.x matches events that function.a.on_object.x also matches" in each for each in found
    )


def test_in_vpc_without_a_network_is_a_problem(tmp_path: Path) -> None:
    without = DEV.split("network {")[0] + function("in_vpc = true")
    assert "function.copy.in_vpc true needs app subnets, and there is no VPC" in only_problem(
        tmp_path, {"dev": without}
    )


def test_function_in_vpc_without_nat_needs_endpoints_for_what_it_names(tmp_path: Path) -> None:
    lines = ("in_vpc = true", 'queues = ["jobs"]', 'streams = ["clicks"]', 'secrets = ["token"]')
    private = DEV.replace('"c"]\n', '"c"]\n  nat = "none"\n', 1) + PREREQUISITES
    assert only_problem(tmp_path, {"dev": private + function(*lines)}).endswith(
        "function.copy cannot reach kinesis-streams, secretsmanager, sqs: there is no NAT gateway, no endpoint for "
        "them, and no proxy; add them to network.interface_endpoints, or write network.nat or network.proxy"
    )
    endpoints = '  interface_endpoints = ["kinesis-streams", "secretsmanager", "sqs"]\n'
    reachable = private.replace('"none"\n', f'"none"\n{endpoints}', 1)
    assert problems_of(tmp_path, {"dev": reachable + function(*lines)}) == []
    assert problems_of(tmp_path, {"dev": DEV + PREREQUISITES + function(*lines)}) == []
    assert problems_of(tmp_path, {"dev": private + function(*lines[1:])}) == []


def test_caches_without_the_function_user_is_a_problem(tmp_path: Path) -> None:
    cache = 'cache "ranking" {\n  node_type = "cache.t4g.micro"\n  user "NAME" {\n  }\n}\n'
    file = DEV + cache + function("in_vpc = true", 'caches = ["ranking"]')
    assert problems_of(tmp_path, {"dev": file.replace("NAME", "app")}) == []
    assert "function.copy.caches ranking has no user app, which the program would log in as" in only_problem(
        tmp_path, {"dev": file.replace("NAME", "reader")}
    )


def test_rotation_with_unknown_function_is_a_problem(tmp_path: Path) -> None:
    secret = 'secret "login" {\n  rotation {\n    function = "rotate"\n    days = 1001\n  }\n}\n'
    assert "secret.login.rotation.days 1001 should be less than or equal to 1000" in only_problem(
        tmp_path, {"dev": DEV + secret}
    )
    assert (
        "secret.login.rotation.function rotate names no `function` block of this environment; there is none"
        in only_problem(tmp_path, {"dev": DEV + secret.replace("1001", "30")})
    )


def test_load_balancer_rule_with_unknown_function_is_a_problem(tmp_path: Path) -> None:
    zone = 'zone "main" {\n  name = "dev.agora.example"\n}\n'
    load_balancer = (
        'load_balancer "public" {\n  names = ["api.dev.agora.example"]\n'
        '  default {\n    function = "maintenance"\n  }\n}\n'
    )
    text = DEV + zone + load_balancer
    assert "names no `function` block of this environment; there is none" in "\n".join(
        map(str, problems_of(tmp_path, {"dev": text}))
    )
    known = problems_of(tmp_path, {"dev": text + function(name="maintenance")})
    assert not any("is not a function" in str(each) for each in known)
