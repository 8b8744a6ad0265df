"""Production's protections, and the records that lift them in two steps."""

import datetime
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.problems import SettingsError
from modules.protections import PROTECTIONS
from ops.workspace import PROJECT
from tests.support.environments import write
from tests.support.template import Template

TODAY = datetime.date(2026, 11, 21)
#: Without the account file, which it would need.
PROD = (PROJECT / "envs" / "prod.hcl").read_text().replace("account_events = true", "account_events = false")
#: Each protection: the block's first line, the line that turns it off, the resource, and why that is a problem.
LIFTED = (
    ('database "main" {', "deletion_protection = false", "aws_rds_cluster.database_main",
     "a single API call could delete it"),
    ('load_balancer "public" {', "deletion_protection = false", "aws_lb.load_balancer_public",
     "its DNS names would not resolve, and a new load balancer has new addresses"),
    ("sign_in {", "deletion_protection = false", "aws_cognito_user_pool.sign_in_users",
     "the passwords of all users would be lost, and there is no backup of them"),
    ('bucket "content" {\n  infrequent', "force_destroy = true", "aws_s3_bucket.bucket_content",
     "destroying it would delete the objects"),
    ('site "www" {', "force_destroy = true", "aws_s3_bucket.site_www", "destroying it would delete the pages"),
    ('repository "api" {', "force_delete = true", "aws_ecr_repository.repository_api",
     "destroying it would delete the images"),
    ("\nbackup {", "force_destroy = true", "aws_backup_vault.backup_main",
     "destroying it would delete the recovery points"),
)  # fmt: skip
DATABASE = LIFTED[0][:2]


def lifted(block: str, line: str) -> str:
    """Return production's file with one more line at the beginning of a block."""
    head, _, rest = block.partition("{")
    assert PROD.count(block) == 1
    return PROD.replace(block, f"{head}{{\n  {line}{rest}")


def record(address: str, allow: str = '"protection"', until: str = "2026-12-01") -> str:
    return (
        f'unlock "{address}" {{\n  allow  = [{allow}]\n  reason = "The product moves; ticket 4711"\n'
        f'  who    = "kim@agora.example"\n  until  = "{until}"\n}}\n'
    )


def problems(folder: Path, text: str, records: str | None = None, today: datetime.date | None = TODAY) -> list[str]:
    """Return the problems of production's file and its records, without the folder's path."""
    if records is not None:
        (folder / "unlocks").mkdir()
        (folder / "unlocks" / "prod.hcl").write_text(records)
    try:
        load(write(folder, {"prod": text}), today)
    except SettingsError as error:
        return [str(problem).replace(f"{folder.as_posix()}/", "") for problem in error.problems]
    return []


@pytest.mark.parametrize(("block", "line", "address", "rule"), LIFTED)
def test_disabled_protection_is_a_problem_with_the_record_and_both_steps(
    tmp_path: Path, block: str, line: str, address: str, rule: str
) -> None:
    text = lifted(block, line)
    key, _, value = line.partition(" = ")
    label = block.split('"')[1] + "." if '"' in block else ""
    place = text[: text.index(line)].count("\n") + 1
    on = {"true": "false", "false": "true"}[value]
    assert problems(tmp_path, text) == [
        f"prod.hcl:{place}: {block.split()[0]}.{label}{key} {value} is not allowed in production: {rule}; write {key} "
        f'= {on}. To remove the block: first keep this line, write `unlock "{address}" {{ allow = ["protection"] ... '
        '}` into unlocks/prod.hcl, and apply; then remove the block, add "loss" to the record, and apply '
        '(docs/runbooks/plan.md, "Removing a protected block")'
    ]


@pytest.mark.parametrize(("block", "line", "address", "rule"), LIFTED)
def test_record_lifts_the_protection(tmp_path: Path, block: str, line: str, address: str, rule: str) -> None:
    assert problems(tmp_path, lifted(block, line), record(address)) == []


def test_every_protection_is_tested_here() -> None:
    blocks = [block.split()[0] for block, *_ in LIFTED]
    assert sorted(blocks) == sorted(protection.block for protection in PROTECTIONS)


@pytest.mark.parametrize(
    "other", [record("aws_rds_cluster.database_other"), record("aws_rds_cluster.database_main", allow='"loss"')]
)
def test_record_for_another_address_or_kind_does_not_lift_the_protection(tmp_path: Path, other: str) -> None:
    assert len(problems(tmp_path, lifted(*DATABASE), other)) == 1


def test_expired_record_does_not_lift_the_protection_and_is_named(tmp_path: Path) -> None:
    (problem,) = problems(
        tmp_path, lifted(*DATABASE), record("aws_rds_cluster.database_main", until=str(TODAY - datetime.timedelta(1)))
    )
    assert problem.endswith(
        "; write deletion_protection = true, or a later date: the record for aws_rds_cluster.database_main expired on "
        "2026-11-20 (unlocks/prod.hcl:5)"
    )


def test_record_is_valid_on_its_last_day(tmp_path: Path) -> None:
    until = record("aws_rds_cluster.database_main", until=str(TODAY))
    assert problems(tmp_path, lifted(*DATABASE), until) == []


def test_records_do_not_expire_without_a_date_as_in_synthesis(tmp_path: Path) -> None:
    past = record("aws_rds_cluster.database_main", until="2020-01-01")
    assert problems(tmp_path, lifted(*DATABASE), past, today=None) == []


@pytest.mark.parametrize("tier", ["development", "staging"])
def test_other_tiers_need_no_record(tmp_path: Path, tier: str) -> None:
    text = 'bucket "content" {\n  force_destroy = true\n}\n'
    head = f'product = "agora"\naccount_id = "111111111111"\nregion = "us-east-1"\ntier = "{tier}"\n'
    assert problems(tmp_path, head + text) == []


def test_invalid_record_is_a_problem(tmp_path: Path) -> None:
    broken = record("aws_rds_cluster.database_main", until="soon")
    assert problems(tmp_path, PROD, broken) == [
        "unlocks/prod.hcl:5: unlock.aws_rds_cluster.database_main.until soon is not a date; write year, month, and "
        'day, for example "2026-12-01"'
    ]


def test_empty_file_of_records_is_valid(tmp_path: Path) -> None:
    assert problems(tmp_path, PROD, "\n") == []


def test_record_that_is_valid_for_too_long_is_a_problem_if_a_date_is_given(tmp_path: Path) -> None:
    for_years = record("aws_rds_cluster.database_main", until="2030-01-01")
    (problem,) = problems(tmp_path, PROD, for_years)
    assert problem.startswith("unlocks/prod.hcl:5: unlock.aws_rds_cluster.database_main.until 2030-01-01 is more than")


def test_resource_in_two_regions_needs_two_records(tmp_path: Path) -> None:
    text = lifted("\nbackup {", 'force_destroy = true\n  copy_to_region = "ap-northeast-1"')
    (problem,) = problems(tmp_path, text, record("aws_backup_vault.backup_main"))
    assert 'write `unlock "aws_backup_vault.backup_copy" { allow = ["protection"] ... }` into' in problem


@pytest.mark.parametrize("address", [address for _, _, address, _ in LIFTED])
def test_the_addresses_are_those_of_the_stack(prod: Template, address: str) -> None:
    assert prod.resource(address)["lifecycle"]["prevent_destroy"] is True


def test_addresses_of_blocks_that_production_does_not_have(archive: Template, further: Path) -> None:
    """Plain RDS, a second vault, and a repository's copies."""
    by_block = {protection.block: protection for protection in PROTECTIONS}
    environments = load(PROJECT / "tests" / "environments")
    vaults = by_block["backup"].addresses("", environments["archive"].settings.backup)
    assert [archive.resource(each)["force_destroy"] for each in vaults] == [True, True]
    (first,) = by_block["database"].addresses("main", environments["corporate"].settings.database["main"])
    assert Template(further / "stacks" / "corporate").resource(first)["deletion_protection"] is True
    batch = Template(further / "stacks" / "events")
    night = by_block["repository"].addresses("night", environments["events"].settings.repository["night"])
    assert [batch.resource(each.replace("-", "_"))["name"] for each in night] == ["mobile/night"] * 2
