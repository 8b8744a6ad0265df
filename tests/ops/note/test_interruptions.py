"""What is unavailable while a plan is applied."""

from typing import Any

import pytest

from ops.guard.plan import Plan
from ops.note.interruptions import FACTS, interruptions
from tests.ops.guard.plans import change, created, destroyed, plan
from tests.ops.guard.test_table import has


def found(*changes: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.cause, each.effect) for each in interruptions(Plan.model_validate(plan(*changes)))]


def in_place(address: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return an update of these attributes; those that are only in `before` stay."""
    return change(address, "update", before=before, after={**before, **after})


def test_class_of_single_instance_waits_for_its_window() -> None:
    before = {"instance_class": "db.t4g.small", "multi_az": False, "maintenance_window": "sun:03:00-sun:04:00"}
    assert found(in_place("aws_db_instance.database_main_1", before, {"instance_class": "db.t4g.large"})) == [
        (
            "instance_class",
            "down until the instance runs in the new class: it has no standby (in the next maintenance window, "
            "sun:03:00-sun:04:00)",
        )
    ]


def test_class_of_multi_az_instance_is_a_failover_at_once() -> None:
    before = {"instance_class": "db.t4g.small", "multi_az": True, "apply_immediately": True}
    assert found(in_place("aws_db_instance.database_main_1", before, {"instance_class": "db.t4g.large"})) == [
        ("instance_class", "down for the failover to the standby, typically 60 to 120 seconds")
    ]


def test_backups_interrupt_only_when_turned_on_or_off() -> None:
    def days(before: int, after: int) -> list[tuple[str, str]]:
        old = {"backup_retention_period": before, "apply_immediately": True}
        return found(in_place("aws_db_instance.database_main_1", old, {"backup_retention_period": after}))

    assert days(0, 7) == [("backup_retention_period", "down for a short time: backups are turned on or off")]
    assert days(7, 14) == []


@pytest.mark.parametrize(
    ("percent", "effect"),
    [(0, "all tasks stop"), (50, "fewer tasks"), (100, "none: a rolling update"), (200, "none: a rolling update")],
)
def test_rolling_update_depends_on_its_minimum(percent: int, effect: str) -> None:
    before = {"task_definition": "a:1", "deployment_minimum_healthy_percent": percent}
    [(_, said)] = found(in_place("aws_ecs_service.service_api", before, {"task_definition": "a:2"}))
    assert said.startswith(effect)


def test_cache_without_replica_is_down() -> None:
    for replica, effect in ((True, "readable throughout"), (False, "down during the upgrade")):
        before = {"engine_version": "7.2", "automatic_failover_enabled": replica, "apply_immediately": True}
        address = "aws_elasticache_replication_group.cache_sessions"
        [(_, said)] = found(in_place(address, before, {"engine_version": "8.0"}))
        assert said.startswith(effect)


def test_template_changes_instances_only_by_a_refresh() -> None:
    for refresh, number in (([{"strategy": "Rolling"}], 1), ([], 0)):
        before = {"launch_template": [{"version": "1"}], "instance_refresh": refresh}
        after = {"launch_template": [{"version": "2"}]}
        assert len(found(in_place("aws_autoscaling_group.ecs_main", before, after))) == number


def test_replacement_that_deletes_first_is_a_gap() -> None:
    nat = "aws_nat_gateway.network_a"
    gap = change(nat, "delete", "create", before={"id": "x"}, after={})
    assert found(gap) == [
        ("replacement", "the route from private subnets to the internet: gone until the new one exists")
    ]
    assert found(change(nat, "create", "delete", before={"id": "x"}, after={})) == []


def test_created_and_destroyed_resources_interrupt_nothing_meanwhile() -> None:
    assert found(created("aws_db_instance.x", instance_class="a"), destroyed("aws_nat_gateway.x", id="y")) == []


def test_other_attributes_have_no_fact() -> None:
    assert found(in_place("aws_db_instance.x", {"tags": {"a": "1"}}, {"tags": {"a": "2"}})) == []


def test_every_fact_cites_an_aws_page() -> None:
    assert all(each.page[0] and each.page[1].startswith("https://docs.aws.amazon.com/") for each in FACTS)


def test_attributes_of_facts_exist_in_provider_schema() -> None:
    assert [f"{each.type}: {name}" for each in FACTS for name in each.attributes if not has(each.type, name)] == []
