"""`python -m ops release-function`: puts a version of a function into service, and takes it back if it fails."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile
from ops import advice, notices
from ops.audit import AuditLog
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.function_release.canary import Canary, Counted, Shift
from ops.function_release.function import ReleasedFunction, released_function
from ops.function_release.package import read_package
from ops.function_release.versions import FIRST, Alias, Versions, pending
from ops.steps import step, warn
from ops.target import Clients, Target, clients_of

#: How long provisioned concurrency may take, and the seconds between two looks at it.
PROVISIONED_WITHIN = datetime.timedelta(minutes=15)
POLL_SECONDS = 10

Result = Literal["in service", "unchanged", "failed"]


@dataclass(frozen=True)
class Wanted:
    """What a release does."""

    package: Path | None = None
    """The zip; without one, the code in service is released again with the newest configuration."""
    tag: str = ""
    commit: str = ""
    payload: Path | None = None
    """The event with which the version is invoked before it is in service."""
    shift: Shift | None = None

    @property
    def description(self) -> str:
        """The description of the version: the tag and the commit."""
        return " ".join(filter(None, (self.tag, self.commit[:12])))


@dataclass(frozen=True)
class Released:
    """A release or a rollback, and how it ended."""

    act: Literal["release", "rollback"]
    function: str
    version: str
    before: str
    """The version that was in service before."""
    result: Result = "in service"
    cause: str = ""
    tag: str = ""
    commit: str = ""
    sha256: str = ""

    @property
    def line(self) -> str:
        """The result as a sentence."""
        what = f"{self.function}: version {self.version}"
        match self.result:
            case "failed":
                return f"{what} failed, and version {self.before} is in service: {self.cause}"
            case "unchanged":
                return f"{what} is in service already, with this code and this configuration"
        return f"{what} is in service, before it {self.before}"


class FunctionReleases:
    """The releases of one function. The methods raise OpsError if what is in service was not changed."""

    def __init__(
        self,
        target: Target,
        file: EnvironmentFile,
        label: str,
        *,
        clients: Clients | None = None,
        clock: Clock | None = None,
        audit: AuditLog | None = None,
    ) -> None:
        """Raises SettingsError if no pipeline releases the function."""
        self.function: ReleasedFunction = released_function(file, label)
        self._file = file
        self._target = target
        self._clients = clients or clients_of(target, file)
        self._clock = clock or Clock()
        self._audit = audit or AuditLog(target, file)
        self._versions = Versions(self._clients("lambda"), self.function, target)

    def release(self, wanted: Wanted) -> Released:
        """Publish a version and put it into service, after the checks that the caller wants."""
        package = read_package(wanted.package, self.function) if wanted.package else None
        payload = _read_payload(wanted.payload) if wanted.payload else None
        alias = self._alias_without_weights()
        if package:
            with step(f"update the code of {self.function.name}") as doing:
                doing.result = "" if self._versions.update_code(package) else "has this code already"
        sha256 = package.sha256 if package else self._code_in_service(alias)
        version = self._versions.publish(sha256, wanted.description)
        released = Released(
            "release", self.function.label, version, alias.version, tag=wanted.tag, commit=wanted.commit, sha256=sha256
        )
        if version == alias.version:
            given = {"--invoke": payload, "--weight": wanted.shift}
            if ignored := [name for name, value in given.items() if value is not None]:
                warn(f"version {version} is in service already: {' and '.join(ignored)} had no effect")
            return replace(released, result="unchanged")
        return self._end(self._put_into_service(released, alias, payload, wanted.shift))

    def roll_back(self, to: str | None) -> Released:
        """Put an earlier version into service, by default the one that was in service before."""
        alias = self._versions.alias()
        if alias.weights and to is None:
            (shifted,) = alias.weights
            self._versions.shift(shifted, 0, alias)
            return self._end(Released("rollback", self.function.label, alias.version, shifted))
        version = to or self._previous(alias)
        if version == alias.version and not alias.weights:
            raise OpsError(f"version {version} is in service already; name another one with --to", ExitCode.REFUSED)
        self._require_version(version)
        released = Released("rollback", self.function.label, version, alias.version)
        return self._end(self._serve(released, alias, back=True))

    def listed(self) -> list[dict[str, Any]]:
        """Return the published versions, the newest first, as JSON."""
        alias = self._versions.alias()
        shares = {alias.version: 1 - sum(alias.weights.values()), **alias.weights}
        return [
            {
                "version": each["Version"],
                "description": each.get("Description", ""),
                "published": each["LastModified"],
                "sha256": each["CodeSha256"],
                "share": shares.get(each["Version"], 0),
                "was_in_service": alias.was_in_service(each["Version"]),
                "taken_back": each["Version"] in alias.taken_back,
            }
            for each in self._versions.listed()
        ]

    def pending(self) -> list[str]:
        """Return the attributes that Terraform has changed since the version in service."""
        return pending(self._versions.configuration(), self._versions.configuration(self._versions.alias().version))

    def _alias_without_weights(self) -> Alias:
        alias = self._versions.alias()
        if alias.weights:
            ((version, weight),) = alias.weights.items()
            raise OpsError(
                f"version {version} of {self.function.name} gets {weight:.0%} of the invocations: another release is "
                f"running, or was killed; wait for it, or end it: {self._command} --rollback`",
                ExitCode.REFUSED,
            )
        return alias

    def _code_in_service(self, alias: Alias) -> str:
        """Return the hash of the code in service. Raises OpsError if the unpublished version has other code."""
        latest, live = self._versions.configuration(), self._versions.configuration(alias.version)
        if alias.version == FIRST and latest["CodeSha256"] == live["CodeSha256"]:
            raise OpsError(f"{self.function.name} has no code yet; name a zip with --package", ExitCode.REFUSED)
        if latest["CodeSha256"] != live["CodeSha256"]:
            raise OpsError(
                f"the newest code of {self.function.name} is not that of version {alias.version}, which is in service: "
                "a release failed or was rolled back; name the zip that should be released with --package",
                ExitCode.REFUSED,
            )
        return str(live["CodeSha256"])

    def _put_into_service(
        self, released: Released, alias: Alias, payload: bytes | None, shift: Shift | None
    ) -> Released:
        if payload is not None:
            with step(f"invoke version {released.version}") as doing:
                error = self._versions.invoke(released.version, payload)
                doing.result = "failed" if error else "succeeded"
            if error:
                return replace(released, result="failed", cause=f"it failed with the payload: {error}")
        if shift:
            self._require_same_role(released.version, alias.version)
            counted, alias = self._shift(released.version, alias, shift)
            if counted.errors > shift.most_errors:
                return replace(released, result="failed", cause=f"{counted}, with {shift.percent}% of the traffic")
        return self._serve(released, alias)

    def _shift(self, version: str, alias: Alias, shift: Shift) -> tuple[Counted, Alias]:
        """Give the version its share for some time; return what it did, and the alias without the share."""
        canary = Canary(self._clients("cloudwatch"), self.function.name, version, self._clock)
        shifted = self._versions.shift(version, shift.percent / 100, alias)
        try:
            with step(f"{shift.percent}% of the invocations to version {version}") as doing:
                counted = canary.watch(shift, doing.progress)
                doing.result = str(counted)
        finally:
            # An interrupted release leaves the version that was in service.
            alias = self._versions.shift(version, 0, shifted)
        if not counted.invocations:
            warn(f"version {version} was not invoked meanwhile: nothing is known about it")
        return counted, alias

    def _serve(self, released: Released, alias: Alias, *, back: bool = False) -> Released:
        with step(f"put version {released.version} into service"):
            now = self._versions.serve(released.version, alias, back=back)
        cause = self._provision() if self.function.settings.provisioned_concurrent_executions else None
        if cause:
            self._versions.serve(alias.version, now, back=True)
            return replace(released, result="failed", cause=cause)
        if not back:
            self._delete_old(now)
        return released

    def _provision(self) -> str | None:
        """Wait until the version's execution environments are initialized; return why they are not."""
        end = self._clock.now() + PROVISIONED_WITHIN
        with step("initialize the provisioned concurrency") as doing:
            while True:
                found = self._versions.provisioned()
                allocated = found.get("AllocatedProvisionedConcurrentExecutions", 0)
                doing.result = f"{allocated} of {found['RequestedProvisionedConcurrentExecutions']}"
                if found["Status"] == "READY":
                    return None
                if found["Status"] == "FAILED":
                    return f"its provisioned concurrency failed: {found.get('StatusReason', 'no reason')}"
                if self._clock.now() >= end:
                    warn(f"{doing.result} are initialized; until the others are, invocations start new environments")
                    return None
                doing.progress(doing.result)
                self._clock.sleep(POLL_SECONDS)

    def _delete_old(self, alias: Alias) -> None:
        """Delete old versions. A failure is only a warning, since the release is done."""
        try:
            deleted = self._versions.delete_old(alias)
        except (ClientError, OpsError) as error:
            warn(f"old versions could not be deleted: {error}")
            return
        if deleted:
            with step("delete old versions") as doing:
                doing.result = ", ".join(deleted)

    def _previous(self, alias: Alias) -> str:
        known = {each["Version"] for each in self._versions.listed()}
        before = [each for each in alias.history[1:] if each in known]
        if not before:
            again = next((each for each in alias.taken_back if each in known), None)
            raise OpsError(
                f"there is nothing to go back to: no earlier release of {self.function.name} was in service; "
                + (
                    f"version {again} was taken back; to put it into service again: {self._command} --rollback --to "
                    f"{again}`"
                    if again
                    else f"choose a version with --to from {self._command} --list`"
                ),
                ExitCode.REFUSED,
            )
        return before[0]

    def _require_version(self, version: str) -> None:
        known = [each["Version"] for each in self._versions.listed()]
        if version not in known:
            raise OpsError(
                f"{self.function.name} has no version {version}; it has {', '.join(known)}", ExitCode.REFUSED
            )

    def _require_same_role(self, version: str, live: str) -> None:
        """[Using Lambda aliases in weighted alias configurations]
        (https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html): both have the same role.
        """
        roles = [self._versions.configuration(each)["Role"] for each in (live, version)]
        if roles[0] != roles[1]:
            raise OpsError(
                f"version {version} has the role {roles[1]}, version {live} has {roles[0]}, and Lambda shares no "
                "traffic between them; release without --weight",
                ExitCode.REFUSED,
            )

    @property
    def _command(self) -> str:
        """The beginning of a command to run, after a backtick."""
        selected = advice.selection(self._target, self._file.settings.name)
        return f"`.venv/bin/python -m ops release-function {self.function.label} {selected}"

    def _end(self, done: Released) -> Released:
        """Record the release, and publish it. Those that failed are looked at now; the others wake nobody."""
        self._audit.record("release_function", **{key: value for key, value in asdict(done).items() if value})
        severity: Literal["critical", "info"] = "critical" if done.result == "failed" else "info"
        subject = f"{done.act} of function {done.function} {done.tag} {done.result}"
        lines = [done.line, f"commit {done.commit}" if done.commit else ""]
        notices.publish(self._clients, self._file.settings, severity, " ".join(subject.split()), lines)
        return done


def lines(listed: Sequence[Mapping[str, Any]], waiting: Sequence[str]) -> list[str]:
    """Return the versions as text, with what Terraform has changed since the one in service."""
    shown = [
        f"{each['version']:>5}  {_state(each):<11}  {each['published'][:19]}  {each['description']}".rstrip()
        for each in listed
    ]
    hint = f"changed by Terraform since, in service with the next release: {', '.join(waiting)}"
    return [*shown, *([hint] if waiting else [])]


def _state(each: Mapping[str, Any]) -> str:
    if each["share"] == 1:
        return "in service"
    if each["share"]:
        return f"{each['share']:.0%}"
    return "taken back" if each["taken_back"] else "was" if each["was_in_service"] else ""


def _read_payload(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        json.loads(content)
    except OSError as error:
        raise OpsError(f"{path}: cannot be read: {error.strerror}; --invoke names a file", ExitCode.REFUSED) from None
    except ValueError as error:
        message = f"{path}: is not JSON: {error}; Lambda accepts only JSON as an event"
        raise OpsError(message, ExitCode.REFUSED) from None
    return content
