"""RDS: custom endpoints of clusters.

- AWS: CreateDBClusterEndpoint and its Describe, Modify, and Delete operations. Moto 5.2.5 has none of them. Added.
"""

from collections.abc import Callable
from typing import Any

from local_aws.extend import add, respond
from local_aws.rds import letters


def install() -> None:
    """Add the operations to Moto's RDS."""
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse

    add(RDSBackend, _finding_endpoints(RDSBackend._get_resource_for_tagging))
    for call in (
        create_db_cluster_endpoint,
        describe_db_cluster_endpoints,
        modify_db_cluster_endpoint,
        delete_db_cluster_endpoint,
    ):
        add(RDSResponse, call)


def create_db_cluster_endpoint(response: Any) -> Any:
    """CreateDBClusterEndpoint."""
    params = response.params
    cluster = response.backend.describe_db_clusters(params["DBClusterIdentifier"])[0]
    name = params["DBClusterEndpointIdentifier"].lower()
    endpoint = ClusterEndpoint(cluster, name, params)
    _endpoints(response.backend)[name] = endpoint
    return respond(endpoint.description)


def describe_db_cluster_endpoints(response: Any) -> Any:
    """DescribeDBClusterEndpoints: the custom ones, by cluster, name or both."""
    wanted = {
        name: response.params[name].lower()
        for name in ("DBClusterIdentifier", "DBClusterEndpointIdentifier")
        if response.params.get(name)
    }
    found = [
        endpoint.description
        for endpoint in _endpoints(response.backend).values()
        if all(endpoint.description[name] == value for name, value in wanted.items())
    ]
    return respond({"DBClusterEndpoints": found})


def modify_db_cluster_endpoint(response: Any) -> Any:
    """ModifyDBClusterEndpoint: its kind and its instances."""
    endpoint = _endpoint(response)
    endpoint.change(response.params)
    return respond(endpoint.description)


def delete_db_cluster_endpoint(response: Any) -> Any:
    """DeleteDBClusterEndpoint."""
    endpoint = _endpoint(response)
    del _endpoints(response.backend)[endpoint.description["DBClusterEndpointIdentifier"]]
    return respond(endpoint.description | {"Status": "deleting"})


class Tagged:
    """The interface that Moto's tag operations of RDS require of a resource."""

    def __init__(self, arn: str, tags: list[dict[str, str]]) -> None:
        self.arn = arn
        self.tags = {tag["Key"]: tag["Value"] for tag in tags}

    def get_tags(self) -> list[dict[str, str]]:
        """Return the tags as RDS does."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    def add_tags(self, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        """Add or change tags."""
        self.tags |= {tag["Key"]: tag["Value"] for tag in tags}
        return self.get_tags()

    def remove_tags(self, keys: list[str]) -> None:
        """Remove the tags with these keys."""
        for key in keys:
            self.tags.pop(key, None)


class ClusterEndpoint(Tagged):
    """A custom endpoint of a cluster."""

    def __init__(self, cluster: Any, name: str, params: Any) -> None:
        arn = f"arn:{cluster.partition}:rds:{cluster.region}:{cluster.account_id}:cluster-endpoint:{name}"
        super().__init__(arn, params.get("Tags") or [])
        host = f"{name}.cluster-custom-{cluster.url_identifier}.{cluster.region}.rds.amazonaws.com"
        self.description: dict[str, Any] = {
            "DBClusterEndpointIdentifier": name,
            "DBClusterIdentifier": cluster.db_cluster_identifier,
            "DBClusterEndpointResourceIdentifier": f"cluster-endpoint-{letters(26)}",
            "DBClusterEndpointArn": arn,
            "Endpoint": host,
            "Status": "available",
            "EndpointType": "CUSTOM",
            "StaticMembers": [],
            "ExcludedMembers": [],
        }
        self.change(params)

    def change(self, params: Any) -> None:
        """Apply the type and the instances of a request."""
        kind = params.get("EndpointType")
        if kind:
            self.description["CustomEndpointType"] = kind
        for members in ("StaticMembers", "ExcludedMembers"):
            if params.get(members) is not None:
                self.description[members] = list(params[members])


def _finding_endpoints(find: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Let the tag operations find resources that Moto does not have."""

    def _get_resource_for_tagging(backend: Any, arn: str) -> Any:
        added = backend.__dict__.get("tagged_by_arn", {})
        return added[arn] if arn in added else _cluster_endpoint_by(backend, arn) or find(backend, arn)

    return _get_resource_for_tagging


def _cluster_endpoint_by(backend: Any, arn: str) -> Any:
    return next((endpoint for endpoint in _endpoints(backend).values() if endpoint.arn == arn), None)


def _endpoints(backend: Any) -> dict[str, ClusterEndpoint]:
    endpoints: dict[str, ClusterEndpoint] = backend.__dict__.setdefault("cluster_endpoints", {})
    return endpoints


def _endpoint(response: Any) -> ClusterEndpoint:
    from moto.rds.exceptions import RDSClientError

    name = response.params["DBClusterEndpointIdentifier"].lower()
    endpoint = _endpoints(response.backend).get(name)
    if endpoint is None:
        raise RDSClientError("DBClusterEndpointNotFoundFault", f"DBClusterEndpoint {name} not found")
    return endpoint
