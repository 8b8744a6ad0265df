"""AWS CodeConnections: connections to Git providers.

- AWS: [AWS CodeConnections API Reference]
  (https://docs.aws.amazon.com/codeconnections/latest/APIReference/Welcome.html). Moto 5.2.5 does not have the service.
  Added: connections and their tags, by WSGI in front of Moto. As in AWS, a connection that the API creates is PENDING
  until somebody confirms it in the console, which does not exist here. Hosts, repository links, and sync
  configurations are not implemented (HTTP 501).
"""

import uuid
from collections.abc import Callable

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from local_aws.json_service import Application, Body, JsonService, Owner, RefusedError

_ROUTES = Map([Rule("/", methods=["POST"], endpoint="call")])


def codeconnections(application: Application) -> JsonService:
    """Return the WSGI application with the service in front of `application`."""
    connections = Connections()
    return JsonService(
        application, signing_name="codeconnections", routes=_ROUTES, operations={"call": connections.call}
    )


class Connections:
    """The connections of all accounts and Regions."""

    def __init__(self) -> None:
        self._connections: dict[str, Body] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._operations: dict[str, Callable[[Owner, Body], Body]] = {
            "CreateConnection": self._create,
            "GetConnection": lambda _, body: {"Connection": self._found(body["ConnectionArn"])},
            "ListConnections": self._list,
            "DeleteConnection": self._delete,
            "ListTagsForResource": lambda _, body: {"Tags": self._tags_of(body["ResourceArn"])},
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def call(self, owner: Owner, request: Request, body: Body) -> Body:
        """Return the result of the operation that the header names."""
        name = request.headers["X-Amz-Target"].rpartition(".")[2]
        if name not in self._operations:
            message = f"the embedded AWS does not implement {name} of codeconnections"
            raise RefusedError("NotImplementedException", 501, message)
        return self._operations[name](owner, body)

    def _create(self, owner: Owner, body: Body) -> Body:
        account, region = owner
        arn = f"arn:aws:codeconnections:{region}:{account}:connection/{uuid.uuid4()}"
        self._connections[arn] = {
            "ConnectionName": body["ConnectionName"],
            "ConnectionArn": arn,
            "ProviderType": body.get("ProviderType", "GitHub"),
            "OwnerAccountId": account,
            "ConnectionStatus": "PENDING",
        }
        self._tags[arn] = {each["Key"]: each["Value"] for each in body.get("Tags", ())}
        return {"ConnectionArn": arn, "Tags": self._tags_of(arn)}

    def _list(self, owner: Owner, body: Body) -> Body:
        account, region = owner
        here = f"arn:aws:codeconnections:{region}:{account}:"
        found = [each for arn, each in self._connections.items() if arn.startswith(here)]
        wanted = body.get("ProviderTypeFilter")
        return {"Connections": [each for each in found if wanted in (None, each["ProviderType"])]}

    def _delete(self, _: Owner, body: Body) -> Body:
        self._found(body["ConnectionArn"])
        del self._connections[body["ConnectionArn"]], self._tags[body["ConnectionArn"]]
        return {}

    def _tag(self, _: Owner, body: Body) -> Body:
        self._found(body["ResourceArn"])
        self._tags[body["ResourceArn"]].update({each["Key"]: each["Value"] for each in body["Tags"]})
        return {}

    def _untag(self, _: Owner, body: Body) -> Body:
        self._found(body["ResourceArn"])
        for key in body["TagKeys"]:
            self._tags[body["ResourceArn"]].pop(key, None)
        return {}

    def _tags_of(self, arn: str) -> list[dict[str, str]]:
        self._found(arn)
        return [{"Key": key, "Value": value} for key, value in self._tags[arn].items()]

    def _found(self, arn: str) -> Body:
        if arn not in self._connections:
            raise RefusedError("ResourceNotFoundException", 400, f"there is no connection {arn}")
        return self._connections[arn]
