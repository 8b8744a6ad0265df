"""Problems of `experiment` blocks."""

from pathlib import Path

import pytest

from modules.environment_files import load
from tests.support.days import READ
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

#: Something of everything that a fault can be aimed at.
BLOCKS = f"""\
{ALARMS}
zone "public" {{ name = "agora.example" }}
load_balancer "public" {{
  names = ["api.agora.example"]
  rule "api" {{
    priority = 10
    paths    = ["/*"]
    service  = "api"
  }}
}}
repository "api" {{}}
ecs "main" {{}}
ecs "own" {{
  ec2 {{
    instance_type = "m7g.large"
    max_size      = 4
  }}
}}
service "api" {{
  image         = "api:1.0.0"
  port          = 8080
  desired_count = 3
  databases     = {{ small = "read_write" }}
}}
service "draft" {{}}
database "alone" {{
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.1"
  instance_class = "db.r7g.large"
}}
database "small" {{
  login          = "master"
  engine         = "mysql"
  engine_version = "8.4.11"
  instance_class = "db.m7g.large"
  storage {{ allocated_storage = 20 }}
}}
queue "jobs" {{}}
"""
STEADY = 'steady_state { load_balancer "public" { error_percent = 5 } }'
STOP = 'stop_tasks { service = "api" }'


def experiment(*lines: str) -> str:
    hypothesis = 'hypothesis = "If one of three tasks stops, no request fails."'
    return "\n".join(['experiment "x" {', hypothesis, *lines, "}\n"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            (STOP,),
            "experiment.x has no stop condition: nothing would stop it while users see errors; write steady_state",
        ),
        ((STOP, "steady_state {}"), "experiment.x.steady_state has no threshold, so nothing would stop the experiment"),
        (
            (STOP, 'steady_state { load_balancer "public" { minimum_requests = 5 } }'),
            "experiment.x.steady_state has no threshold",
        ),
        ((STEADY,), 'experiment.x injects no fault; write stop_tasks { service = "api" }'),
        (
            (STEADY, STOP, 'fail_over { database = "alone" }'),
            "experiment.x.fail_over is a second fault besides stop_tasks",
        ),
        (
            (STEADY, 'stop_tasks { service = "web" }'),
            "experiment.x.stop_tasks.service web names no `service` block of this environment; there is api, draft",
        ),
        (
            (STEADY, 'stop_tasks { service = "draft" }'),
            "stop_tasks.service draft has no image, so none of its tasks runs",
        ),
        (
            (STEADY, 'stop_tasks {\n service = "api"\n percent = 30\n}'),
            "stop_tasks.percent 30 of 3 tasks is less than one, and FIS rounds down; write count = 1",
        ),
        (
            (STEADY, 'stop_tasks {\n service = "api"\n percent = 120\n}'),
            "stop_tasks.percent 120 should be less than or equal to 100",
        ),
        (
            (STEADY, 'stop_tasks {\n service = "api"\n percent = 50\n count = 1\n}'),
            "stop_tasks.percent 50 conflicts with count",
        ),
        (
            (STEADY, 'stop_tasks {\n service = "api"\n count = 6\n}'),
            "stop_tasks.count 6 should be less than or equal to 5",
        ),
        (
            (STEADY, 'terminate_instances { ecs = "main" }'),
            "terminate_instances.ecs main runs tasks on Fargate, which has no instances",
        ),
        (
            (STEADY, 'terminate_instances {\n ecs = "own"\n availability_zone = "b"\n}'),
            "availability_zone b is no Availability Zone of the network, which has a, c",
        ),
        (
            (STEADY, 'cut_off_zone { availability_zone = "b" }'),
            "cut_off_zone.availability_zone b is no Availability Zone",
        ),
        (
            (STEADY, 'fail_over { database = "alone" }'),
            "fail_over.database alone has one instance: no other could become the writer; write instances = 2",
        ),
        (
            (STEADY, 'fail_over { database = "small" }'),
            "fail_over.database small has no standby to fail over to; write multi_az = true",
        ),
        (
            (STEADY, 'slow_database {\n service = "api"\n database = "small"\n}'),
            "slow_database.service api has no SSM agent in its tasks, through which FIS would delay packets",
        ),
        (
            (STEADY, 'slow_database {\n service = "web"\n database = "small"\n}'),
            "slow_database.service web names no `service` block",
        ),
        (
            (STEADY, 'api_errors { service = "api" }'),
            "api_errors.service api puts records into no stream, and FIS lets only calls to EC2 and Kinesis fail",
        ),
        ((STEADY, STOP, "duration_minutes = 0"), "duration_minutes 0 should be greater than or equal to 1"),
        ((STEADY, STOP, "duration_minutes = 721"), "duration_minutes 721 should be less than or equal to 720"),
        ((STEADY, STOP, "production = true"), "experiment.x.production true has no effect in development"),
        (
            (STOP, 'steady_state { load_balancer "private" { error_percent = 5 } }'),
            "experiment.x.steady_state.load_balancer.private names no `load_balancer` block",
        ),
        (
            (STOP, 'steady_state { load_balancer "public" { certificate_days = 5 } }'),
            "certificate_days has a data point every 86400 seconds: too late to stop an experiment",
        ),
        (
            (STOP, 'steady_state { service "draft" { healthy_targets = 1 } }'),
            "service.draft.healthy_targets would never stop the experiment: it is measured only if a load balancer",
        ),
        (
            (
                STOP,
                'steady_state { load_balancer "public" {\n error_percent = 5\n off = { p99_seconds = "noisy" }\n} }',
            ),
            "steady_state.load_balancer.public.off has no effect",
        ),
    ],
)
def test_invalid_experiment_is_a_problem_with_its_line(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    problem = only_problem(tmp_path, {"env": DEV + BLOCKS + experiment(*lines)})
    assert message in problem
    assert problem.startswith("env.hcl:")


def test_hypothesis_of_a_word_is_a_problem(tmp_path: Path) -> None:
    text = experiment(STEADY, STOP).replace("If one of three tasks stops, no request fails.", "works")
    assert "is not a hypothesis" in only_problem(tmp_path, {"env": DEV + BLOCKS + text})


def test_too_many_thresholds_are_a_problem(tmp_path: Path) -> None:
    queue = 'queue "jobs" { age_seconds = 60 }'
    service = 'service "api" {\n cpu_percent = 90\n memory_percent = 90\n healthy_targets = 1\n}'
    balancer = 'load_balancer "public" {\n error_percent = 5\n p99_seconds = 2\n}'
    text = experiment(STOP, f"steady_state {{\n{queue}\n{service}\n{balancer}\n}}")
    problem = only_problem(tmp_path, {"env": DEV + BLOCKS + text})
    assert "steady_state has 6 thresholds, and FIS watches at most 5 alarms" in problem


def test_experiment_without_alarms_is_a_problem(tmp_path: Path) -> None:
    text = DEV + BLOCKS.replace(ALARMS, "") + experiment(STEADY, STOP)
    assert "experiment.x requires an `alarms` block" in only_problem(tmp_path, {"env": text})


def test_experiment_in_production_needs_a_switch(tmp_path: Path) -> None:
    text = experiment('fail_over { database = "main" }', 'steady_state { database "main" { cpu_percent = 95 } }')
    main = 'database "main" {\n engine = "mysql"\n engine_version = "8.4.11"\n instance_class = "db.m7g.large"\n'
    main += " storage { allocated_storage = 20 }\n}\n"
    assert "is not allowed in production without production = true" in only_problem(
        tmp_path, {"env": PROD + ALARMS + main + text}
    )
    allowed = text.replace("fail_over", "production = true\nfail_over", 1)
    assert problems_of(tmp_path, {"env": PROD + ALARMS + main + allowed}) == []


def test_experiment_that_stops_all_tasks_is_a_warning(tmp_path: Path) -> None:
    text = experiment(STEADY, 'stop_tasks {\n service = "api"\n percent = 100\n}')
    (file,) = load(write(tmp_path, {"env": DEV + BLOCKS + text})).values()
    found = [str(each) for each in file.warnings(READ)]
    assert any("stop_tasks stops all tasks of a service that may have only 3" in each for each in found)
