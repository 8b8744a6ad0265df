"""Environment variables that tell programs which resources they may use: described, and set, for the right programs."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from modules.foundation.variables import FUNCTIONS, TASKS, VARIABLES, variables_for
from tests.support.template import Template

KINDS = "|".join(VARIABLES).upper()


def names_in_tasks(stack: Template) -> Iterator[str]:
    """Yield the names of the environment variables and secrets of all containers."""
    for definition in stack.resources("aws_ecs_task_definition").values():
        for container in json.loads(definition["container_definitions"]):
            yield from (each["name"] for part in ("environment", "secrets") for each in container.get(part, []))


def names_in_functions(stack: Template) -> Iterator[str]:
    """Yield the names of the environment variables of all functions."""
    for function in stack.resources("aws_lambda_function").values():
        yield from function.get("environment", {}).get("variables", {})


@pytest.fixture(scope="module")
def stacks(reference: Path, further: Path) -> list[Template]:
    return [Template(path.parent) for folder in (reference, further) for path in folder.glob("stacks/*/cdk.tf.json")]


@pytest.mark.parametrize(("program", "names_in"), [(TASKS, names_in_tasks), (FUNCTIONS, names_in_functions)])
def test_programs_receive_only_described_variables(
    stacks: list[Template], program: str, names_in: Callable[[Template], Iterator[str]]
) -> None:
    described = {
        (kind, what)
        for kind, variables in VARIABLES.items()
        for what, variable in variables.items()
        if program in variable.programs
    }
    received = of_blocks(name for stack in stacks for name in names_in(stack))
    unknown = [name for name in received if not any(is_variable(name, *pair) for pair in described)]
    assert received
    assert not unknown


def test_environments_set_every_described_variable(stacks: list[Template]) -> None:
    received = of_blocks(name for stack in stacks for name in (*names_in_tasks(stack), *names_in_functions(stack)))
    described = [(kind, what) for kind, variables in VARIABLES.items() for what in variables]
    missing = [pair for pair in described if not any(is_variable(name, *pair) for name in received)]
    # Every `push` block of the environments has source = "topic".
    assert missing == [("push", "queue_url"), ("push", "stream_name")]


def of_blocks(names: Iterable[str]) -> set[str]:
    """Return the names of variables that describe a block."""
    return {name for name in names if re.match(rf"({KINDS})_", name)}


def is_variable(name: str, kind: str, what: str) -> bool:
    return bool(re.fullmatch(rf"{kind}_[A-Z0-9_]+_{what}".upper(), name))


def test_variable_without_description_is_an_error() -> None:
    with pytest.raises(KeyError, match="database: VARIABLES does not describe address"):
        variables_for("database", "main", address="db")
