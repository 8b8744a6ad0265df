"""Import ids: every synthesized type has a row, or a reason for none."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.recovery.import_forms import Listed
from ops.recovery.import_ids import CREATED_AGAIN, IMPORT_IDS

LISTED = {kind: row for kind, row in IMPORT_IDS.items() if isinstance(row, Listed)}


def types(*outputs: Path) -> set[str]:
    """Return the resource types of all environment and account stacks."""
    stacks = [path for output in outputs for path in output.glob("stacks/*/cdk.tf.json")]
    return {kind for path in stacks for kind in json.loads(path.read_text()).get("resource", {})}


def test_every_type_of_every_stack_has_a_row_or_a_reason(reference: Path, further: Path) -> None:
    assert types(reference, further) == IMPORT_IDS.keys() | CREATED_AGAIN.keys()


def test_type_has_not_both_row_and_reason() -> None:
    assert not IMPORT_IDS.keys() & CREATED_AGAIN.keys()


@pytest.mark.parametrize("kind", LISTED)
def test_a_call_and_its_arguments_are_in_the_service_model(kind: str) -> None:
    row = LISTED[kind]
    # The type stubs accept only literal service names.
    session: Any = boto3
    client = session.client(row.service, region_name="us-east-1")
    calls = [(row.operation, row.arguments), *([row.each[:2]] if row.each else [])]
    for operation, arguments in calls:
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        assert set(arguments) <= set(model.input_shape.members if model.input_shape else ())
