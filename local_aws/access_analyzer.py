"""IAM Access Analyzer: analyzers.

- AWS: [IAM Access Analyzer API Reference]
  (https://docs.aws.amazon.com/access-analyzer/latest/APIReference/Welcome.html). Moto 5.2.5 does not have the service.
  Added: analyzers and their tags, by WSGI in front of Moto. They are ACTIVE at once, and find nothing. As in AWS, an
  account has one analyzer of external access in a Region, and a second one is refused.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from local_aws.json_service import Application, Body, JsonService, Owner, RefusedError

_ROUTES = Map(
    [
        Rule("/analyzer", methods=["PUT"], endpoint="create"),
        Rule("/analyzer", methods=["GET"], endpoint="list"),
        Rule("/analyzer/<name>", methods=["GET"], endpoint="get"),
        Rule("/analyzer/<name>", methods=["PUT"], endpoint="update"),
        Rule("/analyzer/<name>", methods=["DELETE"], endpoint="delete"),
        Rule("/tags/<path:arn>", methods=["GET", "POST", "DELETE"], endpoint="tags"),
    ]
)


def access_analyzer(application: Application) -> JsonService:
    """Return the WSGI application with the service in front of `application`."""
    analyzers = Analyzers()
    operations: dict[str, Callable[..., Body]] = {
        "create": analyzers.create,
        "list": analyzers.list,
        "get": analyzers.get,
        "update": analyzers.update,
        "delete": analyzers.delete,
        "tags": analyzers.tags,
    }
    return JsonService(application, signing_name="access-analyzer", routes=_ROUTES, operations=operations)


class Analyzers:
    """The analyzers of all accounts and Regions."""

    def __init__(self) -> None:
        self._analyzers: dict[tuple[str, str, str], Body] = {}

    def create(self, owner: Owner, _: Request, body: Body) -> Body:
        """CreateAnalyzer."""
        name, kind = body["analyzerName"], body["type"]
        if (*owner, name) in self._analyzers:
            raise RefusedError("ConflictException", 409, f"there is already an analyzer {name}")
        if any(key[:2] == owner and each["type"] == kind for key, each in self._analyzers.items()):
            message = f"the quota of analyzers of type {kind} is reached"
            raise RefusedError("ServiceQuotaExceededException", 402, message)
        account, region = owner
        found = self._analyzers[*owner, name] = {
            "arn": f"arn:aws:access-analyzer:{region}:{account}:analyzer/{name}",
            "name": name,
            "type": kind,
            "createdAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "status": "ACTIVE",
            "tags": body.get("tags", {}),
            **({"configuration": body["configuration"]} if body.get("configuration") else {}),
        }
        return {"arn": found["arn"]}

    def list(self, owner: Owner, _: Request, __: Body) -> Body:
        """ListAnalyzers."""
        return {"analyzers": [each for key, each in self._analyzers.items() if key[:2] == owner]}

    def get(self, owner: Owner, _: Request, __: Body, name: str) -> Body:
        """GetAnalyzer."""
        return {"analyzer": self._analyzer(owner, name)}

    def update(self, owner: Owner, _: Request, body: Body, name: str) -> Body:
        """UpdateAnalyzer."""
        found = self._analyzer(owner, name)
        found["configuration"] = body.get("configuration", {})
        return {"configuration": found["configuration"]}

    def delete(self, owner: Owner, _: Request, __: Body, name: str) -> Body:
        """DeleteAnalyzer."""
        self._analyzer(owner, name)
        del self._analyzers[*owner, name]
        return {}

    def tags(self, owner: Owner, request: Request, body: Body, arn: str) -> Body:
        """ListTagsForResource, TagResource, and UntagResource."""
        tags: dict[str, Any] = self._analyzer(owner, arn.rpartition("/")[2])["tags"]
        if request.method == "POST":
            tags.update(body["tags"])
        for key in request.args.getlist("tagKeys"):
            tags.pop(key, None)
        return {"tags": tags} if request.method == "GET" else {}

    def _analyzer(self, owner: Owner, name: str) -> Body:
        found = self._analyzers.get((*owner, name))
        if found is None:
            raise RefusedError("ResourceNotFoundException", 404, f"there is no analyzer {name}")
        return found
