"""`python -m ops release` and `rollback`: what they check, change, follow, record, and publish."""

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import EnvironmentFile
from modules.foundation.problems import SettingsError
from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.release import release
from ops.release.release import Releases, Wanted, failure
from tests.ops.release.aws import ARN, CLUSTER, INDEX_DIGEST, NAME, REGISTRY, TASK, Aws, stopped
from tests.ops.release.conftest import Log

Of = Callable[[Aws], Releases]
WANTED = Wanted("api:1.4.3", "c0ffee", "none", True, datetime.timedelta(minutes=30))
MIGRATING = Wanted("api:1.4.3", "c0ffee", "none", False, datetime.timedelta(minutes=30))


def ended_migration(exit_code: int | None, **keys: Any) -> Any:
    container = {"name": "api", **({} if exit_code is None else {"exitCode": exit_code})}
    return stopped("migration", "Essential container in task exited", container, **keys)


def test_release_puts_the_image_into_the_newest_revision_and_waits_for_its_end(
    releases: Of, log: Log, shown: list[str]
) -> None:
    aws = Aws(events=[(10, "(service api) has started 2 tasks.")])
    done = releases(aws).release(WANTED)
    (registered,) = aws.recorded.made("RegisterTaskDefinition")
    images = {each["name"]: each["image"] for each in registered["containerDefinitions"]}
    assert images == {
        "api": f"{REGISTRY}/api:1.4.3",
        "proxy": f"{REGISTRY}/envoy:1.31.2",
        "prepare": f"{REGISTRY}/api:1.4.3",
    }
    # Terraform's draft, which does not run yet.
    assert registered["containerDefinitions"][0]["environment"] == [{"name": "DRAFT", "value": "8"}]
    assert {each["key"]: each["value"] for each in registered["tags"]} == {
        "product": "agora",
        "release-image": "api:1.4.3",
        "release-commit": "c0ffee",
    }
    assert not {"revision", "status", "registeredAt", "requiresAttributes", "compatibilities"} & set(registered)
    assert aws.recorded.made("UpdateService") == [{"cluster": CLUSTER, "service": NAME, "taskDefinition": f"{ARN}:9"}]
    assert (done.revision, done.replaced, done.result, failure(done)) == (9, 7, "succeeded", None)
    assert log.lines == [
        {"act": "release", "service": "api", "image": "api:1.4.3", "revision": 9, "replaced": 7,
         "result": "succeeded", "digest": INDEX_DIGEST, "commit": "c0ffee"}
    ]  # fmt: skip
    assert "(service api) has started 2 tasks." in shown


def test_released_image_can_be_released_again_without_another_revision(releases: Of) -> None:
    aws = Aws()
    releases(aws).release(WANTED)
    releases(aws).release(WANTED)
    assert len(aws.recorded.made("RegisterTaskDefinition")) == 1


def test_release_of_what_runs_changes_and_records_nothing(releases: Of, log: Log, shown: list[str]) -> None:
    aws = Aws(migration=ended_migration(0))
    releases(aws).release(WANTED)
    aws.running, aws.updated = f"{ARN}:9", None
    made = {each: len(aws.recorded.made(each)) for each in ("UpdateService", "Publish", "RunTask")}
    again = releases(aws).release(MIGRATING)
    assert (again.revision, again.replaced, again.result) == (9, 7, "succeeded")
    assert shown[-1] == "agora-dev-api runs revision 9, api:1.4.3, already"
    assert made == {each: len(aws.recorded.made(each)) for each in made}
    assert len(log.lines) == 1


def test_release_again_after_an_interrupt_follows_and_records_the_end(releases: Of, log: Log) -> None:
    aws = Aws(interrupted_at=10)
    releases(aws).release(WANTED)
    again = releases(aws).release(WANTED)
    assert (again.revision, again.replaced, again.result) == (9, 7, "succeeded")
    assert len(aws.recorded.made("UpdateService")) == 1
    assert [each["result"] for each in log.lines] == ["interrupted", "succeeded"]


@pytest.mark.parametrize(("ends", "topic"), [("COMPLETED", "info"), ("FAILED", "critical")])
def test_release_is_published_and_only_a_failed_one_is_critical(releases: Of, ends: str, topic: str) -> None:
    aws = Aws(ends=(60, ends))
    releases(aws).release(WANTED)
    (published,) = aws.recorded.made("Publish")
    assert published["TopicArn"].endswith(f"agora-dev-alarms-{topic}")
    assert "api:1.4.3" in published["Subject"]
    assert "c0ffee" in published["Message"]


def test_deployment_that_ecs_rolls_back_is_a_failure_with_its_cause(releases: Of, log: Log, shown: list[str]) -> None:
    task = stopped("t1", "Essential container in task exited", {"name": "api", "exitCode": 1})
    aws = Aws(ends=(60, "FAILED"), stopped=[(20, task)], lines=("connecting", "no such host: database"))
    done = releases(aws).release(WANTED)
    error = failure(done)
    assert error is not None
    assert error.code == ExitCode.RELEASE_FAILED
    assert str(error) == (
        "the release of api api:1.4.3 (revision 9) failed: the container api ended with exit code 1; its last line: "
        "no such host: database; ECS goes back to revision 7"
    )
    assert log.lines[0]["result"] == "failed"
    assert shown[1:] == [
        "task t1 stopped: Essential container in task exited",
        "  api: exit code 1",
        "    | connecting",
        "    | no such host: database",
    ]


def test_deployment_that_takes_too_long_goes_on(releases: Of) -> None:
    done = releases(Aws(ends=(10**6, "COMPLETED"))).release(WANTED)
    error = failure(done)
    assert error is not None
    assert error.code == ExitCode.RELEASE_TIMED_OUT
    assert "0:30:00 have passed, and the deployment goes on: aws ecs describe-services" in str(error)
    assert ".venv/bin/python -m ops rollback api --env dev" in str(error)


def test_interrupt_ends_the_following_only(releases: Of, log: Log) -> None:
    done = releases(Aws(interrupted_at=10)).release(WANTED)
    error = failure(done)
    assert error is not None
    assert error.code == ExitCode.INTERRUPTED
    assert "following it was interrupted, and the deployment goes on" in str(error)
    assert log.lines[0]["result"] == "interrupted"


def test_migration_runs_with_the_new_revision_before_the_service_is_updated(releases: Of) -> None:
    aws = Aws(migration=ended_migration(0))
    assert releases(aws).release(MIGRATING).result == "succeeded"
    (run,) = aws.recorded.made("RunTask")
    assert run["taskDefinition"] == f"{ARN}:9"
    assert run["overrides"] == {"containerOverrides": [{"name": "api", "command": ["bin/migrate"]}]}
    assert run["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == ["subnet-1"]
    order = [each.operation for each in aws.recorded.requests]
    assert order.index("RegisterTaskDefinition") < order.index("RunTask") < order.index("UpdateService")


@pytest.mark.parametrize(
    ("migration", "cause"),
    [
        (ended_migration(3), "the migration failed: the container api ended with exit code 3; its last line: boom"),
        (
            ended_migration(None, code="TaskFailedToStart"),
            "the migration failed: Essential container in task exited",
        ),
        (
            {"taskArn": f"{TASK}migration", "lastStatus": "RUNNING"},
            "the migration, task migration, has not ended after 900 seconds, and goes on",
        ),
    ],
)
def test_failed_migration_leaves_the_service_as_it_is(
    releases: Of, log: Log, migration: Mapping[str, Any], cause: str
) -> None:
    aws = Aws(migration=migration, lines=("boom",))
    done = releases(aws).release(MIGRATING)
    assert (done.result, done.cause) == ("failed", f"{cause}; the service was not updated")
    assert aws.recorded.made("UpdateService") == []
    assert log.lines[0]["result"] == "failed"


def test_second_migration_is_refused_while_the_first_one_runs(releases: Of) -> None:
    with pytest.raises(OpsError, match="the migration of an earlier release is still running, task earlier"):
        releases(Aws(migrating=True)).release(MIGRATING)


def refused(releases: Of, aws: Aws, **changed: Any) -> str:
    """Return why a release is refused, after making sure that it changed nothing."""
    wanted = Wanted(**{**WANTED.__dict__, **changed})
    with pytest.raises((OpsError, SettingsError)) as raised:
        releases(aws).release(wanted)
    assert not aws.recorded.made("RegisterTaskDefinition")
    assert not aws.recorded.made("UpdateService")
    return str(raised.value)


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("api:v1.4.3", "does not end in a semantic version"),
        ("api:latest", "has no version"),
        ("envoy:1.31.2", "is not in the repository of api, from which its tasks may pull"),
        (f"{REGISTRY}/api:1.4.3", "contains a registry or a digest"),
    ],
)
def test_image_that_the_service_cannot_have_is_one_error_about_the_option(
    releases: Of, image: str, problem: str
) -> None:
    found = refused(releases, Aws(), image=image)
    assert found.startswith(f"--image {image} {problem}")
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("release", "api", "--image", "api:latest"), "--image api:latest has no version"),
        (("rollback", "api", "--to", "latest"), "--to latest is not a revision of agora-dev-api"),
    ],
)
def test_wrong_option_is_an_error_before_credentials_are_necessary(
    file: EnvironmentFile, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], problem: str
) -> None:
    monkeypatch.setattr(release, "clients_of", lambda *_: pytest.fail("credentials are needed"))
    envs = Path(file.document.file).parent
    with pytest.raises(OpsError, match=problem):
        app([*arguments, "--env", "dev", "--envs", str(envs)], standalone_mode=False)


def test_everything_that_speaks_against_an_image_is_reported_at_once(releases: Of) -> None:
    aws = Aws(platforms=("linux/amd64",), scans=["FAILED"])
    aws.describe_image_scan_findings = lambda _: {"imageScanStatus": {"status": "FAILED"}}  # type: ignore[method-assign, assignment]
    first, second, last = refused(releases, aws, scan_level="high").splitlines()
    assert first.startswith("api:1.4.3 runs on linux/amd64, and the tasks of ecs.main on linux/arm64")
    assert second.startswith("the scan of api:1.4.3 has no result (FAILED")
    assert last == "nothing was released"


@pytest.mark.parametrize(
    ("aws", "level", "problem"),
    [
        (Aws(counts={"HIGH": 2, "LOW": 9}), "high", "found 2 HIGH (CVE-2026-0)"),
        (Aws(counts={"CRITICAL": 1, "HIGH": 2}), "medium", "found 1 CRITICAL, 2 HIGH (CVE-2026-0, CVE-2026-1)"),
        (Aws(scans=["UNSUPPORTED_IMAGE"]), "low", "has no result (UNSUPPORTED_IMAGE: of a test)"),
        (Aws(scans=["NONE"]), "high", "api:1.4.3 has not been scanned"),
        (Aws(scans=["PENDING"]), "high", "has no result (PENDING: of a test)"),
        (Aws(tags=("1.4.2",)), "none", "api:1.4.3 is not in the registry"),
        (Aws(status="INACTIVE"), "none", "the service agora-dev-api does not exist in the cluster agora-dev-main"),
    ],
)  # fmt: skip
def test_release_is_refused(releases: Of, aws: Aws, level: str, problem: str) -> None:
    assert problem in refused(releases, aws, scan_level=level)


@pytest.mark.parametrize(
    ("aws", "level"),
    [
        (Aws(scans=["NONE", "IN_PROGRESS", "COMPLETE"], counts={"MEDIUM": 1}), "high"),
        (Aws(scans=["ACTIVE"], counts={"UNTRIAGED": 1}), "low"),
    ],
)
def test_scan_without_findings_of_the_level_is_waited_for(releases: Of, aws: Aws, level: Any) -> None:
    wanted = Wanted(**{**WANTED.__dict__, "scan_level": level})
    assert releases(aws).release(wanted).result == "succeeded"


@pytest.mark.parametrize(("architecture", "is_released"), [("arm64", True), ("amd64", False)])
def test_image_without_an_index_names_its_platform_in_its_configuration(
    releases: Of, tmp_path: Path, architecture: str, is_released: bool
) -> None:
    config = tmp_path / ".config.json"
    config.write_text(json.dumps({"os": "linux", "architecture": architecture, "rootfs": {}}))
    aws = Aws(platforms=(), config=config.as_uri())
    if is_released:
        wanted = Wanted(**{**WANTED.__dict__, "scan_level": "high"})
        assert releases(aws).release(wanted).result == "succeeded"
    else:
        assert "api:1.4.3 runs on linux/amd64" in refused(releases, aws)


def test_rollback_deploys_the_last_revision_that_ran_without_registering_one(releases: Of, log: Log) -> None:
    aws = Aws(migration=ended_migration(0))
    releases(aws).release(WANTED)
    aws.running = f"{ARN}:9"
    aws.updated = None
    done = releases(aws).roll_back(None, datetime.timedelta(minutes=30))
    assert (done.act, done.revision, done.image, done.replaced) == ("rollback", 7, "api:1.4.2", 9)
    assert aws.recorded.made("UpdateService")[-1]["taskDefinition"] == f"{ARN}:7"
    assert len(aws.recorded.made("RegisterTaskDefinition")) == 1
    assert aws.recorded.made("RunTask") == []
    assert [each["act"] for each in log.lines] == ["release", "rollback"]


JOB = 'scheduled_task "tidy" {\n  service = "api"\n  schedule_expression = "rate(1 day)"\n  command = ["tidy"]\n}\n'


def test_scheduled_tasks_go_back_to_the_image_that_runs(file: EnvironmentFile, releases: Of, shown: list[str]) -> None:
    text = Path(file.document.file).read_text()
    Path(file.document.file).write_text(text + JOB)
    aws = Aws(ends=(60, "FAILED"))
    releases(aws).release(WANTED)
    newest = aws.revisions[max(aws.revisions)]["taskDefinition"]
    images = [each["image"].rpartition("/")[2] for each in newest["containerDefinitions"]]
    assert images == ["api:1.4.2", "envoy:1.31.2", "api:1.4.2"]
    assert shown[-1] == "tidy run agora-dev-api:10 from now on, with api:1.4.2"


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        (7, "agora-dev-api already runs revision 7"),
        (99, "agora-dev-api:99 does not exist"),
        (8, "api:1.4.2 is not in the registry"),
        (None, "the audit log has no earlier release of api that succeeded"),
    ],
)
def test_rollback_is_refused(releases: Of, to: int | None, problem: str) -> None:
    with pytest.raises(OpsError, match=problem):
        releases(Aws(tags=())).roll_back(to, datetime.timedelta(minutes=30))


def test_revision_from_which_no_task_starts_is_refused(releases: Of) -> None:
    aws = Aws()
    aws.revisions[8]["taskDefinition"]["status"] = "INACTIVE"
    with pytest.raises(OpsError, match="agora-dev-api:8 is INACTIVE"):
        releases(aws).roll_back(8, datetime.timedelta(minutes=30))
