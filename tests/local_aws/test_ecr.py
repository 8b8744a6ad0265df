"""ECR: replication with several rules."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "333333333333"


def _rule(region: str) -> dict[str, Any]:
    return {
        "destinations": [{"region": region, "registryId": ACCOUNT}],
        "repositoryFilters": [{"filter": "agora/api", "filterType": "PREFIX_MATCH"}],
    }


def test_replication_rules_are_stored_and_an_invalid_one_changes_nothing(client: Callable[[str], Any]) -> None:
    ecr = client("ecr")
    wanted = {"rules": [_rule("us-west-2"), _rule("eu-west-1")]}
    ecr.put_replication_configuration(replicationConfiguration=wanted)
    assert ecr.describe_registry()["replicationConfiguration"] == wanted
    for invalid in ([_rule("us-east-1"), _rule("ap-northeast-2")], [_rule("us-east-1")] * 11):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            ecr.put_replication_configuration(replicationConfiguration={"rules": invalid})
    assert ecr.describe_registry()["replicationConfiguration"] == wanted
    ecr.put_replication_configuration(replicationConfiguration={"rules": []})
    assert ecr.describe_registry()["replicationConfiguration"] == {"rules": []}
