from pathlib import Path

import pytest

from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, write

ACCOUNT = 'account_id = "333333333333"\n'
CONTACT = """\
contact "%s" {
  name          = "Community team"
  title         = "On call"
  email_address = "%s"
  phone_number  = "+82 2 1234 5678"
}
"""


def test_account_file_belongs_to_the_environments_of_its_account(tmp_path: Path) -> None:
    files = load(write(tmp_path, {"dev": DEV, "prod": PROD, "accounts/production": ACCOUNT}))
    assert files["prod"].account and files["prod"].account.settings.account_id == "333333333333"
    assert files["dev"].account is None


def test_account_has_the_highest_tier_of_its_environments(tmp_path: Path) -> None:
    staging = PROD.replace("production", "staging").replace("10.20.16.0/20", "10.20.32.0/20")
    files = load(write(tmp_path, {"prod": PROD, "staging": staging, "accounts/production": ACCOUNT}))
    assert {file.account.settings.tier for file in files.values() if file.account} == {"production"}


@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        (
            {"accounts/test": 'account_id = "999999999999"\n'},
            "accounts/test.hcl:1: account_id 999999999999 is the account of no environment in this folder; write one "
            "of 111111111111, 333333333333, or remove the file",
        ),
        (
            {"accounts/one": ACCOUNT, "accounts/two": f"\n{ACCOUNT}"},
            "accounts/two.hcl:2: account_id 333333333333 is also the account of accounts/one.hcl; keep one file for "
            "each account",
        ),
        (
            {"accounts/one": f"{ACCOUNT}nat = true\n"},
            "accounts/one.hcl:2: nat is not a known key; write one of",
        ),
        (
            {"accounts/one": ACCOUNT + CONTACT % ("legal", "a@agora.example")},
            "accounts/one.hcl:2: contact.legal legal is not a type of contact; write one of "
            "billing, operations, security",
        ),
        (
            {"accounts/one": ACCOUNT + CONTACT % ("billing", "somebody")},
            "accounts/one.hcl:5: contact.billing.email_address somebody is not an email address; write a group's ",
        ),
    ],
)
def test_invalid_account_file_has_a_problem(tmp_path: Path, accounts: dict[str, str], problem: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV, "prod": PROD, **accounts}).startswith(problem)


def test_problem_of_an_environment_is_not_one_of_its_account_file(tmp_path: Path) -> None:
    files = {"dev": DEV, "prod": f"{PROD}bastion = true\n", "accounts/production": ACCOUNT}
    assert only_problem(tmp_path, files).startswith("prod.hcl:10: bastion is not a known key")
