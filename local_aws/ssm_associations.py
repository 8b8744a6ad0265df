"""Systems Manager: associations of State Manager.

AWS: CreateAssociation, DescribeAssociation, ListAssociations, UpdateAssociation, and DeleteAssociation; parameters must
be those of the document, and match their allowedPattern. Moto 5.2.5 has none of them, and accepts no tags of
associations. Added: all, without running the document: an association has succeeded at once.
"""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from local_aws.extend import add, respond

#: What a request has of an association, stored as it is.
_STORED = (
    "AssociationName",
    "ComplianceSeverity",
    "DocumentVersion",
    "Parameters",
    "ScheduleExpression",
    "Targets",
)

#: What a list has of an association.
_LISTED = ("AssociationId", "AssociationName", "DocumentVersion", "Name", "Targets")


def install() -> None:
    """Add associations to Moto's Systems Manager."""
    from moto.ssm.models import SimpleSystemManagerBackend
    from moto.ssm.responses import SimpleSystemManagerResponse

    add(
        SimpleSystemManagerResponse,
        create_association,
        describe_association,
        update_association,
        delete_association,
        list_associations,
    )
    add(SimpleSystemManagerBackend, _with_associations(SimpleSystemManagerBackend._validate_resource_type_and_id))


def create_association(response: Any) -> Any:
    """CreateAssociation."""
    association = {
        "AssociationId": str(uuid.uuid4()),
        "Name": response._get_param("Name"),
        "Overview": {"Status": "Success", "DetailedStatus": "Success"},
    }
    _store(response, association)
    _associations(response)[association["AssociationId"]] = association
    tags = {each["Key"]: each["Value"] for each in response._get_param("Tags") or ()}
    response.ssm_backend.add_tags_to_resource("Association", association["AssociationId"], tags)
    return respond({"AssociationDescription": association})


def describe_association(response: Any) -> Any:
    """DescribeAssociation."""
    return respond({"AssociationDescription": _association(response)})


def update_association(response: Any) -> Any:
    """UpdateAssociation, which replaces everything that an association has."""
    association = _association(response)
    for key in _STORED:
        association.pop(key, None)
    _store(response, association)
    return respond({"AssociationDescription": association})


def delete_association(response: Any) -> Any:
    """DeleteAssociation."""
    del _associations(response)[_association(response)["AssociationId"]]
    return respond({})


def list_associations(response: Any) -> Any:
    """ListAssociations, without filters."""
    found = _associations(response).values()
    return respond({"Associations": [{key: each.get(key) for key in _LISTED} for each in found]})


def _store(response: Any, association: dict[str, Any]) -> None:
    given = {key: response._get_param(key) for key in _STORED}
    _check_parameters(response, association["Name"], given["Parameters"] or {})
    association.update({key: value for key, value in given.items() if value is not None})


def _check_parameters(response: Any, document: str, parameters: dict[str, list[str]]) -> None:
    from moto.core.exceptions import JsonRESTError

    content = json.loads(response.ssm_backend._get_documents(document).get_default_version().content)
    known = content.get("parameters", {})
    for name, values in parameters.items():
        pattern = known.get(name, {}).get("allowedPattern", ".*")
        if name not in known or not all(re.search(pattern, value) for value in values):
            raise JsonRESTError("InvalidParameters", f"Parameter {name} of {document}: {values}")


def _associations(response: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = response.ssm_backend.__dict__.setdefault("associations", {})
    return found


def _association(response: Any) -> dict[str, Any]:
    from moto.core.exceptions import JsonRESTError

    found = _associations(response).get(response._get_param("AssociationId"))
    if found is None:
        raise JsonRESTError("AssociationDoesNotExist", "")
    return found


def _with_associations(validate: Callable[..., str]) -> Callable[..., str]:
    """Accept tags of associations."""

    def _validate_resource_type_and_id(backend: Any, resource_type: str, resource_id: str) -> str:
        if resource_type == "Association" and resource_id in backend.__dict__.get("associations", {}):
            return resource_id
        return validate(backend, resource_type, resource_id)

    return _validate_resource_type_and_id
