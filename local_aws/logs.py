"""CloudWatch Logs: saved queries.

AWS: PutQueryDefinition, DescribeQueryDefinitions, and DeleteQueryDefinition store queries of CloudWatch Logs Insights.
Moto 5.2.5 has none of them. Added: the three operations. A query is not parsed, and none is run.
"""

import json
import time
import uuid
from typing import Any

from local_aws.extend import add


def install() -> None:
    """Let Moto store saved queries."""
    from moto.logs.responses import LogsResponse

    add(LogsResponse, put_query_definition, describe_query_definitions, delete_query_definition)


def put_query_definition(response: Any) -> Any:
    """PutQueryDefinition: creates a query, or replaces the one with the ID. Refuses an ID and a log group of nobody."""
    definitions, params = _definitions(response), json.loads(response.body)
    asked = params.get("queryDefinitionId")
    if asked and asked not in definitions:
        _refuse("ResourceNotFoundException", f"Query definition {asked} does not exist.")
    for name in params.get("logGroupNames", ()):
        if name not in response.logs_backend.groups:
            _refuse("ResourceNotFoundException", f"The specified log group does not exist: {name}")
    query_id = asked or str(uuid.uuid4())
    shown = {key: params[key] for key in ("name", "queryString", "logGroupNames") if key in params}
    definitions[query_id] = {**shown, "queryDefinitionId": query_id, "lastModified": int(time.time() * 1000)}
    return json.dumps({"queryDefinitionId": query_id})


def describe_query_definitions(response: Any) -> Any:
    """DescribeQueryDefinitions: all whose names begin with the prefix."""
    prefix = json.loads(response.body).get("queryDefinitionNamePrefix", "")
    found = [each for each in _definitions(response).values() if each["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": sorted(found, key=lambda each: str(each["name"]))})


def delete_query_definition(response: Any) -> Any:
    """DeleteQueryDefinition: refuses one that does not exist."""
    asked = json.loads(response.body)["queryDefinitionId"]
    if not _definitions(response).pop(asked, None):
        _refuse("ResourceNotFoundException", f"Query definition {asked} does not exist.")
    return json.dumps({"success": True})


def _definitions(response: Any) -> dict[str, dict[str, Any]]:
    """Return the queries of the account in this Region, by ID."""
    backend = response.logs_backend
    if not hasattr(backend, "query_definitions"):
        backend.query_definitions = {}
    definitions: dict[str, dict[str, Any]] = backend.query_definitions
    return definitions


def _refuse(code: str, message: str) -> None:
    from moto.core.exceptions import JsonRESTError

    raise JsonRESTError(code, message)
