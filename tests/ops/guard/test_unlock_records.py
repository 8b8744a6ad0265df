"""The findings that unlock records allow."""

from pathlib import Path

import pytest

from modules.foundation.problems import SettingsError
from modules.unlocks import read_unlocks, too_long
from tests.ops.guard.judging import judged
from tests.ops.guard.plans import BUCKET, destroyed, updated
from tests.support.unlocks import RECORD, TODAY


def test_record_unlocks_its_finding(tmp_path: Path) -> None:
    judgement = judged(destroyed(BUCKET), unlocks=RECORD, folder=tmp_path)
    assert (judgement.refused, [each.address for each in judgement.unlocked]) == ([], [BUCKET])


def test_record_for_another_address_or_kind_does_not_unlock(tmp_path: Path) -> None:
    judgement = judged(
        destroyed("aws_s3_bucket.bucket_other"),
        updated(BUCKET, {"force_destroy": False}, {"force_destroy": True}),
        unlocks=RECORD,
        folder=tmp_path,
    )
    path = f"{tmp_path.as_posix()}/unlocks/prod.hcl"
    assert [each.sentence.split("). ")[-1].split("objects. ")[-1] for each in judgement.refused] == [
        f'The existing record does not allow it; if this is intended, add "protection" ({path}:2).',
        f'If this is intended, add `unlock "aws_s3_bucket.bucket_other" {{ allow = ["loss"] ... }}` to {path}.',
    ]


def test_expired_record_does_not_unlock(tmp_path: Path) -> None:
    judgement = judged(destroyed(BUCKET), unlocks=RECORD.replace("12-01", "11-20"), folder=tmp_path)
    (only,) = judgement.refused
    path = f"{tmp_path.as_posix()}/unlocks/prod.hcl"
    assert only.sentence.endswith(f"The record that allows it expired on 2026-11-20 ({path}:5).")
    assert judgement.notes == [f"{path}:1: the record for {BUCKET} has expired; delete it if it is not needed."]


def test_record_is_valid_on_its_last_day(tmp_path: Path) -> None:
    assert judged(destroyed(BUCKET), unlocks=RECORD.replace("12-01", "11-21"), folder=tmp_path).refused == []


def test_deletions_record_raises_the_limit(tmp_path: Path) -> None:
    rules = [destroyed(f"aws_vpc_security_group_ingress_rule.x{number}") for number in range(20)]
    more = 'deletions {\n  limit = 20\n  reason = "Blue goes away"\n  who = "kim"\n  until = "2026-12-01"\n}\n'
    assert judged(*rules, unlocks=more, folder=tmp_path).refused == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("2026-12-01", "soon", '5: unlock.aws_s3_bucket.bucket_content.until soon is not a date; write year, '
         'month, and day, for example "2026-12-01"'),
        ("loss", "anything", "2: unlock.aws_s3_bucket.bucket_content.allow.0 anything should be 'loss', 'protection', "
         "'empty', 'exposure', 'version' or 'experiment'; loss: destroy, replace, or stop it. "
         "protection: turn a protection off. "
         "empty: it is empty, so AWS deletes it although force_destroy is off. exposure: give others access to it. "
         "version: create it with a version that AWS no longer creates according to the version calendar. "
         "experiment: run this chaos experiment"),
        ('  reason = "Empty since the content moved"\n', "", "1: unlock.aws_s3_bucket.bucket_content.reason is "
         "missing; write `reason = ...`"),
    ],
)  # fmt: skip
def test_invalid_record_is_a_problem(before: str, after: str, problem: str, tmp_path: Path) -> None:
    assert before in RECORD
    with pytest.raises(SettingsError) as error:
        judged(unlocks=RECORD.replace(before, after), folder=tmp_path)
    assert str(error.value) == f"{tmp_path.as_posix()}/unlocks/prod.hcl:{problem}"


def test_record_valid_for_too_long_is_a_problem(tmp_path: Path) -> None:
    judged(unlocks=RECORD.replace("2026-12-01", "2027-12-01"), folder=tmp_path)
    (problem,) = too_long(*read_unlocks(tmp_path, "prod"), TODAY)
    assert str(problem).endswith(
        ":5: unlock.aws_s3_bucket.bucket_content.until 2027-12-01 is more than 90 days away: by then, no one will "
        'remember the reason; write "2027-02-19" or earlier'
    )
