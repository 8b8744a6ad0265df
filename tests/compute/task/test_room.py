"""Capacity for tasks: on the instances of their cluster, and addresses in the app subnets."""

from pathlib import Path

import pytest

from tests.compute.eks.texts import GENERAL, eks
from tests.support.environments import DEV, only_problem, problems_of

SMALL = DEV.replace(
    'availability_zones = ["a", "c"]\n', 'availability_zones = ["a", "c"]\n  subnet_sizes {\n    app = "/26"\n  }\n'
)
INSTANCES = """
ecs "main" {
  ec2 {
    instance_type = "m7g.large"
    max_size      = 4
  }
}
"""


def service(name: str, count: int, **values: int) -> str:
    lines = "".join(f"  {key} = {value}\n" for key, value in {"desired_count": count, **values}.items())
    return f'service "{name}" {{\n{lines}}}\n'


@pytest.mark.parametrize(("count", "fits"), [(8, True), (9, False)])
def test_more_tasks_than_network_interfaces_are_a_problem(tmp_path: Path, count: int, fits: bool) -> None:
    problems = problems_of(tmp_path, {"dev": DEV + INSTANCES + service("a", 4) + service("b", count - 4)})
    assert [problem.rule.partition(" with")[0] for problem in problems] == (
        [] if fits else [f"needs {count} network interfaces"]
    )


@pytest.mark.parametrize(("cpu", "memory", "key"), [(2049, 512, "cpu"), (256, 8192, "memory")])
def test_task_larger_than_an_instance_is_a_problem(tmp_path: Path, cpu: int, memory: int, key: str) -> None:
    text = DEV + INSTANCES + service("a", 1, cpu=cpu, memory=memory)
    assert f"service.a.{key} {cpu if key == 'cpu' else memory} " in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize(("count", "fits"), [(118, True), (119, False)])
def test_more_tasks_than_addresses_are_a_problem(tmp_path: Path, count: int, fits: bool) -> None:
    problems = problems_of(tmp_path, {"dev": SMALL + 'ecs "main" {}\n' + service("a", count)})
    assert [problem.rule.partition(",")[0] for problem in problems] == (
        [] if fits else [f"results in {count} tasks in total"]
    )


def test_addresses_include_nodes_and_pods(tmp_path: Path) -> None:
    text = DEV + 'ecs "main" {}\n' + eks(GENERAL) + service("a", 900)
    assert "results in 900 tasks in total, which need one address each, and " in only_problem(tmp_path, {"dev": text})
    assert problems_of(tmp_path, {"dev": text.replace("900", "300")}) == []
