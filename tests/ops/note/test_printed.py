"""The note that `make plan`, `make deploy`, and `make bootstrap` print."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from modules.environment_files import load
from ops import deploy_commands
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.review import Review
from ops.scan.judgement import Scan
from tests.ops.guard.plans import plan, updated


def test_plan_is_followed_by_its_note() -> None:
    file = load(Path("envs"))["prod"]
    changed = Plan.model_validate(plan(updated("aws_ecs_service.service_api", {"cpu": 256}, {"cpu": 512})))
    review = Review(changed, Judgement([], [], []), Scan([], [], []))
    planned = SimpleNamespace(file=file, text="the plan", review=review)
    text, note = deploy_commands._plan_lines(cast("Any", planned))
    assert text == "the plan"
    assert note.startswith("## Plan of `prod`: 1 to update\n")
    assert "<details>" not in note


def test_plan_of_account_is_followed_by_its_note(capsys: pytest.CaptureFixture[str]) -> None:
    file = load(Path("envs"))["prod"]
    document = plan(updated("aws_iam_role.people_prod_read", {"description": "a"}, {"description": "b"}))
    terraform = SimpleNamespace(show_plan=lambda: "the plan", show_plan_json=lambda: json.dumps(document))
    # Without a terminal, the answer is no.
    assert deploy_commands._agreed(file, cast("Any", terraform)) is False
    printed = capsys.readouterr().out
    assert printed.startswith("the plan\n## Plan of account `333333333333`: 1 to update\n")
    assert '! description: "a" -> "b"' in printed
