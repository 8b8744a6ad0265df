"""Warnings about the versions that an environment file names."""

import datetime
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.versions import VersionInUse
from tests.compute.eks.texts import GENERAL, eks
from tests.foundation.test_calendar import PAGE, TODAY, calendar, day, row
from tests.support.environments import DEV, PROD, write

DATABASE = """
database "main" {
  engine         = "ENGINE"
  engine_version = "VERSION"
  instance_class = "db.r7g.large"
}
"""


def warnings_of(folder: Path, text: str, today: datetime.date = TODAY) -> list[str]:
    """Return the warnings of an environment file, without its folder's path."""
    (file,) = load(write(folder, {"dev": text})).values()
    return [str(warning).replace(f"{folder.as_posix()}/", "") for warning in file.warnings(today)]


def database(engine: str, version: str) -> str:
    text = DEV + DATABASE.replace("ENGINE", engine).replace("VERSION", version)
    return text if engine.startswith("aurora") else text[:-2] + "  storage {\n    allocated_storage = 20\n  }\n}\n"


def test_version_after_end_of_support_warns_with_line_date_and_remedy(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, database("aurora-mysql", "8.0.mysql_aurora.3.08.2")) == [
        "dev.hcl:13: database.main.engine_version 8.0.mysql_aurora.3.08.2 left standard support on 2026-08-31; "
        'write "8.0.mysql_aurora.3.10.6", supported until 2028-04-30'
    ]


def test_version_that_cannot_be_created_warns(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, database("postgres", "16.8")) == [
        "dev.hcl:13: database.main.engine_version 16.8 can no longer be created and left standard support on "
        '2026-05-31; write "16.15"'
    ]


def test_version_within_180_days_of_its_end_warns(tmp_path: Path) -> None:
    text, end = database("aurora-mysql", "8.0.mysql_aurora.3.10.6"), datetime.date(2028, 4, 30)
    assert warnings_of(tmp_path, text, end - datetime.timedelta(days=181)) == []
    (warning,) = warnings_of(tmp_path, text, end - datetime.timedelta(days=180))
    assert "engine_version 8.0.mysql_aurora.3.10.6 leaves standard support on 2028-04-30, in 180 days; " in warning


@pytest.mark.parametrize(
    ("support", "environment", "after"),
    [
        ("standard", DEV, ', after which EKS upgrades the cluster automatically (support = "standard"); '),
        ("extended", PROD, ", after which EKS charges for extended support; "),
    ],
)
def test_what_eks_does_after_standard_support(tmp_path: Path, support: str, environment: str, after: str) -> None:
    text = environment + eks(GENERAL, version="1.33")
    (warning,) = warnings_of(tmp_path, text)
    place = "dev.hcl:11: eks.blue.version 1.33 left standard support on 2026-07-29"
    assert warning == f'{place}{after}write "1.36", supported until 2027-08-02'


def test_runtime_near_its_end_warns(tmp_path: Path) -> None:
    text = DEV + 'function "maintenance" {\n  runtime = "python3.12"\n}\n'
    (warning,) = warnings_of(tmp_path, text, datetime.date(2028, 11, 30))
    assert warning.startswith(
        "dev.hcl:11: function.maintenance.runtime python3.12 can no longer be created and left standard support on "
        '2028-10-31; write "python3.14"'
    )


def test_version_without_published_end_does_not_warn(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, DEV + 'cache "sessions" {\n  node_type = "cache.t4g.small"\n}\n', day(2000)) == []


def test_after_the_end_of_extended_support() -> None:
    rows = calendar(row("1.31", -400, "kubernetes", end_of_extended_support=TODAY))
    (finding,) = VersionInUse(("version",), "kubernetes", "1.31", "EKS charges").warnings(TODAY, rows)
    assert finding.rule == f"left extended support on {TODAY}"


def test_without_a_successor_the_page_is_named() -> None:
    (finding,) = VersionInUse(("version",), "postgres", "16.8").warnings(TODAY, calendar(row("16.8", 3)))
    assert finding.rule == f"leaves standard support on {day(3)}, in 3 days"
    assert finding.remedy == f'see "{PAGE.title}", {PAGE.url}'


def test_version_missing_from_calendar_does_not_warn() -> None:
    assert list(VersionInUse((), "kubernetes", "1.99").warnings(TODAY)) == []
