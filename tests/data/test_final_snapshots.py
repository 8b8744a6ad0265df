"""Final snapshots: each created database has its own snapshot name, and the key exists without a database."""

from pathlib import Path

import pytest

from tests.support.environments import DEV
from tests.support.stacks import stack_of
from tests.support.template import Template


def test_final_snapshot_name_has_the_unchanging_creation_time(prod: Template) -> None:
    for name in ("database_main", "cache_sessions"):
        time = prod.resource(f"terraform_data.{name}_final_snapshot")
        assert time["input"] == {"time": '${formatdate("YYYYMMDDhhmmss", timestamp())}'}
        assert time["lifecycle"] == {"ignore_changes": ["input"]}
    cluster = prod.resource("aws_rds_cluster.database_main")
    created = "${terraform_data.database_main_final_snapshot.output.time}"
    assert cluster["final_snapshot_identifier"] == f"agora-prod-main-final-{created}"


def test_final_snapshot_name_changes_with_settings_that_replace_the_database(prod: Template) -> None:
    assert prod.resource("terraform_data.database_main_final_snapshot")["triggers_replace"] == {
        "database_name": "agora",
        "engine": "aurora-mysql",
        "master_username": "dbadmin",
        "restore_from_snapshot": "None",
        "storage_encrypted": "True",
    }


def test_final_snapshot_name_in_development_does_not_exist(dev: Template) -> None:
    assert dev.resources("terraform_data") == {}


@pytest.mark.parametrize(("tier", "exists"), [("development", False), ("staging", True), ("production", True)])
def test_data_key_without_a_database_exists_in_tiers_with_final_snapshots(
    tmp_path: Path, tier: str, exists: bool
) -> None:
    template = stack_of(tmp_path, DEV.replace("development", tier))
    assert ("foundation_data_key" in template.resources("aws_kms_key")) is exists


def test_data_key_without_a_network_does_not_exist(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV.split("network {")[0].replace("development", "production"))
    assert "foundation_data_key" not in template.resources("aws_kms_key")
