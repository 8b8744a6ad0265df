"""The `bucket` and `backup` blocks: what is refused, where and why; what follows from the tier."""

from pathlib import Path

import pytest

from modules.environment_files import load
from tests.data.database.test_settings import AURORA, RDS
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def bucket(*lines: str) -> str:
    """Return a `bucket` block whose own lines begin at line 11 of an environment file."""
    return 'bucket "content" {\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def backup(*lines: str) -> str:
    return "backup {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def test_defaults_by_tier(tmp_path: Path) -> None:
    dev = load(write(tmp_path, {"x": DEV + bucket()}))["x"].settings.bucket["content"]
    assert (dev.encryption, dev.versioning, dev.force_destroy, dev.named_roles_only) == ("kms", True, True, False)
    prod = load(write(tmp_path, {"x": PROD + bucket()}))["x"].settings.bucket["content"]
    assert (prod.force_destroy, prod.named_roles_only, prod.access_logs) == (False, True, True)
    assert prod.expire_old_versions_after_days == 90


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "force_destroy = true",
            "force_destroy true is not allowed in production: destroying it would delete the objects",
        ),
        ("versioning = false", "versioning false is refused in production: what is overwritten would be lost"),
        ("access_logs = false", "access_logs false is refused in production: nobody could say who read what"),
        ("named_roles_only = false", "named_roles_only false is refused in production: every role with rights to S3"),
    ],
)
def test_production_refuses_by_name(tmp_path: Path, line: str, message: str) -> None:
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
def test_wrong_input_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    text = DEV + bucket(*lines) + (backup() if "backup" in message else "")
    assert only_problem(tmp_path, {"dev": text}).startswith(message)


@pytest.mark.parametrize("origin", ["*", "http://www.example.com"])
def test_production_answers_known_sites_by_tls_only(tmp_path: Path, origin: str) -> None:
    lines = ["cors {", f'  allowed_origins = ["{origin}"]', "}"]
    assert only_problem(tmp_path, {"prod": PROD + bucket(*lines)}).startswith(
        f"prod.hcl:12: bucket.content.cors.allowed_origins.0 {origin} is refused in production"
    )
    assert problems_of(tmp_path, {"prod": DEV + bucket(*lines)}) == []


def test_who_asks_for_backups_gets_a_plan(tmp_path: Path) -> None:
    asks = DEV + bucket('backup = "daily"')
    assert only_problem(tmp_path, {"dev": asks}) == (
        "dev.hcl:11: bucket.content.backup daily asks for backups, and nothing makes any; "
        "write `backup { }`, or take it out"
    )
    assert problems_of(tmp_path, {"dev": asks + backup()}) == []


def test_a_database_that_asks_for_backups_gets_a_plan(tmp_path: Path) -> None:
    asks = DEV + AURORA.replace("# here", 'backup = "daily"')
    assert only_problem(tmp_path, {"dev": asks}) == (
        "dev.hcl:14: database.main.backup daily asks for backups, and nothing makes any; "
        "write `backup { }`, or take it out"
    )
    assert problems_of(tmp_path, {"dev": asks + backup()}) == []


@pytest.mark.parametrize(
    ("window", "taken"),
    [
        ("sun:18:30-sun:20:00", True),  # over when backups begin
        ("sun:18:30-sun:20:01", False),
        ("sun:21:30-sun:22:00", False),  # one that begins at 20:59 is within the hour before it
        ("sun:22:00-sun:23:00", True),
    ],
)
def test_backups_begin_outside_the_maintenance_of_plain_rds(tmp_path: Path, window: str, taken: bool) -> None:
    here = f'backup = "daily"\n  preferred_maintenance_window = "{window}"'
    files = {"dev": DEV + RDS.replace("# here", here) + backup()}
    if taken:
        assert problems_of(tmp_path, files) == []
    else:
        assert only_problem(tmp_path, files) == (
            f"dev.hcl:15: database.main.preferred_maintenance_window {window} is when the backups of backup.hour 20 "
            "begin, or less than an hour after it; write one that is over before that hour, or begins two hours after "
            "it"
        )
    # "AWS Backup Developer Guide": Aurora is exempt.
    assert problems_of(tmp_path, {"dev": DEV + AURORA.replace("# here", here) + backup()}) == []


def test_backups_are_kept_by_tier(tmp_path: Path) -> None:
    kept = {}
    for tier, text in {"development": DEV, "production": PROD}.items():
        settings = load(write(tmp_path, {"x": text + backup()}))["x"].settings.backup
        assert settings is not None
        kept[tier] = settings.retentions
    assert kept == {"development": [7], "production": [35, 365]}


@pytest.mark.parametrize(
    ("text", "lines", "message"),
    [
        (PROD, ["daily_retention_days = 6"], "x.hcl:11: backup.daily_retention_days 6 is refused in production"),
        (
            DEV,
            ["monthly_retention_days = 100", "monthly_cold_storage_after_days = 30"],
            "x.hcl:12: backup.monthly_cold_storage_after_days 30 leaves less than 90 days in cold storage, and AWS "
            "Backup refuses that; write monthly_retention_days = 120",
        ),
        (
            DEV,
            ['copy_to_region = "ap-northeast-2"'],
            "x.hcl:11: backup.copy_to_region ap-northeast-2 is the environment's own region",
        ),
        (DEV, ['copy_to_region = "mars"'], "x.hcl:11: backup.copy_to_region mars is not an AWS Region"),
        (DEV, ["hour = 24"], "x.hcl:11: backup.hour 24 should be less than or equal to 23"),
    ],
)
def test_wrong_backups(tmp_path: Path, text: str, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"x": text + backup(*lines)}).startswith(message)


@pytest.mark.parametrize(
    ("text", "days", "message"),
    [
        (DEV, 3, "is not a recovery window of Secrets Manager; write 7 to 30, or 0 for none"),
        (DEV, 31, "is not a recovery window of Secrets Manager"),
        (PROD, 0, "is refused in production: a secret deleted by mistake would be gone"),
    ],
)
def test_recovery_windows_of_secrets(tmp_path: Path, text: str, days: int, message: str) -> None:
    block = f'secret "slack-webhook" {{\n  recovery_window_days = {days}\n}}\n'
    assert only_problem(tmp_path, {"x": text + block}).startswith(
        f"x.hcl:11: secret.slack-webhook.recovery_window_days {days} {message}"
    )


def test_secrets_stay_recoverable_by_tier(tmp_path: Path) -> None:
    block = 'secret "slack-webhook" {\n}\n'
    for text, days in ((DEV, 0), (DEV.replace("development", "staging"), 7), (PROD, 30)):
        settings = load(write(tmp_path, {"x": text + block}))["x"].settings
        assert settings.secret["slack-webhook"].recovery_window_days == days
