"""Checks between the blocks of an account file."""

from pathlib import Path

import pytest

from tests.support.environments import PROD, only_problem, problems_of

ACCOUNT = 'account_id = "333333333333"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "notify { }\n",
            "2: notify block needs a trail: EventBridge gets sign-ins and API calls only from an account that has "
            'one; add trail { }, or managed_by_organization = ["trail"] if the organization has one',
        ),
        (
            'managed_by_organization = ["guardduty"]\nguardduty { }\n',
            "3: guardduty block is managed by the organization (managed_by_organization), and would exist twice; "
            "remove the block, or its name from managed_by_organization",
        ),
        ("security_hub { }\n", "2: security_hub block needs AWS Config, without which most controls have no findings"),
        ('managed_by_organization = ["trail", "trail"]\n', "2: managed_by_organization"),
        ('managed_by_organization = ["people"]\n', "2: managed_by_organization"),
        ('trail {\n  data_events = ["tables"]\n}\n', "3: trail.data_events"),
        ("access_analyzer {\n  unused_access_age = 366\n}\n", "3: access_analyzer.unused_access_age 366 "),
        ('guardduty {\n  features = ["flow_logs"]\n}\n', "3: guardduty.features"),
    ],
)
def test_invalid_account_file_has_a_problem(tmp_path: Path, text: str, problem: str) -> None:
    found = only_problem(tmp_path, {"prod": PROD, "accounts/one": ACCOUNT + text})
    assert found.startswith(f"accounts/one.hcl:{problem}")


def test_notifications_rely_on_the_trail_of_the_organization(tmp_path: Path) -> None:
    text = f'{ACCOUNT}managed_by_organization = ["trail"]\nnotify {{ }}\n'
    assert problems_of(tmp_path, {"prod": PROD, "accounts/one": text}) == []
