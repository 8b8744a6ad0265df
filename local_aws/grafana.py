"""Amazon Managed Grafana: workspaces, how users sign in, and their roles.

- AWS: [Amazon Managed Grafana API Reference](https://docs.aws.amazon.com/grafana/latest/APIReference/Welcome.html).
  Moto 5.2.5 does not have the service. Added: workspaces with their configuration, authentication, and permissions,
  by WSGI in front of Moto. A workspace is ACTIVE at once, and a configuration of SAML
  CONFIGURED. Licenses, API keys, and service accounts are not implemented (HTTP 501). There is no Grafana behind an
  endpoint.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from time import time

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from local_aws.json_service import Application, Body, JsonService, RefusedError

_WORKSPACE = "/workspaces/<id>"
_ROUTES = Map(
    [
        Rule("/workspaces", methods=["POST"], endpoint="create"),
        Rule("/workspaces", methods=["GET"], endpoint="list"),
        Rule(_WORKSPACE, methods=["GET"], endpoint="describe"),
        Rule(_WORKSPACE, methods=["PUT"], endpoint="update"),
        Rule(_WORKSPACE, methods=["DELETE"], endpoint="delete"),
        Rule(f"{_WORKSPACE}/configuration", methods=["GET"], endpoint="describe_configuration"),
        Rule(f"{_WORKSPACE}/configuration", methods=["PUT"], endpoint="update_configuration"),
        Rule(f"{_WORKSPACE}/authentication", methods=["GET"], endpoint="describe_authentication"),
        Rule(f"{_WORKSPACE}/authentication", methods=["POST"], endpoint="update_authentication"),
        Rule(f"{_WORKSPACE}/permissions", methods=["GET"], endpoint="list_permissions"),
        Rule(f"{_WORKSPACE}/permissions", methods=["PATCH"], endpoint="update_permissions"),
        Rule("/tags/<path:arn>", methods=["GET", "POST", "DELETE"], endpoint="tags"),
    ]
)
#: Members of UpdateWorkspace and CreateWorkspace that DescribeWorkspace returns under another name.
_RENAMED = {
    "workspaceName": "name",
    "workspaceDescription": "description",
    "workspaceDataSources": "dataSources",
    "workspaceNotificationDestinations": "notificationDestinations",
    "workspaceOrganizationalUnits": "organizationalUnits",
}
_ENDED = {"removeNetworkAccessConfiguration": "networkAccessControl", "removeVpcConfiguration": "vpcConfiguration"}


@dataclass
class Workspace:
    """A workspace, as DescribeWorkspace returns it, and what other operations return."""

    described: Body
    configuration: str
    saml: Body | None = None
    permissions: dict[tuple[str, str], str] = field(default_factory=dict)
    """The role of each user or group, by its kind and ID."""


def grafana(application: Application) -> JsonService:
    """Return the WSGI application with the service in front of `application`."""
    workspaces = Workspaces()
    operations = {rule.endpoint: workspaces.operation(rule.endpoint) for rule in _ROUTES.iter_rules()}
    return JsonService(application, signing_name="grafana", routes=_ROUTES, operations=operations)


class Workspaces:
    """The workspaces of all accounts and Regions."""

    def __init__(self) -> None:
        self._workspaces: dict[tuple[str, str, str], Workspace] = {}

    def operation(self, name: str) -> Callable[..., Body]:
        """Return the operation that a route names."""
        if name == "tags":
            return lambda _, request, body, arn: self._tags(request, arn, body)
        operation: Callable[..., Body] = getattr(self, f"_{name}")
        return lambda owner, _, body, **arguments: operation(owner, body, **arguments)

    def _create(self, owner: tuple[str, str], body: Body) -> Body:
        if body["permissionType"] != "CUSTOMER_MANAGED" or not body.get("workspaceRoleArn"):
            raise RefusedError("ValidationException", 400, "CUSTOMER_MANAGED requires workspaceRoleArn")
        id = f"g-{uuid.uuid4().hex[:10]}"
        described = {
            **_described(body),
            "id": id,
            "created": time(),
            "modified": time(),
            "endpoint": f"{id}.grafana-workspace.{owner[1]}.amazonaws.com",
            "status": "ACTIVE",
            "grafanaVersion": body.get("grafanaVersion", "10.4"),
            "authentication": {"providers": body["authenticationProviders"], "samlConfigurationStatus": None},
            "tags": body.get("tags", {}),
        }
        described.setdefault("dataSources", [])
        self._workspaces[*owner, id] = Workspace(described, body.get("configuration", "{}"))
        return {"workspace": described}

    def _list(self, owner: tuple[str, str], _: Body) -> Body:
        found = [each.described for key, each in self._workspaces.items() if key[:2] == owner]
        return {"workspaces": found}

    def _describe(self, owner: tuple[str, str], _: Body, id: str) -> Body:
        return {"workspace": self._workspace(owner, id).described}

    def _update(self, owner: tuple[str, str], body: Body, id: str) -> Body:
        described = self._workspace(owner, id).described
        described.update(_described(body), modified=time())
        for key, ended in _ENDED.items():
            if body.get(key):
                described.pop(ended, None)
        return {"workspace": described}

    def _delete(self, owner: tuple[str, str], _: Body, id: str) -> Body:
        described = self._workspace(owner, id).described
        del self._workspaces[*owner, id]
        return {"workspace": {**described, "status": "DELETING"}}

    def _describe_configuration(self, owner: tuple[str, str], _: Body, id: str) -> Body:
        workspace = self._workspace(owner, id)
        return {"configuration": workspace.configuration, "grafanaVersion": workspace.described["grafanaVersion"]}

    def _update_configuration(self, owner: tuple[str, str], body: Body, id: str) -> Body:
        workspace = self._workspace(owner, id)
        current = str(workspace.described["grafanaVersion"])
        version = str(body.get("grafanaVersion", current))
        if float(version) < float(current):
            raise RefusedError("ValidationException", 400, "a workspace cannot be downgraded")
        workspace.configuration = body["configuration"]
        workspace.described["grafanaVersion"] = version
        return {}

    def _describe_authentication(self, owner: tuple[str, str], _: Body, id: str) -> Body:
        workspace = self._workspace(owner, id)
        providers = workspace.described["authentication"]["providers"]
        saml = {"status": "CONFIGURED", "configuration": workspace.saml} if workspace.saml else None
        configured = saml or {"status": "NOT_CONFIGURED"}
        return {"authentication": {"providers": providers, **({"saml": configured} if "SAML" in providers else {})}}

    def _update_authentication(self, owner: tuple[str, str], body: Body, id: str) -> Body:
        workspace = self._workspace(owner, id)
        workspace.described["authentication"]["providers"] = body["authenticationProviders"]
        workspace.saml = body.get("samlConfiguration")
        return self._describe_authentication(owner, body, id)

    def _list_permissions(self, owner: tuple[str, str], _: Body, id: str) -> Body:
        found = self._workspace(owner, id).permissions
        return {
            "permissions": [{"user": {"type": kind, "id": user}, "role": role} for (kind, user), role in found.items()]
        }

    def _update_permissions(self, owner: tuple[str, str], body: Body, id: str) -> Body:
        permissions = self._workspace(owner, id).permissions
        for instruction in body["updateInstructionBatch"]:
            for user in instruction["users"]:
                key = (user["type"], user["id"])
                if instruction["action"] == "ADD":
                    permissions[key] = instruction["role"]
                elif permissions.get(key) == instruction["role"]:
                    del permissions[key]
        return {"errors": []}

    def _tags(self, request: Request, arn: str, body: Body) -> Body:
        id = arn.rpartition("/")[2]
        workspace = next((each for key, each in self._workspaces.items() if key[2] == id), None)
        if workspace is None:
            raise RefusedError("ResourceNotFoundException", 404, f"there is no workspace {id}")
        tags = workspace.described["tags"]
        if request.method == "POST":
            tags.update(body["tags"])
        for key in request.args.getlist("tagKeys"):
            tags.pop(key, None)
        return {"tags": tags} if request.method == "GET" else {}

    def _workspace(self, owner: tuple[str, str], id: str) -> Workspace:
        found = self._workspaces.get((*owner, id))
        if found is None:
            raise RefusedError("ResourceNotFoundException", 404, f"there is no workspace {id}")
        return found


def _described(body: Body) -> Body:
    """Return the members of a request that the workspace has, under the names that DescribeWorkspace gives them."""
    names = (*_RENAMED, "accountAccessType", "permissionType", "workspaceRoleArn", "networkAccessControl")
    return {_RENAMED.get(name, name): body[name] for name in (*names, "vpcConfiguration") if name in body}
