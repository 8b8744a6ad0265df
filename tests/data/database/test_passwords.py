"""The administrator's password of plain RDS: managed by RDS, copied for one apply, then in our own secret."""

import json
from pathlib import Path

import pytest

from modules.environment_files import load
from tests.support.days import READ
from tests.support.environments import DEV, only_problem, write
from tests.support.stacks import stack_of
from tests.support.template import Template

RDS = """\
database "orders-main" {
  engine         = "postgres"
  engine_version = "16.15"
  instance_class = "db.r7g.large"
  # here

  storage {
    allocated_storage = 100
  }

  proxy {}
}
"""
COPY = "copy_master_user_password = true"
OURS = "manage_master_user_password = false\n  instances = 2"
SECRET = "aws_secretsmanager_secret.database_orders_main_password"
VERSION = "aws_secretsmanager_secret_version.database_orders_main_password"
INSTANCE = "aws_db_instance.database_orders_main_1"


def built(folder: Path, keys: str = "", tier: str = "development") -> Template:
    return stack_of(folder, DEV.replace("development", tier) + RDS.replace("# here", keys))


def test_password_copy_is_written_once_from_the_managed_secret(tmp_path: Path) -> None:
    template = built(tmp_path, COPY)
    assert template.resource(INSTANCE)["manage_master_user_password"] is True
    assert "password_wo" not in template.resource(INSTANCE)
    version = template.resource(VERSION)
    assert version["secret_string_wo_version"] == 1
    assert version["secret_string_wo"] == (
        '${jsonencode({ username = "dbadmin", password = jsondecode(ephemeral.aws_secretsmanager_secret_version.'
        'database_orders_main_password_managed.secret_string)["password"] })}'
    )
    (read,) = template.json["ephemeral"]["aws_secretsmanager_secret_version"].values()
    assert read == {
        "secret_id": f"${{concat({INSTANCE}.master_user_secret[*].secret_arn, [{INSTANCE}.arn])[0]}}",
    }
    assert template.json["terraform"]["required_version"] == ">= 1.11"


def test_password_copy_is_what_proxy_and_output_reference(tmp_path: Path) -> None:
    template = built(tmp_path, COPY)
    assert template.only("aws_db_proxy")["auth"][0]["secret_arn"] == f"${{{SECRET}.arn}}"
    assert template.json["output"]["databases"]["value"]["orders-main"]["secret_arn"] == f"${{{SECRET}.arn}}"
    assert "master_user_secret[" not in json.dumps(template.json["resource"])


def test_password_secret_after_the_copy_is_unchanged(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    first, second = built(tmp_path / "first", COPY), built(tmp_path / "second", OURS)
    assert first.resource(SECRET) == second.resource(SECRET)
    # With the same version number, Terraform does not write the value again.
    same = {"secret_id", "secret_string_wo_version"}
    assert {key: first.resource(VERSION)[key] for key in same} == {key: second.resource(VERSION)[key] for key in same}
    assert second.resource(INSTANCE)["password_wo"].startswith("${jsondecode(ephemeral.aws_secretsmanager_secret_ver")


@pytest.mark.parametrize(("tier", "days"), [("development", 0), ("staging", 7)])
def test_password_secret_in_development_is_deleted_immediately(tmp_path: Path, tier: str, days: int) -> None:
    assert built(tmp_path, OURS, tier).resource(SECRET)["recovery_window_in_days"] == days


def problem(folder: Path, keys: str, text: str = RDS) -> str:
    return only_problem(folder, {"dev": DEV + text.replace("# here", keys)})


def test_read_replica_with_managed_password_is_a_problem_with_both_steps(tmp_path: Path) -> None:
    assert problem(tmp_path, "instances = 2") == (
        "dev.hcl:10: database.orders-main.manage_master_user_password true is not allowed by RDS for a DB instance "
        "with read replicas; write manage_master_user_password = false; for an existing database, first apply "
        "instances = 1 with copy_master_user_password = true, or running clients can no longer log in "
        '(docs/runbooks/plan.md, "A first replica of plain RDS")'
    )


def test_password_copy_without_managed_password_is_a_problem(tmp_path: Path) -> None:
    assert problem(tmp_path, f"{OURS}\n  {COPY}").startswith(
        "dev.hcl:16: database.orders-main.copy_master_user_password true copies a password that RDS does not manage"
    )


def test_password_copy_for_aurora_is_a_problem(tmp_path: Path) -> None:
    aurora = RDS.replace("postgres", "aurora-postgresql").replace("  storage {\n    allocated_storage = 100\n  }\n", "")
    assert problem(tmp_path, COPY, aurora).endswith("is not a setting of Aurora; remove it")


def test_password_copy_is_a_warning(tmp_path: Path) -> None:
    file = load(write(tmp_path, {"dev": DEV + RDS.replace("# here", COPY)}))["dev"]
    (warning,) = file.warnings(READ)
    assert str(warning).endswith(
        "dev.hcl:14: database.orders-main.copy_master_user_password true is valid until RDS rotates the password, "
        "every 7 days; after that the copy is outdated; continue with manage_master_user_password = false and the "
        "replica, or remove it"
    )
