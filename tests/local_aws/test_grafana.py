"""Amazon Managed Grafana: workspaces, authentication, and permissions."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::333333333333:role/grafana"


@pytest.fixture
def grafana(client: Callable[[str], Any]) -> Any:
    return client("grafana")


def create(grafana: Any, **given: Any) -> dict[str, Any]:
    arguments = {
        "accountAccessType": "CURRENT_ACCOUNT",
        "permissionType": "CUSTOMER_MANAGED",
        "workspaceRoleArn": ROLE,
        "authenticationProviders": ["SAML"],
        "workspaceName": "prod",
        "tags": {"product": "agora"},
    }
    return dict(grafana.create_workspace(**(arguments | given))["workspace"])


@pytest.fixture
def workspace_id(grafana: Any) -> Iterator[str]:
    id = str(create(grafana)["id"])
    yield id
    grafana.delete_workspace(workspaceId=id)


def test_workspace_is_described_as_it_was_created(grafana: Any, workspace_id: str) -> None:
    found = grafana.describe_workspace(workspaceId=workspace_id)["workspace"]
    assert (found["name"], found["status"], found["workspaceRoleArn"]) == ("prod", "ACTIVE", ROLE)
    assert found["endpoint"] == f"{workspace_id}.grafana-workspace.ap-northeast-2.amazonaws.com"
    assert found["tags"] == {"product": "agora"}


def test_update_changes_and_ends_settings(grafana: Any, workspace_id: str) -> None:
    access = {"prefixListIds": ["pl-1"], "vpceIds": []}
    grafana.update_workspace(workspaceId=workspace_id, workspaceName="other", networkAccessControl=access)
    changed = grafana.describe_workspace(workspaceId=workspace_id)["workspace"]
    assert (changed["name"], changed["networkAccessControl"]) == ("other", access)
    grafana.update_workspace(workspaceId=workspace_id, removeNetworkAccessConfiguration=True)
    assert "networkAccessControl" not in grafana.describe_workspace(workspaceId=workspace_id)["workspace"]


def test_permission_of_a_group_is_added_and_revoked(grafana: Any, workspace_id: str) -> None:
    user = {"id": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "type": "SSO_GROUP"}
    for action, expected in (("ADD", [{"user": user, "role": "ADMIN"}]), ("REVOKE", [])):
        instruction = {"action": action, "role": "ADMIN", "users": [user]}
        grafana.update_permissions(workspaceId=workspace_id, updateInstructionBatch=[instruction])
        assert grafana.list_permissions(workspaceId=workspace_id)["permissions"] == expected


def test_saml_is_configured_at_once(grafana: Any, workspace_id: str) -> None:
    before = grafana.describe_workspace_authentication(workspaceId=workspace_id)["authentication"]
    assert before["saml"] == {"status": "NOT_CONFIGURED"}
    saml = {"idpMetadata": {"url": "https://login.agora.example/metadata.xml"}}
    grafana.update_workspace_authentication(
        workspaceId=workspace_id, authenticationProviders=["SAML"], samlConfiguration=saml
    )
    after = grafana.describe_workspace_authentication(workspaceId=workspace_id)["authentication"]
    assert (after["saml"]["status"], after["saml"]["configuration"]) == ("CONFIGURED", saml)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda grafana: create(grafana, permissionType="SERVICE_MANAGED"), "ValidationException"),
        (lambda grafana: grafana.describe_workspace(workspaceId="g-0000000000"), "ResourceNotFoundException"),
        (lambda grafana: grafana.list_workspace_service_accounts(workspaceId="g-0000000000"), "NotImplemented"),
    ],
)
def test_wrong_or_unknown_request_fails(grafana: Any, call: Callable[[Any], Any], error: str) -> None:
    with pytest.raises(ClientError, match=error):
        call(grafana)


def test_downgrade_fails(grafana: Any, workspace_id: str) -> None:
    with pytest.raises(ClientError, match="cannot be downgraded"):
        grafana.update_workspace_configuration(workspaceId=workspace_id, configuration="{}", grafanaVersion="9.4")
