"""The `bucket`, `backup`, and `secret` blocks: problems, and defaults by tier."""

from pathlib import Path

import pytest

from modules.environment_files import load
from tests.data.database.test_settings import AURORA, RDS
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def bucket(*lines: str) -> str:
    """Return a `bucket` block whose own lines start at line 11 of an environment file."""
    return 'bucket "content" {\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def backup(*lines: str) -> str:
    return "backup {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def test_bucket_defaults_depend_on_the_tier(tmp_path: Path) -> None:
    dev = load(write(tmp_path, {"x": DEV + bucket()}))["x"].settings.bucket["content"]
    assert (dev.encryption, dev.versioning, dev.force_destroy, dev.named_roles_only) == ("kms", True, True, False)
    prod = load(write(tmp_path, {"x": PROD + bucket()}))["x"].settings.bucket["content"]
    assert (prod.force_destroy, prod.named_roles_only, prod.access_logs) == (False, True, True)
    assert prod.expire_old_versions_after_days == 90


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("force_destroy = true", "force_destroy true is not allowed in production: destroying it would delete"),
        ("versioning = false", "versioning false is not allowed in production: overwritten objects could not be"),
        ("access_logs = false", "access_logs false is not allowed in production: there would be no record of who"),
        ("named_roles_only = false", "named_roles_only false is not allowed in production: every role with S3 perm"),
    ],
)
def test_bucket_in_production_with_unsafe_setting_is_a_problem(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD + bucket(line)}).startswith(f"prod.hcl:11: bucket.content.{message}")
    assert problems_of(tmp_path, {"prod": DEV + bucket(line)}) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["infrequent_access_after_days = 60", "expire_after_days = 60"],
            "dev.hcl:12: bucket.content.expire_after_days 60 is not after infrequent_access_after_days = 60",
        ),
        (["infrequent_access_after_days = 29"], "dev.hcl:11: bucket.content.infrequent_access_after_days 29 should be"),
        (["versioning = false", 'backup = "daily"'], "dev.hcl:12: bucket.content.backup daily needs versioning"),
        (['encryption = "none"'], "dev.hcl:11: bucket.content.encryption none should be 'kms' or 's3'"),
        (
            ["cors {", '  allowed_origins = ["www.example.com"]', "}"],
            "dev.hcl:12: bucket.content.cors.allowed_origins.0 www.example.com is not an origin",
        ),
        (["public = true"], "dev.hcl:11: bucket.content.public is not a known key"),
        (['acl = "public-read"'], "dev.hcl:11: bucket.content.acl is not a known key"),
    ],
)
def test_bucket_with_invalid_setting_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    text = DEV + bucket(*lines) + (backup() if "backup" in message else "")
    assert only_problem(tmp_path, {"dev": text}).startswith(message)


@pytest.mark.parametrize("origin", ["*", "http://www.example.com"])
def test_cors_in_production_with_unsafe_origin_is_a_problem(tmp_path: Path, origin: str) -> None:
    lines = ["cors {", f'  allowed_origins = ["{origin}"]', "}"]
    assert only_problem(tmp_path, {"prod": PROD + bucket(*lines)}).startswith(
        f"prod.hcl:12: bucket.content.cors.allowed_origins.0 {origin} is not allowed in production"
    )
    assert problems_of(tmp_path, {"prod": DEV + bucket(*lines)}) == []


def test_bucket_with_backup_and_no_plan_is_a_problem(tmp_path: Path) -> None:
    text = DEV + bucket('backup = "daily"')
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:11: bucket.content.backup daily needs a backup plan, and there is none; "
        "write `backup { }`, or remove it"
    )
    assert problems_of(tmp_path, {"dev": text + backup()}) == []


def test_database_with_backup_and_no_plan_is_a_problem(tmp_path: Path) -> None:
    text = DEV + AURORA.replace("# here", 'backup = "daily"')
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:14: database.main.backup daily needs a backup plan, and there is none; "
        "write `backup { }`, or remove it"
    )
    assert problems_of(tmp_path, {"dev": text + backup()}) == []


@pytest.mark.parametrize(
    ("window", "valid"),
    [
        ("sun:18:30-sun:20:00", True),  # ends when backups start
        ("sun:18:30-sun:20:01", False),
        ("sun:21:30-sun:22:00", False),  # a backup that starts at 20:59 is within the hour before it
        ("sun:22:00-sun:23:00", True),
    ],
)
def test_maintenance_window_of_rds_at_the_backup_hour_is_a_problem(tmp_path: Path, window: str, valid: bool) -> None:
    here = f'backup = "daily"\n  maintenance_window = "{window}"'
    files = {"dev": DEV + RDS.replace("# here", here) + backup()}
    if valid:
        assert problems_of(tmp_path, files) == []
    else:
        assert only_problem(tmp_path, files) == (
            f"dev.hcl:15: database.main.maintenance_window {window} overlaps the hour in which backups start "
            "(backup.hour 20), or the hour after it; write a window that ends before that hour, or starts at least two "
            "hours after its beginning"
        )
    # "AWS Backup Developer Guide": Aurora is exempt.
    assert problems_of(tmp_path, {"dev": DEV + AURORA.replace("# here", here) + backup()}) == []


def test_backup_retention_depends_on_the_tier(tmp_path: Path) -> None:
    retentions = {}
    for tier, text in {"development": DEV, "production": PROD}.items():
        settings = load(write(tmp_path, {"x": text + backup()}))["x"].settings.backup
        assert settings is not None
        retentions[tier] = settings.retentions
    assert retentions == {"development": [7], "production": [35, 365]}


@pytest.mark.parametrize(
    ("text", "lines", "message"),
    [
        (PROD, ["daily_retention_days = 6"], "x.hcl:11: backup.daily_retention_days 6 is not allowed in pr"),
        (
            DEV,
            ["monthly_retention_days = 100", "monthly_cold_storage_after_days = 30"],
            "x.hcl:12: backup.monthly_cold_storage_after_days 30 leaves less than 90 days in cold storage, the minimum "
            "of AWS Backup; write monthly_retention_days = 120",
        ),
        (
            DEV,
            ['copy_to_region = "ap-northeast-2"'],
            "x.hcl:11: backup.copy_to_region ap-northeast-2 is the environment's own Region",
        ),
        (DEV, ['copy_to_region = "mars"'], "x.hcl:11: backup.copy_to_region mars is not an AWS Region"),
        (DEV, ["hour = 24"], "x.hcl:11: backup.hour 24 should be less than or equal to 23"),
    ],
)
def test_backup_with_invalid_setting_is_a_problem(tmp_path: Path, text: str, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"x": text + backup(*lines)}).startswith(message)


@pytest.mark.parametrize(
    ("text", "days", "message"),
    [
        (DEV, 3, "is not a recovery window of Secrets Manager; write 7 to 30, or 0 for immediate deletion"),
        (DEV, 31, "is not a recovery window of Secrets Manager"),
        (PROD, 0, "is not allowed in production: a secret deleted by mistake could not be restored"),
    ],
)
def test_secret_with_invalid_recovery_window_is_a_problem(tmp_path: Path, text: str, days: int, message: str) -> None:
    block = f'secret "slack-webhook" {{\n  recovery_window_in_days = {days}\n}}\n'
    assert only_problem(tmp_path, {"x": text + block}).startswith(
        f"x.hcl:11: secret.slack-webhook.recovery_window_in_days {days} {message}"
    )


def test_secret_recovery_window_depends_on_the_tier(tmp_path: Path) -> None:
    block = 'secret "slack-webhook" {\n}\n'
    for text, days in ((DEV, 0), (DEV.replace("development", "staging"), 7), (PROD, 30)):
        settings = load(write(tmp_path, {"x": text + block}))["x"].settings
        assert settings.secret["slack-webhook"].recovery_window_in_days == days
