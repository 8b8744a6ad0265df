"""Lambda: provisioned concurrency of versions and aliases.

AWS: execution environments are initialized in advance, within minutes, and count towards the function's reserved
concurrency. Moto 5.2.5 lacks the operations. Added: the configuration is stored, and is ready at once.
"""

import datetime
import json
from typing import Any
from urllib.parse import unquote


def install() -> None:
    """Add the operations."""
    from moto.awslambda import urls
    from moto.awslambda.responses import LambdaResponse

    from local_aws.extend import add

    add(
        LambdaResponse,
        put_provisioned_concurrency_config,
        get_provisioned_concurrency_config,
        delete_provisioned_concurrency_config,
    )
    path = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/provisioned-concurrency$"
    urls.url_paths[path] = LambdaResponse.dispatch


def put_provisioned_concurrency_config(response: Any) -> Any:
    """PutProvisionedConcurrencyConfig: not for $LATEST, nor an alias with weights, nor above the reservation."""
    from moto.awslambda.exceptions import InvalidParameterValueException

    function, key = _found(response)
    count = json.loads(response.body)["ProvisionedConcurrentExecutions"]
    if str(function.version) == "$LATEST":
        raise InvalidParameterValueException(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    alias = getattr(function, "alias", None)
    if alias and (alias.routing_config or {}).get("AdditionalVersionWeights"):
        raise InvalidParameterValueException("Alias with weights can not be used with Provisioned Concurrency")
    reserved = response.backend.get_function(function.function_name).reserved_concurrency
    if reserved is not None and count > int(reserved):
        raise InvalidParameterValueException(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    _configs(response)[key] = {
        "RequestedProvisionedConcurrentExecutions": count,
        "AvailableProvisionedConcurrentExecutions": count,
        "AllocatedProvisionedConcurrentExecutions": count,
        "Status": "READY",
        "LastModified": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
    }
    return 202, {"status": 202}, json.dumps(_configs(response)[key])


def get_provisioned_concurrency_config(response: Any) -> Any:
    """GetProvisionedConcurrencyConfig."""
    _, key = _found(response)
    if key not in _configs(response):
        error = {"Type": "User", "Message": "No Provisioned Concurrency Config found for this function"}
        headers = {"x-amzn-errortype": "ProvisionedConcurrencyConfigNotFoundException", "status": 404}
        return 404, headers, json.dumps(error)
    return 200, {"status": 200}, json.dumps(_configs(response)[key])


def delete_provisioned_concurrency_config(response: Any) -> Any:
    """DeleteProvisionedConcurrencyConfig."""
    _, key = _found(response)
    _configs(response).pop(key, None)
    return 204, {"status": 204}, ""


def _found(response: Any) -> tuple[Any, tuple[str, str]]:
    (qualifier,) = response.querystring["Qualifier"]
    function = response.backend.get_function(unquote(response.path.rstrip("/").split("/")[-2]), qualifier)
    return function, (function.function_name, qualifier)


def _configs(response: Any) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = response.backend.__dict__.setdefault("provisioned_concurrency", {})
    return found
