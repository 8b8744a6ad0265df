"""Releases and rollbacks of services that Terraform has created, on the embedded AWS."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ops.release.history import Release
from ops.release.release import Releases, Wanted
from tests.local.applied import Applied
from tests.local_aws.images import Programs, push

TIMEOUT = datetime.timedelta(minutes=5)
MIGRATED = {"bin/migrate-ledger": {"exit_code": 0, "output": "2 migrations"}}
BOOM = {"": {"exit_code": 1, "output": "connecting to the ledger\nno such host"}}


@pytest.fixture
def tasks(applied: Mapping[str, Applied]) -> Applied:
    return applied["tasks"]


@pytest.fixture
def registry(tasks: Applied) -> Iterator[Any]:
    """The registry of the account that has all images, with a repository that is deleted again."""
    settings = tasks.file.settings
    assert settings.registry
    session: Any = tasks.target.session(settings.registry.account_id)
    ecr = session.client("ecr", region_name=settings.region)
    ecr.create_repository(repositoryName="mobile/ledger")
    yield ecr
    ecr.delete_repository(repositoryName="mobile/ledger", force=True)


class Ledger:
    """The service `ledger` of the environment `tasks`."""

    def __init__(self, tasks: Applied, registry: Any) -> None:
        self.shown: list[str] = []
        self._tasks = tasks
        self._registry = registry
        self.releases = Releases(tasks.target, tasks.file, "ledger", show=self.shown.append)
        # Another test of the same environment may have released another one.
        self.push(self.running["ledger"].partition(":")[2])

    def push(self, version: str, programs: Programs | None = None) -> None:
        push(self._registry, "mobile/ledger", version, programs=programs)

    def release(self, version: str, *, skip_migration: bool = False) -> Release:
        wanted = Wanted(f"ledger:{version}", "c0ffee", "none", skip_migration, TIMEOUT)
        return self.releases.release(wanted)

    @property
    def running(self) -> dict[str, str]:
        """The images of the revision that the service runs, by container."""
        ecs = self._tasks.client("ecs")
        service = self.releases.service
        (found,) = ecs.describe_services(cluster=service.cluster, services=[service.name])["services"]
        definition = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
        return {each["name"]: each["image"].rpartition("/")[2] for each in definition["containerDefinitions"]}


@pytest.fixture
def ledger(tasks: Applied, registry: Any) -> Ledger:
    return Ledger(tasks, registry)


def test_names_are_those_of_the_outputs(tasks: Applied, ledger: Ledger) -> None:
    outputs = tasks.terraform.outputs()["services"]["ledger"]
    service = ledger.releases.service
    assert (service.name, service.log_group, service.containers) == (
        outputs["service"],
        outputs["log_group"],
        outputs["image_containers"],
    )
    assert outputs["family"] == service.name


def test_release_failed_release_and_rollback(tasks: Applied, ledger: Ledger) -> None:
    before = ledger.running
    ledger.push("3.2.0", MIGRATED)
    done = ledger.release("3.2.0")
    assert (done.result, done.image) == ("succeeded", "ledger:3.2.0")
    assert ledger.running == before | {"ledger": "ledger:3.2.0", "migrate": "ledger:3.2.0"}

    ledger.push("3.3.0", MIGRATED | BOOM)
    failed = ledger.release("3.3.0")
    assert failed.result == "failed"
    assert "the container ledger ended with exit code 1; its last line: no such host" in failed.cause
    assert failed.cause.endswith(f"ECS goes back to revision {done.revision}")
    assert "    | no such host" in ledger.shown
    assert ledger.running["ledger"] == "ledger:3.2.0"

    ledger.push("3.4.0", {"bin/migrate-ledger": {"exit_code": 2, "output": "lock timeout"}})
    unmigrated = ledger.release("3.4.0")
    assert unmigrated.cause == (
        "the migration failed: the container ledger ended with exit code 2; its last line: lock timeout; the service "
        "was not updated"
    )
    assert ledger.running["ledger"] == "ledger:3.2.0"

    back = ledger.releases.roll_back(None, TIMEOUT)
    assert (back.result, back.image, back.revision) == ("succeeded", before["ledger"], done.replaced)
    assert ledger.running == before

    listed = [(each.act, each.image, each.result) for each in ledger.releases.list()]
    assert listed == [
        ("release", "ledger:3.2.0", "succeeded"),
        ("release", "ledger:3.3.0", "failed"),
        ("release", "ledger:3.4.0", "failed"),
        ("rollback", before["ledger"], "succeeded"),
    ]
    assert all(each.who and each.time for each in ledger.releases.list())
    assert tasks.terraform.plan() is False, tasks.terraform.show_plan()
