"""Cron expressions of EventBridge, field by field."""

import datetime
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.cron import ended_before, faults
from tests.support.environments import DEV, problems_of, write

#: Every block with a schedule.
SCHEDULED = """\
ecs "main" {}
service "api" {}
scheduled_task "report" {
  service  = "api"
  schedule_expression = "cron(CRON)"
  command  = ["report"]
}
function "maintenance" {
  schedule "nightly" {
    schedule_expression = "cron(CRON)"
  }
}
"""


@pytest.mark.parametrize(
    "expression",
    [
        "0 3 * * ? *",
        "0/15 8-17 ? * MON-FRI *",
        "*/5 * * * ? *",
        "0 3 L * ? *",
        "0 3 LW * ? *",
        "0 3 15W * ? *",
        "0 3 ? * 6L *",
        "0 3 ? * mon#2 *",
        "0 3 1,15 JAN,JUL ? 2027-2030",
        "0 3 29 2 ? *",
        "0 3 31 * ? 2026/2",
    ],
)
def test_documented_expression_is_valid(expression: str) -> None:
    assert list(faults(expression)) == []


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("0 3 * *", "has 4 fields; an EventBridge cron expression has six, the last one is the year"),
        ("0 3 * * * *", "needs a ? as either the day of the month or the day of the week, but not both"),
        ("0 3 ? * ? *", "needs a ? as either the day of the month or the day of the week, but not both"),
        ("99 5 * * ? *", 'has "99" as the minute, which allows 0 to 59'),
        ("0 25 * * ? *", 'has "25" as the hour, which allows 0 to 23'),
        ("0 3 1 FOO ? *", 'has "FOO" as the month, which allows 1 to 12 or JAN to DEC'),
        ("60 3 * * ? *", 'has "60" as the minute, which allows 0 to 59'),
        ("0 24 * * ? *", 'has "24" as the hour, which allows 0 to 23'),
        ("0 3 0 * ? *", 'has "0" as the day of the month, which allows 1 to 31'),
        ("0 3 1 13 ? *", 'has "13" as the month, which allows 1 to 12 or JAN to DEC'),
        ("0 3 ? * MON#6 *", 'has "MON#6" as the day of the week, which allows 1 to 7 or SUN to SAT'),
        ("0 3 ? * 2#1,3#2 *", 'combines # with other values as the day of the week, "2#1,3#2"'),
        ("0 3 * * ? 2200", 'has "2200" as the year, which allows 1970 to 2199'),
        ("0, 3 * * ? *", 'has "" as the minute, which allows 0 to 59'),
        ("0/0 3 * * ? *", 'has the invalid step "0" as the minute'),
        ("0/60 3 * * ? *", 'has the invalid step "60" as the minute'),
        ("0 5-3 * * ? *", 'has the range "5-3" as the hour, which ends before it begins'),
        ("? 3 * * ? *", "has ? as the minute; only the day of the month and the day of the week allow it"),
        ("0 3 30 2 ? *", "never runs: none of its months has a day 30"),
        ("0 3 31 APR,JUN ? *", "never runs: none of its months has a day 31"),
        ("0 3 29 2 ? 2027", "never runs: none of its months has a day 29"),
        ("0 3 * * ? 1999", "never runs: the year 1999 has passed"),
    ],
)
def test_invalid_field_is_reported_by_name(expression: str, rule: str) -> None:
    assert [found for found, _ in faults(expression)] == [rule]


def test_an_expression_ends_with_the_last_of_its_years() -> None:
    assert ended_before("cron(0 3 * * ? 2027-2029)", 2030)
    assert not ended_before("cron(0 3 * * ? 2027-2029)", 2029)
    assert not ended_before("cron(0 3 * * ? *)", 2100)
    assert not ended_before("rate(1 day)", 2100)


@pytest.mark.parametrize(
    ("cron", "rule"),
    [
        ("99 5 * * ? *", 'has "99" as the minute'),
        ("0 25 * * ? *", 'has "25" as the hour'),
        ("0 3 1 FOO ? *", 'has "FOO" as the month'),
    ],
)
def test_invalid_field_of_any_block_with_a_schedule_is_a_problem(tmp_path: Path, cron: str, rule: str) -> None:
    problems = map(str, problems_of(tmp_path, {"dev": DEV + SCHEDULED.replace("CRON", cron)}))
    task, function = sorted(line.removeprefix(f"{tmp_path}/") for line in problems)
    assert task.startswith(f"dev.hcl:14: scheduled_task.report.schedule_expression cron({cron}) {rule}")
    assert function.startswith(
        f"dev.hcl:19: function.maintenance.schedule.nightly.schedule_expression cron({cron}) {rule}"
    )


@pytest.mark.parametrize(("year", "count"), [(2027, 0), (2028, 2)])
def test_schedule_whose_years_are_over_warns(tmp_path: Path, year: int, count: int) -> None:
    (file,) = load(write(tmp_path, {"dev": DEV + SCHEDULED.replace("CRON", "0 3 * * ? 2027")})).values()
    warnings = [
        each for each in file.warnings(datetime.date(year, 1, 1)) if "all of its years have passed" in each.rule
    ]
    assert len(warnings) == count
