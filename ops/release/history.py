"""The releases of a service, as the audit log has them, and the revision to go back to."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ops.audit import AuditLog
from ops.errors import ExitCode, OpsError
from ops.release.service import ReleasedService

#: How far back releases are looked for. The log group may keep its lines for a shorter time.
DAYS = 365
Act = Literal["release", "rollback"]


@dataclass(frozen=True)
class Release:
    """A release or a rollback that has ended, in the audit log."""

    act: Act
    service: str
    image: str
    revision: int
    replaced: int
    """The revision that the service ran before."""
    result: str
    digest: str = ""
    cause: str = ""
    """Why it failed."""
    commit: str = ""
    time: str = ""
    who: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the fields of its line in the audit log, which adds who and when."""
        return {name: value for name, value in asdict(self).items() if value and name not in ("time", "who")}

    def line(self, *, runs: bool) -> str:
        """Return the line of the list of releases; `runs` is whether it is the one that runs."""
        now = "  (running)" if runs else ""
        commit = self.commit[:12] or "-"
        why = f": {self.cause}" if self.cause else ""
        return f"{self.revision}  {self.image}  {commit}  {self.time}  {self.who}  {self.act} {self.result}{why}{now}"


def releases(log: AuditLog, service: ReleasedService, now: datetime.datetime) -> list[Release]:
    """Return the releases and rollbacks of a service, the oldest first. Raises OpsError."""
    return list(_read(log, service, now - datetime.timedelta(days=DAYS)))


def running_release(done: Sequence[Release], running: int | None) -> Release | None:
    """Return the newest of the releases, the oldest first, that deployed the running revision and did not fail."""
    return next((each for each in reversed(done) if each.revision == running and each.result != "failed"), None)


def _read(log: AuditLog, service: ReleasedService, since: datetime.datetime) -> Iterator[Release]:
    for entry in log.entries_of("release", since):
        if entry.fields.get("service") == service.label:
            known = {name: entry.fields[name] for name in Release.__dataclass_fields__ if name in entry.fields}
            time = f"{entry.time:%Y-%m-%d %H:%M:%S}"
            yield Release(**{"replaced": 0, "image": "", **known, "time": time})


def previous(done: Sequence[Release], running: int, service: ReleasedService) -> int:
    """Return the revision that the service ran successfully before the running one. Raises OpsError if none is known.

    A release that failed changes nothing here: ECS went back by itself. After a rollback, what was released between
    is no longer an earlier revision.
    """
    good: list[int] = []
    for each in done:
        if each.result != "succeeded":
            continue
        if each.replaced and not good:
            good.append(each.replaced)
        if each.revision in good:
            good = good[: good.index(each.revision)]
        good.append(each.revision)
    if running in good:
        good = good[: good.index(running)]
    if not good:
        raise OpsError(
            f"the audit log has no earlier release of {service.label} that succeeded; name a revision of "
            f"{service.name} with --to: aws ecs list-task-definitions --family-prefix {service.name} --sort DESC",
            ExitCode.REFUSED,
        )
    return good[-1]
