"""Thresholds of alarms: which alarms an environment has, and problems with their keys."""

import datetime
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.observability.alarms.keys.aws_events import EVENTS
from modules.observability.alarms.keys.planned import PlannedAlarm
from modules.observability.alarms.settings import KINDS
from modules.observability.alarms.watched import planned_alarms
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

QUEUE = 'queue "jobs" { }\n'
AURORA = """\
database "main" {
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  instance_class = "db.r7g.large"
  database_name  = "agora"
}
"""
RDS = """\
database "main" {
  engine         = "postgres"
  engine_version = "17.5"
  instance_class = "db.m7g.large"
  database_name  = "agora"
  storage {
    allocated_storage = 100
  }
}
"""


def alarms(*lines: str, functions: str = '["forward"]') -> str:
    """Return an `alarms` block with these lines, and the function that it names."""
    body = "".join(f"  {line}\n" for line in (f"functions = {functions}", *lines))
    return f'function "forward" {{ code = "maintenance" }}\nalarms {{\n{body}}}\n'


WARNINGS = 'severities = ["critical", "warning"]'


def planned(folder: Path, text: str) -> dict[str, PlannedAlarm]:
    """Return the alarms of an environment by name, without those of the function that forwards them."""
    settings = load(write(folder, {"env": text}))["env"].settings
    return {each.name: each for each in planned_alarms(settings) if each.watched.label != "forward"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            alarms('queue "job" { }') + QUEUE,
            "alarms.queue.job names no `queue` block of this environment; there is jobs",
        ),
        (alarms("firewall { }"), "alarms.firewall is about the `firewall` block, and this environment has none"),
        (
            alarms('buckets "content" { }'),
            "env.hcl:13: alarms.buckets is not a known block; write one of account_events, cache, database",
        ),
        (
            alarms('queue "jobs" { age_seconds = 0 }') + QUEUE,
            "alarms.queue.jobs.age_seconds 0 should be greater than or equal to 1",
        ),
        (
            alarms('database "main" { cpu_percent = 101 }') + RDS,
            "alarms.database.main.cpu_percent 101 should be less than or equal to 100",
        ),
        (
            alarms('database "main" { free_storage_percent = 5 }') + AURORA,
            "alarms.database.main.free_storage_percent 5 has no effect: the alarm exists only if the database is no",
        ),
        (
            alarms('database "main" { off = { deadlocks_per_minute = "rare" } }') + RDS,
            "alarms.database.main.off.deadlocks_per_minute rare has no effect: the alarm exists only if",
        ),
        (
            alarms('queue "jobs" { off = { depht = "never deep" } }') + QUEUE,
            "alarms.queue.jobs.off.depht never deep names no alarm of this block; write one of dead_letters, age_s",
        ),
        (
            alarms('queue "jobs" { off = { depth = " " } }') + QUEUE,
            'alarms.queue.jobs.off.depth " " is not a reason: nobody would know why it is missing',
        ),
        (
            alarms('queue "jobs" {', "depth = 5", 'off = { depth = "never deep" }', "}") + QUEUE,
            "alarms.queue.jobs.off.depth never deep is off and has a threshold, 5",
        ),
        (alarms('events_off = { spot = "often" }'), "alarms.events_off.spot often names no event; write one of dep"),
        (alarms('events_off = { task_failed = "" }'), 'alarms.events_off.task_failed "" is not a reason'),
        (alarms('runbooks = "http://wiki/alarms"'), "alarms.runbooks http://wiki/alarms is not the URL of a page"),
        (alarms("severities = []"), "alarms.severities"),
        (alarms('emails = ["on-call"]'), "alarms.emails.0 on-call is not an email address; write a group's address"),
    ],
)
def test_invalid_threshold_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"env": DEV + text})


def test_production_without_alarms_is_a_problem(tmp_path: Path) -> None:
    message = "env.hcl:4: tier production requires an `alarms` block: if queue jobs failed, nobody would be notified"
    assert only_problem(tmp_path, {"env": PROD + QUEUE}).startswith(message)
    assert problems_of(tmp_path, {"env": PROD + QUEUE + ALARMS}) == []
    assert problems_of(tmp_path, {"env": PROD}) == [], "there is nothing to watch"


def test_production_without_emails_has_a_warning(tmp_path: Path) -> None:
    def warnings(text: str) -> list[str]:
        settings = load(write(tmp_path, {"env": text}))["env"].settings
        return [finding.rule for finding in settings.warnings(datetime.date(2026, 11, 27))]

    rule = "is empty: if forward fails, nobody is notified of that or of anything else"
    assert rule in warnings(PROD + QUEUE + alarms())
    assert rule not in warnings(PROD + QUEUE + ALARMS)
    assert rule not in warnings(DEV + QUEUE + alarms())


def test_production_without_critical_alarms_is_a_problem(tmp_path: Path) -> None:
    text = PROD + alarms('severities = ["warning"]')
    assert "leaves out critical, so an outage would notify nobody in production" in only_problem(
        tmp_path, {"env": text}
    )


def test_development_has_only_critical_alarms_by_default(tmp_path: Path) -> None:
    text = DEV + QUEUE + AURORA
    assert set(planned(tmp_path, text + alarms())) == {"network-nat-port-errors", "database-main-connections-percent"}
    assert "queue-jobs-dead-letters" in planned(tmp_path, text + alarms(WARNINGS))


def test_alarm_that_is_off_does_not_exist(tmp_path: Path) -> None:
    found = planned(tmp_path, DEV + QUEUE + alarms(WARNINGS, 'queue "jobs" { off = { depth = "never deep" } }'))
    assert [name for name in found if name.startswith("queue")] == ["queue-jobs-dead-letters", "queue-jobs-age-seconds"]


def test_alarms_depend_on_the_kind_of_database(tmp_path: Path) -> None:
    def keys(text: str) -> set[str]:
        found = planned(tmp_path, DEV + text + alarms(WARNINGS)).values()
        return {each.key for each in found if each.watched.kind == "database"}

    both = {"connections_percent", "cpu_percent", "freeable_memory_percent"}
    assert keys(RDS) == both | {"free_storage_percent"}
    assert keys(AURORA) == both | {"deadlocks_per_minute"}
    assert "replica_lag_seconds" in keys(AURORA.replace("}\n", "  instances = 2\n}\n"))
    serverless = "serverless_v2_scaling {\n min_capacity = 1\n max_capacity = 8\n}"
    assert keys(AURORA.replace('instance_class = "db.r7g.large"', serverless)) == {
        "connections_percent",
        "cpu_percent",
        "capacity_percent",
        "deadlocks_per_minute",
    }


def test_expression_contains_the_numbers_of_the_block(tmp_path: Path) -> None:
    lines = ('function "worker" { minimum_invocations = 3 }',)
    worker = 'function "worker" {\n code = "maintenance"\n timeout = 20\n}\n'
    found = planned(tmp_path, DEV + RDS + worker + alarms(WARNINGS, *lines))
    assert found["function-worker-duration-percent"].expression == "100 * duration / 20000"
    assert found["function-worker-error-percent"].expression == "IF(invocations >= 3, 100 * errors / invocations, 0)"
    assert found["database-main-free-storage-percent"].expression == "100 * free / 107374182400"
    assert found["database-main-connections-percent"].expression == "100 * connections / 901"


@pytest.mark.parametrize(
    ("node_type", "expression"),
    [
        ("cache.t2.small", "cpu * 1"),
        ("cache.t4g.medium", "cpu * 2"),
        ("cache.m7g.large", "cpu * 2"),
        ("cache.m7g.xlarge", None),
    ],
)
def test_cpu_of_a_small_cache_node_is_that_of_one_core(tmp_path: Path, node_type: str, expression: str | None) -> None:
    text = DEV + f'cache "sessions" {{ node_type = "{node_type}" }}\n' + alarms(WARNINGS)
    cpu = planned(tmp_path, text)["cache-sessions-cpu-percent"]
    assert cpu.expression == expression
    assert cpu.alarm.metrics["cpu"].startswith("EngineCPU" if expression is None else "CPU")


@pytest.mark.parametrize("kind", KINDS)
def test_every_alarm_can_be_evaluated(kind: str) -> None:
    """CloudWatch keeps data points of one minute, and watches at most a day of them."""
    declared = list(KINDS[kind].declared())
    assert declared
    for key, alarm in declared:
        assert alarm.datapoints <= (alarm.out_of or alarm.datapoints), key
        assert (alarm.out_of or alarm.datapoints) * alarm.period <= 86_400, key
        assert alarm.expression is not None or len(alarm.metrics) == 1, key


def test_every_event_has_a_reason_to_exist() -> None:
    assert all(event.description.endswith(".") for event in EVENTS.values())
