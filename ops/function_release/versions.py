"""The versions of a function in Lambda, and the alias that says which one is in service.

The alias's description lists the versions that were in service, the newest first, and those that were taken back:
`In service: 7, 5, 4; taken back: 8, 6`. Lambda changes it together with the version, so that a rollback needs no other
record.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from modules.events.function.keys.releases import ALIAS
from ops import advice
from ops.errors import ExitCode, OpsError
from ops.function_release.function import ReleasedFunction
from ops.function_release.package import Package
from ops.target import Target

#: Versions that are kept besides those that were in service. All versions count toward the account's 75 GB of code
#: ([Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
KEPT = 10
#: The version that Terraform creates: a placeholder, to which nothing goes back.
FIRST = "1"
_LATEST = "$LATEST"
_HISTORY = "In service: "
_TAKEN_BACK = "; taken back: "
#: [CreateAlias, Description](https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html) has 256 characters,
#: which two lists of ten versions fit into.
_MOST_HISTORY = 10
#: Attributes that say nothing about what a version does.
_NOT_CONFIGURATION = {
    "Architectures", "CodeSha256", "CodeSize", "ConfigSha256", "Description", "FunctionArn", "LastModified",
    "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "MasterArn", "ResponseMetadata",
    "RevisionId", "RuntimeVersionConfig", "State", "StateReason", "StateReasonCode", "Version",
}  # fmt: skip


@dataclass(frozen=True)
class Alias:
    """The alias at one time."""

    version: str
    """The version in service."""
    weights: Mapping[str, float]
    """A second version with its share of the invocations, while a release shifts traffic."""
    revision_id: str
    history: Sequence[str]
    """The versions that were in service, the newest first, which is the current one."""
    taken_back: Sequence[str] = ()
    """The versions that were in service until a rollback or a failure, the last one first."""

    def was_in_service(self, version: str) -> bool:
        """Return whether a version was in service at any time. Terraform creates the alias with the first one."""
        return version in (FIRST, *self.history, *self.taken_back)


class Versions:
    """The versions of one function. The methods raise OpsError."""

    def __init__(self, client: Any, function: ReleasedFunction, target: Target) -> None:
        self._lambda = client
        self._target = target
        self._function = function
        self._named = {"FunctionName": function.name}

    def configuration(self, version: str = _LATEST) -> dict[str, Any]:
        """Return the configuration of a version, by default of the unpublished one."""
        with self._explained():
            found: dict[str, Any] = self._lambda.get_function_configuration(**self._named, Qualifier=version)
        return found

    def alias(self) -> Alias:
        """Return the alias."""
        with self._explained():
            found = self._lambda.get_alias(**self._named, Name=ALIAS)
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        description = found.get("Description", "")
        listed, _, taken = (description if description.startswith(_HISTORY) else "").partition(_TAKEN_BACK)
        version = found["FunctionVersion"]
        history, taken_back = (
            [each for each in re.findall(r"\d+", text) if each != version] for text in (listed, taken)
        )
        return Alias(version, weights, found["RevisionId"], [version, *history], taken_back)

    def listed(self) -> list[dict[str, Any]]:
        """Return the configurations of the published versions, the newest first."""
        with self._explained():
            pages = list(self._lambda.get_paginator("list_versions_by_function").paginate(**self._named))
        found = [each for page in pages for each in page["Versions"] if each["Version"] != _LATEST]
        return sorted(found, key=lambda each: int(each["Version"]), reverse=True)

    def update_code(self, package: Package) -> bool:
        """Replace the code of the unpublished version, unless somebody changes it at the same time.

        Returns False if it has this code already.
        """
        latest, architectures = self.configuration(), [self._function.settings.architecture]
        if (latest["CodeSha256"], latest["Architectures"]) == (package.sha256, architectures):
            return False
        request = {
            **self._named,
            "ZipFile": package.content,
            "Architectures": architectures,
            "RevisionId": latest["RevisionId"],
        }
        with self._explained():
            self._lambda.update_function_code(**request, DryRun=True)
            self._lambda.update_function_code(**request)
            self._wait("function_updated")
        return True

    def publish(self, sha256: str, description: str) -> str:
        """Publish the unpublished version if it has this code, and return its number.

        [PublishVersion](https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html): without a change since
        the last version, this returns the last version.
        """
        with self._explained():
            self._wait("function_updated")
            published = self._lambda.publish_version(**self._named, CodeSha256=sha256, Description=description[:256])
            self._wait("published_version_active", Qualifier=published["Version"])
        return str(published["Version"])

    def serve(self, version: str, alias: Alias, *, back: bool = False) -> Alias:
        """Let the alias invoke only this version, unless another release changed the alias; return the alias.

        `back` is for an earlier version: the current one is then taken back, and no rollback goes to it by itself.
        """
        is_back = back and int(version) < int(alias.version)
        before = [
            each for each in alias.history if each not in (version, FIRST) and not (is_back and each == alias.version)
        ]
        taken_back = [each for each in ([alias.version] if is_back else []) + [*alias.taken_back] if each != version]
        history = ", ".join([version, *before][:_MOST_HISTORY])
        taken = _TAKEN_BACK + ", ".join(taken_back[:_MOST_HISTORY]) if taken_back else ""
        return self._update(alias, {}, FunctionVersion=version, Description=_HISTORY + history + taken)

    def shift(self, version: str, weight: float, alias: Alias) -> Alias:
        """Let the alias invoke this version for a share of the invocations; a weight of 0 ends that."""
        return self._update(alias, {version: weight} if weight else {})

    def _update(self, alias: Alias, weights: Mapping[str, float], **changes: str) -> Alias:
        """Change the alias, unless somebody else has, and return it. Without weights, it invokes one version only."""
        routing = {"AdditionalVersionWeights": weights}
        with self._explained():
            self._lambda.update_alias(
                **self._named, Name=ALIAS, RevisionId=alias.revision_id, RoutingConfig=routing, **changes
            )
        return self.alias()

    def invoke(self, version: str, payload: bytes) -> str | None:
        """Invoke a version, and return its error, or None if it succeeded."""
        with self._explained():
            answer = self._lambda.invoke(**self._named, Qualifier=version, Payload=payload, LogType="None")
        value = answer["Payload"].read().decode(errors="replace")
        return value if answer.get("FunctionError") else None

    def provisioned(self) -> dict[str, Any]:
        """Return the state of the alias's provisioned concurrency."""
        with self._explained():
            found: dict[str, Any] = self._lambda.get_provisioned_concurrency_config(**self._named, Qualifier=ALIAS)
        return found

    def delete_old(self, alias: Alias) -> list[str]:
        """Delete the versions beyond the newest ones that were not in service; return their numbers."""
        kept = {alias.version, *alias.weights, *alias.history}
        old = [each["Version"] for each in self.listed()[KEPT:] if each["Version"] not in kept]
        with self._explained():
            for version in old:
                self._lambda.delete_function(**self._named, Qualifier=version)
        return old

    def _wait(self, waiter: str, **parameters: str) -> None:
        try:
            self._lambda.get_waiter(waiter).wait(**self._named, **parameters)
        except WaiterError as error:
            last = error.last_response
            reason = last.get("LastUpdateStatusReason") or last.get("StateReason") or error.kwargs["reason"]
            raise OpsError(f"Lambda cannot use the code: {reason}", ExitCode.FUNCTION_RELEASE_FAILED) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            message = self._explanation(error.response["Error"]["Code"], error.response["Error"]["Message"])
            if message is None:
                raise
            raise OpsError(message, ExitCode.REFUSED) from None

    def _explanation(self, code: str, message: str) -> str | None:
        function, env = self._function, self._function.names.environment
        match code:
            case "ResourceNotFoundException":
                command = advice.apply(self._target, env)
                return f"{function.name} or its alias {ALIAS} does not exist; apply it first: {command} ({message})"
            case "PreconditionFailedException" | "ResourceConflictException":
                selected = advice.selection(self._target, env)
                return (
                    f"somebody else is changing {function.name}, and nothing more was changed here; run this again "
                    f"after `.venv/bin/python -m ops release-function {function.label} "
                    f"{selected} --list` ({message})"
                )
            case "CodeStorageExceededException":
                return f"the account has no storage left for code; delete versions of functions ({message})"
            case "InvalidParameterValueException" | "RequestEntityTooLargeException":
                return f"Lambda rejects the release of {function.name}: {message}"
        return None


def pending(latest: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """Return the attributes that differ between the unpublished version and the one in service, without code."""
    names = (latest.keys() | live.keys()) - _NOT_CONFIGURATION
    return sorted(name for name in names if latest.get(name) != live.get(name))
