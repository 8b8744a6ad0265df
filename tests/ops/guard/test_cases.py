"""Plans with the expected part of the guard's sentence, or none."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.guard.judgement import judge
from ops.guard.plan import Plan
from tests.ops.guard.judging import ACCOUNTS, records
from tests.ops.guard.plans import change, plan
from tests.support.unlocks import TODAY

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_case_has_expected_judgement(case: dict[str, Any]) -> None:
    changes = [change(each.pop("address"), *each.pop("actions"), **each) for each in map(dict, case["changes"])]
    judgement = judge(Plan.model_validate(plan(*changes)), {}, *records(), TODAY, accounts=ACCOUNTS)
    sentences = [each.sentence for each in judgement.refused]
    if case["refused"] is None:
        assert sentences == []
    else:
        assert [each for each in sentences if case["refused"] in each], sentences
