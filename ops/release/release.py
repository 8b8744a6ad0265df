"""`python -m ops release` and `rollback`: deploy a revision of a service, and follow it until it runs or has failed."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from modules.environment_files import EnvironmentFile
from ops import notices
from ops.advice import apply_command
from ops.audit import AuditLog
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.interrupts import Interrupted
from ops.release.follow import Follow
from ops.release.history import Act, Release, previous, releases
from ops.release.image import Images, ScanLevel
from ops.release.migration import Migration, MigrationError
from ops.release.revisions import Revision, Revisions, revision_number
from ops.release.service import ReleasedService, released_service, require_image
from ops.steps import warn
from ops.target import Clients, Target

CODES = {
    "succeeded": ExitCode.DONE,
    "failed": ExitCode.RELEASE_FAILED,
    "timed out": ExitCode.RELEASE_TIMED_OUT,
    "interrupted": ExitCode.INTERRUPTED,
}
_ENDED = {"failed": "failed", "timed out": "has not ended", "interrupted": "was interrupted"}


@dataclass(frozen=True)
class Wanted:
    """What a release does."""

    image: str
    commit: str
    scan_level: ScanLevel
    skip_migration: bool
    timeout: datetime.timedelta


class Releases:
    """The releases of one service. The methods raise OpsError if nothing was changed."""

    def __init__(
        self,
        target: Target,
        file: EnvironmentFile,
        label: str,
        *,
        show: Callable[[str], None],
        clock: Clock | None = None,
        audit: AuditLog | None = None,
    ) -> None:
        """`show` is called with each line of the report. Raises SettingsError."""
        self.service = released_service(file, label)
        self._file = file
        self._on_local = target.local_aws is not None
        self._clients = clients_of(target, file, self.service)
        self._show = show
        self._clock = clock or Clock()
        self._audit = audit or AuditLog(target, file)
        self._revisions = Revisions(self._clients("ecs"), self.service)
        self._follow = Follow(self._clients, self.service, show=show, clock=self._clock)
        self._images = Images(self._clients("ecr"), self.service, self._clock)

    def release(self, wanted: Wanted) -> Release:
        """Release an image, after everything that can be checked has been checked, and return how that ended."""
        require_image(self._file, self.service, wanted.image)
        service = self._existing()
        migration = None if wanted.skip_migration else self.service.settings.migration
        runner = Migration(self._clients, self.service, show=self._show, clock=self._clock)
        if migration:
            runner.refuse_running()
        image = self._images.checked(wanted.image, wanted.scan_level, wanted.commit)
        commit = image.commit or wanted.commit
        self._warn_of_another(service)
        revision = self._revisions.with_image(wanted.image, commit)
        started = self._started("release", service, wanted.image, revision)
        started = replace(started, digest=image.digest, commit=commit)
        if revision.number == revision_number(service["taskDefinition"]):
            return self._follow_again(started, service, wanted.timeout)
        if migration:
            try:
                runner.run(migration, revision, service)
            except MigrationError as error:
                return self._end(replace(started, result="failed", cause=f"{error}; the service was not updated"))
            except (KeyboardInterrupt, Interrupted):
                return self._end(replace(started, cause="the migration goes on, and the service was not updated"))
        return self._deploy(started, revision, service, wanted.timeout)

    def roll_back(self, to: int | None, timeout: datetime.timedelta) -> Release:
        """Deploy an earlier revision, by default the last one that ran successfully, and return how that ended."""
        service = self._existing()
        running = revision_number(service["taskDefinition"])
        number = previous(self.list(), running, self.service) if to is None else to
        if number == running:
            raise OpsError(f"{self.service.name} already runs revision {number}", ExitCode.REFUSED)
        revision = self._revisions.find(number)
        image = self._revisions.image_of(revision)
        # Its repository may have deleted it since.
        digest = self._images.digest_of(image)
        started = replace(self._started("rollback", service, image, revision), digest=digest)
        return self._deploy(started, revision, service, timeout)

    def list(self) -> list[Release]:
        """Return the releases in the audit log, the oldest first."""
        return releases(self._audit, self.service, self._clock.now())

    def running(self) -> int | None:
        """Return the number of the revision that the service runs; None if it is not created."""
        found = self._follow.described()
        return revision_number(found["taskDefinition"]) if found else None

    def _existing(self) -> Any:
        found = self._follow.described()
        if found is None:
            command = apply_command(self._file.settings.name, on_local=self._on_local)
            raise OpsError(
                f"{self._file.place('service', self.service.label)}: the service {self.service.name} does not exist in "
                f"the cluster {self.service.cluster}; run `{command}`",
                ExitCode.REFUSED,
            )
        return found

    def _warn_of_another(self, service: Any) -> None:
        for each in service["deployments"]:
            if each["status"] == "PRIMARY" and each.get("rolloutState") == "IN_PROGRESS":
                number = revision_number(each["taskDefinition"])
                warn(f"the deployment of revision {number} is in progress; this release replaces it")

    def _started(self, act: Act, service: Any, image: str, revision: Revision) -> Release:
        replaced = revision_number(service["taskDefinition"])
        return Release(act, self.service.label, image, revision.number, replaced, "interrupted")

    def _deploy(self, started: Release, revision: Revision, service: Any, timeout: datetime.timedelta) -> Release:
        self._follow.prepare(service)
        self._show(f"deploy {self.service.name}:{revision.number}, {started.image}, instead of {started.replaced}")
        updated = self._clients("ecs").update_service(
            cluster=self.service.cluster, service=self.service.name, taskDefinition=revision.arn
        )["service"]
        primary = next(each for each in updated["deployments"] if each["status"] == "PRIMARY")
        ended = self._follow.until_end(primary["id"], timeout)
        return self._end(replace(started, result=ended.result, cause=ended.cause))

    def _follow_again(self, started: Release, service: Any, timeout: datetime.timedelta) -> Release:
        """Follow the latest deployment, which is of this revision, such as after an interrupt, and change nothing.

        It is recorded unless the audit log has its success already.
        """
        primary = next(each for each in service["deployments"] if each["status"] == "PRIMARY")
        if primary.get("rolloutState") == "COMPLETED":
            self._show(f"{self.service.name} runs revision {started.revision}, {started.image}, already")
        else:
            self._show(f"the deployment of {self.service.name}:{started.revision}, {started.image}, is in progress")
        self._follow.prepare(service)
        ended = self._follow.until_end(primary["id"], timeout)
        earlier = [each for each in self.list() if each.revision == started.revision]
        replaced = earlier[-1].replaced if earlier else started.replaced
        done = replace(started, result=ended.result, cause=ended.cause, replaced=replaced)
        if done.result == "succeeded" and earlier and earlier[-1].result == "succeeded":
            return done
        return self._end(done)

    def _end(self, done: Release) -> Release:
        """Record the release, and publish it."""
        self._audit.record("release", **done.fields())
        if self.service.scheduled_tasks:
            self._give_to_scheduled_tasks(done)
        self._publish(done)
        return done

    def _give_to_scheduled_tasks(self, done: Release) -> None:
        """Register a revision with the image that runs, unless the newest one has it: scheduled tasks run that one.

        After a rollback, they would go on with the image that failed.
        """
        if done.result == "succeeded":
            image = done.image
        elif done.result == "failed":
            image = self._revisions.image_of(self._revisions.find(done.replaced))
        else:
            return
        newest = self._revisions.with_image(image, None)
        if newest.number not in (done.revision, done.replaced):
            tasks = ", ".join(self.service.scheduled_tasks)
            self._show(f"{tasks} run {self.service.name}:{newest.number} from now on, with {image}")

    def _publish(self, done: Release) -> None:
        """Publish to an alarm topic. A release that failed is looked at now; one that succeeded wakes nobody."""
        good = done.result == "succeeded"
        what = f"{done.act} of {done.service} {done.image} {done.result}"
        lines = [
            done.cause,
            f"revision {done.revision}, before {done.replaced}",
            f"commit {done.commit}" if done.commit else "",
            f"digest {done.digest}" if done.digest else "",
        ]
        notices.publish(self._clients, self._file.settings, "info" if good else "critical", what, lines)


def clients_of(target: Target, file: EnvironmentFile, service: ReleasedService) -> Clients:
    """Return the boto3 clients of the environment's account, by service; that of ECR is in the registry's Region."""
    session: Any = target.session(file.settings.account_id)
    region = file.settings.region
    return lambda name: session.client(name, region_name=service.registry.region if name == "ecr" else region)


def failure(done: Release) -> OpsError | None:
    """Return the error of a release that did not succeed."""
    if CODES[done.result] == ExitCode.DONE:
        return None
    what = f"the {done.act} of {done.service} {done.image} (revision {done.revision}) {_ENDED[done.result]}"
    return OpsError(f"{what}: {done.cause}", CODES[done.result])
