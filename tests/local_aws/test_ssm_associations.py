"""Systems Manager: associations with the parameters of their document."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

CONTENT = {
    "schemaVersion": "2.2",
    "parameters": {"Host": {"type": "String", "allowedPattern": "^[a-z.]+$"}},
    "mainSteps": [{"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["true"]}}],
}


@pytest.fixture
def ssm(client: Callable[[str], Any]) -> Iterator[Any]:
    found = client("ssm")
    found.create_document(Name="configure", DocumentType="Command", Content=json.dumps(CONTENT))
    yield found
    found.delete_document(Name="configure")


def test_association_is_stored_changed_listed_and_deleted(ssm: Any) -> None:
    created = ssm.create_association(
        Name="configure",
        AssociationName="mine",
        Parameters={"Host": ["vpn.agora.example"]},
        Targets=[{"Key": "InstanceIds", "Values": ["i-1"]}],
        Tags=[{"Key": "product", "Value": "agora"}],
    )["AssociationDescription"]
    assert created["Overview"]["Status"] == "Success"
    tags = ssm.list_tags_for_resource(ResourceType="Association", ResourceId=created["AssociationId"])["TagList"]
    assert tags == [{"Key": "product", "Value": "agora"}]
    ssm.update_association(
        AssociationId=created["AssociationId"], AssociationName="mine", ScheduleExpression="rate(1 day)"
    )
    found = ssm.describe_association(AssociationId=created["AssociationId"])["AssociationDescription"]
    assert found["ScheduleExpression"] == "rate(1 day)"
    assert "Parameters" not in found
    assert [each["AssociationName"] for each in ssm.list_associations()["Associations"]] == ["mine"]
    ssm.delete_association(AssociationId=created["AssociationId"])
    with pytest.raises(ClientError, match="AssociationDoesNotExist"):
        ssm.describe_association(AssociationId=created["AssociationId"])


@pytest.mark.parametrize("parameters", [{"Host": ["$(reboot)"]}, {"Other": ["a"]}])
def test_association_with_parameters_that_the_document_does_not_allow_fails(
    ssm: Any, parameters: dict[str, list[str]]
) -> None:
    with pytest.raises(ClientError, match="InvalidParameters"):
        ssm.create_association(Name="configure", AssociationName="wrong", Parameters=parameters)
