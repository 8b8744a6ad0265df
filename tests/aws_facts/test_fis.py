"""Faults of experiments against the table of FIS actions, and their permissions against IAM's."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from modules.observability.experiment.keys.faults import ANY, FAULTS, WAIT, Fault
from modules.observability.experiment.keys.steady_state import MOST_STOPS
from modules.observability.experiment.settings import DESCRIPTION_LIMIT
from tests.aws_facts.iam_actions import catalog
from tests.aws_facts.stack import Stack

ACTIONS: dict[str, dict[str, Any]] = {
    row["id"]: row for row in tomllib.loads((Path(__file__).parent / "fis.toml").read_text())["action"]
}
#: It ends a command, and IAM knows no resource of it.
WITHOUT_RESOURCE = "ssm:CancelCommand"
TYPE = "aws_fis_experiment_template"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.action)
def test_fault_is_an_action_with_this_target(fault: Fault) -> None:
    row = ACTIONS[fault.action]
    assert (fault.target, fault.resource_type) == (row["target"], row["resource_type"])
    assert fault.lasts == ("duration" in row["parameters"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.action)
def test_fault_has_exactly_the_permissions_of_the_page(fault: Fault) -> None:
    granted = {action for permission in fault.permissions for action in permission.actions}
    assert granted == set(ACTIONS[fault.action]["permissions"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.action)
def test_permissions_on_everything_only_read(fault: Fault) -> None:
    """Whatever changes something is restricted to the target."""
    for permission in fault.permissions:
        for action in permission.actions:
            service, _, name = action.partition(":")
            level = catalog()[service]["privileges"][name]["access_level"]
            assert permission.on != ANY or level in ("Read", "List") or action == WITHOUT_RESOURCE, action


def test_table_has_only_actions_that_experiments_can_have() -> None:
    assert set(ACTIONS) == {fault.action for fault in FAULTS} | {WAIT}


def test_actions_of_every_stack_have_the_required_parameters_and_no_others(stacks: list[Stack]) -> None:
    templates = [each.block for stack in stacks for each in stack.of_type(TYPE)]
    assert templates
    for template in templates:
        for action in template["action"]:
            row = ACTIONS[action["action_id"]]
            given = {each["key"] for each in action.get("parameter") or ()}
            assert set(row["parameters"]) <= given <= {*row["parameters"], *row.get("optional", ())}


def test_templates_of_every_stack_are_within_the_limits_of_fis(stacks: list[Stack]) -> None:
    model = Session().get_service_model("fis")
    arns = model.shape_for("ResourceArnList").metadata["max"]
    assert model.shape_for("ExperimentTemplateDescription").metadata["max"] == DESCRIPTION_LIMIT
    for stack in stacks:
        for template in stack.of_type(TYPE):
            assert 1 <= len(template.block["stop_condition"]) <= MOST_STOPS
            assert len(template.block["target"][0].get("resource_arns") or ()) <= arns
