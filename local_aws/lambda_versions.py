"""Lambda: published versions, aliases with weights, and what belongs to a qualifier.

- AWS: a version is published only if code or configuration differ from the last one, numbers are never used again, a
  version that an alias names cannot be deleted, and RevisionId and CodeSha256 make a change conditional. Moto 5.2.5
  counts the versions that are left, and ignores the conditions. Added: all of it.
- AWS: an alias invokes its version, or a second one for its weight of the invocations. Moto ignores weights, and the
  qualifier of an invocation. Added: `routed`; every invocation with the second version is counted, not random, so that
  a test with ten invocations and a weight of 0.1 sees exactly one.
- AWS: an event source mapping and an event invoke configuration belong to a function, a version, or an alias. Moto
  stores those of the function only. Added: each has its qualifier.
"""

import copy
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

#: What does not make a version differ from the last one.
_NOT_COMPARED = ("Description", "FunctionArn", "LastModified", "RevisionId", "Version")
_LATEST = "$LATEST"


def install() -> None:
    """Let Moto's functions have versions that can be used."""
    from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction, LambdaStorage
    from moto.awslambda.responses import LambdaResponse

    from local_aws.extend import add, replace

    add(LambdaFunction, _with_revision(LambdaFunction.get_configuration))
    add(LambdaFunction, _revising(LambdaFunction.update_configuration))
    add(LambdaFunction, _revising(LambdaFunction.update_function_code))
    add(LambdaStorage, _knowing_alias(LambdaStorage.get_function_by_name_with_qualifier))
    add(LambdaStorage, get_arn, _refusing_used(LambdaStorage.del_function))
    add(LambdaBackend, create_function, publish_version, update_function_code)
    add(LambdaBackend, _at_qualifier(LambdaBackend.create_event_source_mapping))
    add(LambdaBackend, _moved_to_qualifier(LambdaBackend.update_event_source_mapping))
    add(LambdaBackend, put_function_event_invoke_config, get_function_event_invoke_config)
    add(LambdaBackend, delete_function_event_invoke_config)
    add(LambdaAlias, _conditional(LambdaAlias.update))
    add(LambdaResponse, update_alias, _with_qualifier(LambdaResponse.invoke))
    replace(LambdaResponse, "publish_version", _publish_version)
    for name in ("put", "get", "delete", "update"):
        add(LambdaResponse, _qualified(getattr(LambdaResponse, f"{name}_function_event_invoke_config")))


def qualifier_of(function: Any) -> str | None:
    """Return the alias through which Moto's function was found."""
    found: str | None = getattr(function, "qualifier", None)
    return found


def routed(function: Any) -> Any:
    """Return the version that an invocation of this function runs: of an alias with weights, sometimes the second."""
    alias = getattr(function, "alias", None)
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") if alias else None
    if not weights:
        return function
    ((version, weight),) = weights.items()
    alias.invocations = getattr(alias, "invocations", 0) + 1
    if int(alias.invocations * weight) == int((alias.invocations - 1) * weight):
        return function
    return _through(alias, _storage(function)._get_version(function.function_name, version))


def invoke_config(function: Any) -> dict[str, Any]:
    """Return the configuration of asynchronous invocations for the qualifier with which the function was found."""
    found = _configs(_backend(function)).get((function.function_name, qualifier_of(function)))
    return found.config if found else {}


def _backend(function: Any) -> Any:
    from moto.awslambda.utils import get_backend

    return get_backend(function.account_id, function.region)


def _storage(function: Any) -> Any:
    return _backend(function)._lambdas


def _through(alias: Any, version: Any) -> Any:
    found = copy.copy(version)
    found.qualifier, found.alias = alias.name, alias
    return found


def _require(given: str | None, current: str) -> None:
    from moto.awslambda.exceptions import PreconditionFailedException

    if given and given != current:
        raise PreconditionFailedException(
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id"
        )


def _revision(function: Any) -> str:
    if not hasattr(function, "revision_id"):
        function.revision_id = str(uuid4())
    return str(function.revision_id)


def _with_revision(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_configuration(function: Any, on_create: bool = False) -> dict[str, Any]:
        return {**get(function, on_create), "RevisionId": _revision(function)}

    return get_configuration


def _revising(update: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def updating(function: Any, given: dict[str, Any]) -> dict[str, Any]:
        _require(given.get("RevisionId"), _revision(function))
        if not given.get("DryRun"):
            function.revision_id = str(uuid4())
        return update(function, given)

    updating.__name__ = update.__name__
    return updating


def _knowing_alias(find: Callable[..., Any]) -> Callable[..., Any]:
    def get_function_by_name_with_qualifier(storage: Any, name: str, qualifier: str | None = None) -> Any:
        found = find(storage, name, qualifier)
        qualifier = name.partition(":")[2] or qualifier
        alias = storage._aliases[storage._get_latest(found.function_name).function_arn].get(qualifier or "")
        return _through(alias, found) if alias else found

    return get_function_by_name_with_qualifier


def get_arn(storage: Any, arn: str) -> Any:
    """Return the function, version, or alias with this ARN, as CloudWatch Logs invokes it; None if there is none."""
    from moto.awslambda.exceptions import UnknownFunctionException

    try:
        return storage.get_function_by_name_or_arn_with_qualifier(arn)
    except UnknownFunctionException:
        return None


def create_function(backend: Any, spec: dict[str, Any]) -> Any:
    """CreateFunction; with Publish, the response has the number of the version."""
    from moto.awslambda.models import LambdaFunction

    function = LambdaFunction(account_id=backend.account_id, spec=spec, region=backend.region_name, version=_LATEST)
    backend._lambdas.put_function(function)
    if not spec.get("Publish"):
        return function
    created = copy.copy(function)
    created.version = backend.publish_version(function.function_name).version
    return created


def publish_version(
    backend: Any, function_name: str, description: str = "", code_sha: str | None = None, revision: str | None = None
) -> Any:
    """PublishVersion."""
    from moto.awslambda.exceptions import InvalidParameterValueException

    function = backend._lambdas.get_function_by_name_or_arn_forbid_qualifier(function_name)
    _require(revision, _revision(function))
    if code_sha and code_sha != function.code_sha_256:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({code_sha}) is different from current CodeSHA256 in $LATEST ({function.code_sha_256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    return _publish(backend._lambdas, function, description)


def _publish(storage: Any, function: Any, description: str) -> Any:
    group = storage._functions[function.function_name]
    if group["versions"] and _compared(group["versions"][-1]) == _compared(function):
        return group["versions"][-1]
    group["count"] = group.get("count", 0) + 1
    version = copy.copy(function)
    version.set_version(group["count"])
    version.revision_id = str(uuid4())
    if description:
        version.description = description
    group["versions"].append(version)
    storage._arns[version.function_arn] = version
    return version


def _compared(function: Any) -> dict[str, Any]:
    return {name: value for name, value in function.get_configuration().items() if name not in _NOT_COMPARED}


def update_function_code(backend: Any, function_name: str, qualifier: str | None, body: dict[str, Any]) -> Any:
    """UpdateFunctionCode; a dry run only validates."""
    from moto.awslambda.models import _zipfile_content

    function = backend.get_function(function_name, qualifier)
    if body.get("DryRun"):
        _require(body.get("RevisionId"), _revision(function))
        _, size, sha, _ = _zipfile_content(body["ZipFile"])
        return {**function.get_configuration(), "CodeSha256": sha, "CodeSize": size}
    function.update_function_code(body)
    published = backend.publish_version(function_name) if body.get("Publish") else function
    return published.get_configuration()


def _refusing_used(delete: Callable[..., None]) -> Callable[..., None]:
    def del_function(storage: Any, name_or_arn: str, qualifier: str | None = None) -> None:
        from moto.awslambda.exceptions import ConflictException

        function = storage.get_function_by_name_or_arn_with_qualifier(name_or_arn, qualifier)
        name = function.function_name
        used = [
            alias.name
            for alias in storage.list_aliases(name)
            if qualifier
            in (alias.function_version, *((alias.routing_config or {}).get("AdditionalVersionWeights") or ()))
        ]
        if used:
            raise ConflictException(f"Function version {qualifier} is used by the aliases {used}")
        if qualifier is None:
            configs = _configs(_backend(function))
            for key in [key for key in configs if key[0] == name]:
                del configs[key]
        delete(storage, name_or_arn, qualifier)

    return del_function


def _at_qualifier(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_event_source_mapping(backend: Any, spec: dict[str, Any]) -> Any:
        mapping = create(backend, spec)
        mapping.function_arn = _qualified_arn(backend, spec["FunctionName"])
        return mapping

    return create_event_source_mapping


def _moved_to_qualifier(update: Callable[..., Any]) -> Callable[..., Any]:
    def update_event_source_mapping(backend: Any, uuid: str, spec: dict[str, Any]) -> Any:
        mapping = update(backend, uuid, spec)
        if mapping and "FunctionName" in spec:
            mapping.function_arn = _qualified_arn(backend, spec["FunctionName"])
        return mapping

    return update_event_source_mapping


def _qualified_arn(backend: Any, name_or_arn: str) -> str:
    function = backend.get_function(name_or_arn)
    qualifier = qualifier_of(function)
    if qualifier is None:
        return str(function.function_arn)
    return f"{backend.get_function(function.function_name).function_arn}:{qualifier}"


def _configs(backend: Any) -> dict[tuple[str, str | None], Any]:
    """Return the event invoke configurations by function and qualifier."""
    found: dict[tuple[str, str | None], Any] = backend.__dict__.setdefault("event_invoke_configs", {})
    return found


def put_function_event_invoke_config(backend: Any, function_name: str, config: dict[str, Any]) -> Any:
    """PutFunctionEventInvokeConfig: replaces the existing configuration."""
    from moto.awslambda.models import EventInvokeConfig

    function = backend.get_function(function_name)
    stored = EventInvokeConfig(_qualified_arn(backend, function_name), function.last_modified, config)
    _configs(backend)[(function.function_name, qualifier_of(function))] = stored
    return stored.response()


def get_function_event_invoke_config(backend: Any, function_name: str) -> Any:
    """GetFunctionEventInvokeConfig."""
    from moto.awslambda.exceptions import UnknownEventConfig

    function = backend.get_function(function_name)
    found = _configs(backend).get((function.function_name, qualifier_of(function)))
    if found is None:
        raise UnknownEventConfig(function.function_arn)
    return found.response()


def delete_function_event_invoke_config(backend: Any, function_name: str) -> None:
    """DeleteFunctionEventInvokeConfig."""
    backend.get_function_event_invoke_config(function_name)
    function = backend.get_function(function_name)
    del _configs(backend)[(function.function_name, qualifier_of(function))]


def _conditional(update: Callable[..., None]) -> Callable[..., None]:
    def changing(alias: Any, *arguments: Any) -> None:
        alias.revision_id = str(uuid4())
        update(alias, *arguments)

    changing.__name__ = "update"
    return changing


def _publish_version(response: Any) -> Any:
    """PublishVersion: the response."""
    given = json.loads(response.body or "{}")
    name = _name(response, -2)
    published = response.backend.publish_version(
        name, given.get("Description") or "", given.get("CodeSha256"), given.get("RevisionId")
    )
    return 201, {"status": 201}, json.dumps(published.get_configuration())


def update_alias(response: Any) -> Any:
    """UpdateAlias: the response."""
    given = json.loads(response.body)
    name, function_name = _name(response, -1), _name(response, -3)
    alias = response.backend.get_alias(name, function_name)
    _require(given.get("RevisionId"), alias.revision_id)
    version = given.get("FunctionVersion") or alias.function_version
    updated = response.backend.update_alias(
        name, function_name, version, given.get("Description"), given.get("RoutingConfig")
    )
    return 200, {"status": 200}, json.dumps(updated.to_json())


def _with_qualifier(invoke: Callable[..., Any]) -> Callable[..., Any]:
    def calling(response: Any) -> Any:
        if "Qualifier" in response.querystring:
            response.querystring["qualifier"] = response.querystring["Qualifier"]
        return invoke(response)

    calling.__name__ = "invoke"
    return calling


def _qualified(respond: Callable[..., Any]) -> Callable[..., Any]:
    """Add the qualifier of a request to the function's name in its path, from which Moto reads it."""

    def responding(response: Any) -> Any:
        (qualifier,) = response.querystring.get("Qualifier", [None])
        if qualifier:
            name = _name(response, -2)
            response.path = response.path.replace(f"/{_raw(response, -2)}/", f"/{name}:{qualifier}/")
        return respond(response)

    responding.__name__ = respond.__name__
    return responding


def _raw(response: Any, index: int) -> str:
    return str(response.path.rstrip("/").split("/")[index])


def _name(response: Any, index: int) -> str:
    from urllib.parse import unquote

    return unquote(_raw(response, index))
