"""Final snapshots: each database that is created has a name of its own for its last one, and the key outlives it."""

from pathlib import Path

import pytest

from tests.support.environments import DEV
from tests.support.stacks import stack_of
from tests.support.template import Template


def test_the_name_has_the_time_of_creation_which_stays(prod: Template) -> None:
    for what in ("database_main", "cache_sessions"):
        time = prod.resource(f"terraform_data.{what}_final_snapshot")
        assert time["input"] == {"time": '${formatdate("YYYYMMDDhhmmss", timestamp())}'}
        assert time["lifecycle"] == {"ignore_changes": ["input"]}
    cluster = prod.resource("aws_rds_cluster.database_main")
    created = "${terraform_data.database_main_final_snapshot.output.time}"
    assert cluster["final_snapshot_identifier"] == f"agora-prod-main-final-{created}"


def test_what_makes_a_new_database_makes_a_new_name(prod: Template) -> None:
    assert prod.resource("terraform_data.database_main_final_snapshot")["triggers_replace"] == {
        "database_name": "agora",
        "engine": "aurora-mysql",
        "master_username": "dbadmin",
        "restore_from_snapshot": "None",
        "storage_encrypted": "True",
    }


def test_without_a_final_snapshot_there_is_no_name(dev: Template) -> None:
    assert dev.resources("terraform_data") == {}


@pytest.mark.parametrize(("tier", "kept"), [("development", False), ("staging", True), ("production", True)])
def test_the_data_key_is_there_without_a_database_where_final_snapshots_are(
    tmp_path: Path, tier: str, kept: bool
) -> None:
    template = stack_of(tmp_path, DEV.replace("development", tier))
    assert ("foundation_data_key" in template.resources("aws_kms_key")) is kept


def test_without_a_network_there_is_no_data_key(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV.split("network {")[0].replace("development", "production"))
    assert "foundation_data_key" not in template.resources("aws_kms_key")
