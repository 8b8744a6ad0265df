"""Problems of unlock records, which are reported with those of the environment files."""

from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.problems import SettingsError
from tests.support.environments import DEV, PROD, write
from tests.support.unlocks import RECORD, TODAY


def problems(folder: Path, name: str, text: str, dev: str = DEV) -> list[str]:
    """Return the problems of a folder with one file of records, without the folder's path."""
    write(folder, {"dev": dev, "prod": PROD})
    (folder / "unlocks").mkdir()
    (folder / "unlocks" / name).write_text(text)
    try:
        load(folder, TODAY)
    except SettingsError as error:
        return [str(each).replace(f"{folder.as_posix()}/", "") for each in error.problems]
    return []


def test_valid_record_is_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, "prod.hcl", RECORD) == []


@pytest.mark.parametrize("name", ["README.md", ".keep"])
def test_notes_beside_records_are_no_problem(name: str, tmp_path: Path) -> None:
    assert problems(tmp_path, name, "who reads this?") == []


@pytest.mark.parametrize("name", ["produ.hcl", "prod.tf", "prod.HCL"])
def test_records_of_no_environment_are_reported(name: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, name, RECORD)
    assert problem == (
        f"unlocks/{name}: the file belongs to no environment: records are in unlocks/ENVIRONMENT.hcl; name it after "
        "one of dev, prod, or remove it"
    )


@pytest.mark.parametrize("address", ["bucket_content", "aws_s3_bucket", "aws_s3_bucket.*"])
def test_invalid_address_is_reported(address: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "prod.hcl", RECORD.replace("aws_s3_bucket.bucket_content", address))
    assert f"unlock.{address} {address} is not the address of a resource; write its type and name" in problem


def test_invalid_record_is_reported_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "prod.hcl", RECORD.replace("2026-12-01", "soon"))
    assert "unlocks/prod.hcl:5" in problem


def test_invalid_record_is_reported_with_an_invalid_environment(tmp_path: Path) -> None:
    found = problems(tmp_path, "dev.hcl", RECORD.replace("2026-12-01", "soon"), dev=DEV.replace("/20", "/33"))
    assert [each.partition(":")[0] for each in found] == ["dev.hcl", "unlocks/dev.hcl"]
