"""Connections of AWS CodeConnections."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Client


def test_connection_is_pending_tagged_listed_and_deleted(client: Client) -> None:
    service: Any = client("codeconnections")
    tags = [{"Key": "product", "Value": "agora"}]
    arn = service.create_connection(ProviderType="GitHub", ConnectionName="agora-dev-github", Tags=tags)[
        "ConnectionArn"
    ]
    connection = service.get_connection(ConnectionArn=arn)["Connection"]
    assert (connection["ConnectionName"], connection["ConnectionStatus"]) == ("agora-dev-github", "PENDING")
    assert service.list_connections(ProviderTypeFilter="GitHub")["Connections"] == [connection]
    assert service.list_connections(ProviderTypeFilter="GitLab")["Connections"] == []
    service.tag_resource(ResourceArn=arn, Tags=[{"Key": "tier", "Value": "development"}])
    service.untag_resource(ResourceArn=arn, TagKeys=["product"])
    assert service.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "tier", "Value": "development"}]
    service.delete_connection(ConnectionArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        service.get_connection(ConnectionArn=arn)


def test_operation_that_is_missing_is_an_error(client: Client) -> None:
    service: Any = client("codeconnections")
    with pytest.raises(ClientError, match="does not implement ListHosts of codeconnections"):
        service.list_hosts()
