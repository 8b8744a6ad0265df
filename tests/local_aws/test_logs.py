"""Saved queries of CloudWatch Logs Insights."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Client


@pytest.fixture(scope="module")
def logs(client: Client) -> Any:
    found = client("logs")
    found.create_log_group(logGroupName="/agora/queries")
    return found


def put(logs: Any, name: str, **more: Any) -> str:
    return str(logs.put_query_definition(name=name, queryString="fields @message", **more)["queryDefinitionId"])


def named(logs: Any, prefix: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = logs.describe_query_definitions(queryDefinitionNamePrefix=prefix)["queryDefinitions"]
    return found


def test_query_is_stored_changed_and_deleted(logs: Any) -> None:
    query_id = put(logs, "agora/errors", logGroupNames=["/agora/queries"])
    (found,) = named(logs, "agora/err")
    assert (found["queryString"], found["logGroupNames"]) == ("fields @message", ["/agora/queries"])
    assert put(logs, "agora/slowest", queryDefinitionId=query_id) == query_id
    (changed,) = named(logs, "agora/")
    assert (changed["name"], changed.get("logGroupNames")) == ("agora/slowest", None)
    logs.delete_query_definition(queryDefinitionId=query_id)
    assert named(logs, "agora/") == []


def test_query_with_an_unknown_log_group_or_id_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError, match="log group does not exist"):
        put(logs, "agora/lost", logGroupNames=["/agora/nothing"])
    with pytest.raises(ClientError, match="does not exist"):
        put(logs, "agora/lost", queryDefinitionId="nothing")
    with pytest.raises(ClientError, match="does not exist"):
        logs.delete_query_definition(queryDefinitionId="nothing")
