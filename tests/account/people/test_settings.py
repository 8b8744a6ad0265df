from pathlib import Path

import pytest

from modules.account.people.settings import PeopleSettings
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, write

CENTER = 'identity_center {\n  permission_set = "Team"\n  prompt_for_mfa = "always_on"\n}\n'
IDENTITIES = 'identity_account {\n  account_id = "%s"\n}\n'
JISOO = 'person "jisoo" {\n  access = { prod = "read" }\n}\n'


def _account(people: str) -> str:
    return f'account_id = "333333333333"\npeople {{\n{people}}}\n'


def _people(folder: Path, people: str) -> PeopleSettings:
    file = load(write(folder, {"dev": DEV, "prod": PROD, "accounts/one": _account(people)}))["prod"]
    assert file.account and file.account.settings.people
    return file.account.settings.people


def test_right_includes_the_lower_rights(tmp_path: Path) -> None:
    people = _people(tmp_path, CENTER + JISOO + JISOO.replace("jisoo", "minho").replace("read", "operate"))
    assert list(people.roles()) == [("prod", "read"), ("prod", "operate")]
    assert people.who_may("prod", "read") == ["jisoo", "minho"]
    assert people.who_may("prod", "operate") == ["minho"]


def test_sessions_are_one_hour_with_identity_center_and_by_tier_otherwise(tmp_path: Path) -> None:
    assert _people(tmp_path, CENTER + JISOO).hours("read") == 1
    assert _people(tmp_path, IDENTITIES % "333333333333" + JISOO).hours("read") == 4


def test_person_in_the_identity_account_needs_no_access(tmp_path: Path) -> None:
    assert _people(tmp_path, IDENTITIES % "333333333333" + 'person "jisoo" {}\n').who_may("prod", "read") == []


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        (JISOO, "accounts/one.hcl:2: people has neither identity_center nor identity_account: nobody could sign in"),
        (
            CENTER + IDENTITIES % "222222222222" + JISOO,
            "accounts/one.hcl:7: people.identity_account is a second place to sign in, beside identity_center; keep",
        ),
        (
            CENTER.replace("always_on", "disabled") + JISOO,
            "accounts/one.hcl:5: people.identity_center.prompt_for_mfa disabled is not allowed in production: people "
            "would sign in without MFA; turn it on",
        ),
        (
            CENTER.replace("always_on", "context_aware") + JISOO,
            "accounts/one.hcl:5: people.identity_center.prompt_for_mfa context_aware is not allowed in production",
        ),
        (CENTER, "accounts/one.hcl:2: people has no person; write person"),
        (
            f"{CENTER}operate_hours = 4\n{JISOO}",
            "accounts/one.hcl:7: people.operate_hours 4 is longer than the one hour that AWS allows for a role that is "
            "assumed from the session of another role",
        ),
        (
            CENTER + JISOO.replace("prod", "dev"),
            "accounts/one.hcl:8: people.person.jisoo.access dev is an environment of account 111111111111, whose roles "
            "are in that account; write one of prod, or move it to the file of the other account",
        ),
        (
            CENTER + JISOO.replace("prod", "test"),
            "accounts/one.hcl:8: people.person.jisoo.access test is not an environment of this folder; write one of",
        ),
        (
            CENTER + JISOO.replace("{\n", '{\n  user_name = "*"\n'),
            "accounts/one.hcl:8: people.person.jisoo.user_name * is not a name in IAM: letters, digits, and",
        ),
        (
            CENTER + JISOO.replace("jisoo", "root"),
            "accounts/one.hcl:7: people.person.root root is the root user's name, which no person uses to work",
        ),
        (
            CENTER + JISOO + 'person "other" {\n  user_name = "jisoo"\n  access    = { prod = "read" }\n}\n',
            "accounts/one.hcl:11: people.person.other.user_name jisoo is also the user name of person.jisoo; keep one",
        ),
        (CENTER + 'person "jisoo" {}\n', "accounts/one.hcl:7: people.person.jisoo gives no access; write access"),
        (
            CENTER + JISOO.replace("read", "admin"),
            "accounts/one.hcl:8: people.person.jisoo.access.prod admin should be 'read', 'operate' or 'administer'",
        ),
        (
            CENTER + JISOO.replace("read", "administer"),
            "accounts/one.hcl:8: people.person.jisoo.access administer could not apply prod, which has no `pipeline`",
        ),
        (
            IDENTITIES % "111111111111" + JISOO,
            "accounts/one.hcl:4: people.identity_account.account_id 111111111111 is the account of dev: who "
            "administers development could give himself the password and MFA device of a person",
        ),
        (
            CENTER + "".join(JISOO.replace("jisoo", f"a-person-with-a-long-name-{number}") for number in range(60)),
            "accounts/one.hcl:2: people gives so many people access to prod that the trust policy of a role would have",
        ),
    ],
)
def test_people_that_do_not_fit_are_a_problem(tmp_path: Path, people: str, problem: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV, "prod": PROD, "accounts/one": _account(people)}).startswith(problem)


NOTIFY = 'managed_by_organization = ["trail"]\nnotify {\n%s}\n'
BREAK_GLASS = CENTER + JISOO.replace("{\n", "{\n  break_glass = true\n", 1)


@pytest.mark.parametrize(
    ("notify", "problem"),
    [
        ("", "accounts/one.hcl:8: people.person.jisoo.break_glass true has no alarm: this file has no notify block"),
        (
            NOTIFY % '  events_off = { break_glass_used = "We know" }\n',
            "accounts/one.hcl:14: notify.events_off.break_glass_used We know must notify somebody: the role for",
        ),
    ],
)
def test_break_glass_without_an_alarm_is_a_problem(tmp_path: Path, notify: str, problem: str) -> None:
    files = {"dev": DEV, "prod": PROD, "accounts/one": _account(BREAK_GLASS) + notify}
    assert only_problem(tmp_path, files).startswith(problem)
