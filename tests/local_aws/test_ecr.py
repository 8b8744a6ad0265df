"""ECR: replication with several rules, and downloads of layers."""

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.images import digest_of, upload

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


def test_layer_is_downloaded_as_it_was_uploaded(client: Callable[[str], Any]) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="agora/layers")
    content = b'{"os": "linux", "architecture": "arm64"}'
    digest = upload(ecr, "agora/layers", content)
    found = ecr.get_download_url_for_layer(repositoryName="agora/layers", layerDigest=digest)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(found["downloadUrl"], timeout=60) as response:
        assert response.read() == content


def test_layer_that_was_not_uploaded_is_not_found(client: Callable[[str], Any]) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="agora/none")
    with pytest.raises(ClientError) as raised:
        ecr.get_download_url_for_layer(repositoryName="agora/none", layerDigest=digest_of("none"))
    assert raised.value.response["Error"]["Code"] == "LayersNotFoundException"
