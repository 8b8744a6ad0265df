"""RDS Proxy: proxies that change, and additional endpoints.

- AWS: ModifyDBProxy, and CreateDBProxyEndpoint with its Describe, Modify, and Delete operations. Moto 5.2.5 has none of
  them. Added: all, which respond immediately with the state that AWS reaches after minutes.
- AWS: operations on a deleted proxy fail with DBProxyNotFoundFault, by which the provider detects the deletion. Moto
  fails with status 500. Added: the correct error.
- AWS: a target becomes available after some time and has the port of its database. Moto always returns PostgreSQL's
  port. Added: the database's port.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.extend import add, respond
from local_aws.rds_cluster_endpoints import Tagged

_NEEDING_A_PROXY = (
    "deregister_db_proxy_targets",
    "describe_db_proxy_target_groups",
    "describe_db_proxy_targets",
    "delete_db_proxy",
    "modify_db_proxy_target_group",
    "register_db_proxy_targets",
)
_CHANGES = {
    "Auth": "auth",
    "RequireTLS": "require_tls",
    "IdleClientTimeout": "idle_client_timeout",
    "DebugLogging": "debug_logging",
    "RoleArn": "role_arn",
    "SecurityGroups": "vpc_security_group_ids",
}


def install() -> None:
    """Add the operations to Moto's RDS."""
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse

    for name in _NEEDING_A_PROXY:
        add(RDSResponse, _of_a_proxy(name, getattr(RDSResponse, name)))
    add(RDSBackend, _with_port(RDSBackend.register_db_proxy_targets))
    for call in (
        modify_db_proxy,
        create_db_proxy_endpoint,
        describe_db_proxy_endpoints,
        modify_db_proxy_endpoint,
        delete_db_proxy_endpoint,
    ):
        add(RDSResponse, call)


def modify_db_proxy(response: Any) -> Any:
    """ModifyDBProxy."""
    proxy = _proxy(response)
    for asked, attribute in _CHANGES.items():
        if response.params.get(asked) is not None:
            setattr(proxy, attribute, response.params[asked])
    return respond({"DBProxy": proxy})


class ProxyEndpoint(Tagged):
    """An additional endpoint of a proxy."""

    def __init__(self, proxy: Any, params: Any) -> None:
        name = params["DBProxyEndpointName"]
        # AWS ends the ARN with a generated ID; the name serves as well, since it is unique per account and Region.
        arn = f"arn:{proxy.partition}:rds:{proxy.region}:{proxy.account_id}:db-proxy-endpoint:prx-endpoint-{name}"
        super().__init__(arn, params.get("Tags") or [])
        host = f"{name}.endpoint.proxy-{proxy.url_identifier}.{proxy.region}.rds.amazonaws.com"
        self.description: dict[str, Any] = {
            "DBProxyEndpointName": name,
            "DBProxyEndpointArn": arn,
            "DBProxyName": proxy.db_proxy_name,
            "Status": "available",
            "VpcId": proxy.vpc_id,
            "VpcSecurityGroupIds": params.get("VpcSecurityGroupIds") or proxy.vpc_security_group_ids,
            "VpcSubnetIds": params["VpcSubnetIds"],
            "Endpoint": host,
            "CreatedDate": datetime.now(UTC),
            "TargetRole": params.get("TargetRole") or "READ_WRITE",
            "IsDefault": False,
        }


def create_db_proxy_endpoint(response: Any) -> Any:
    """CreateDBProxyEndpoint."""
    endpoint = ProxyEndpoint(_proxy(response), response.params)
    _endpoints(response.backend)[endpoint.arn] = endpoint
    return respond({"DBProxyEndpoint": endpoint.description})


def describe_db_proxy_endpoints(response: Any) -> Any:
    """DescribeDBProxyEndpoints, by proxy, name, or both; a name that does not exist is an error."""
    if response.params.get("DBProxyEndpointName"):
        return respond({"DBProxyEndpoints": [_endpoint(response).description]})
    proxy = response.params.get("DBProxyName")
    descriptions = [endpoint.description for endpoint in _endpoints(response.backend).values()]
    return respond({"DBProxyEndpoints": [each for each in descriptions if proxy in (None, each["DBProxyName"])]})


def modify_db_proxy_endpoint(response: Any) -> Any:
    """ModifyDBProxyEndpoint: its security groups."""
    endpoint = _endpoint(response)
    groups = response.params.get("VpcSecurityGroupIds")
    if groups:
        endpoint.description["VpcSecurityGroupIds"] = groups
    return respond({"DBProxyEndpoint": endpoint.description})


def delete_db_proxy_endpoint(response: Any) -> Any:
    """DeleteDBProxyEndpoint."""
    endpoint = _endpoint(response)
    del _endpoints(response.backend)[endpoint.arn]
    return respond({"DBProxyEndpoint": endpoint.description | {"Status": "deleting"}})


def _of_a_proxy(name: str, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(response: Any) -> Any:
        _proxy(response)
        return call(response)

    checked.__name__ = name
    return checked


def _with_port(register: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def register_db_proxy_targets(backend: Any, **request: Any) -> list[Any]:
        targets = register(backend, **request)
        for target in targets:
            clustered = target.type == "TRACKED_CLUSTER"
            database = (backend.clusters if clustered else backend.databases)[target.rds_resource_id]
            target.port = database.port
            target.endpoint = database.endpoint if clustered else database.address
        return targets

    return register_db_proxy_targets


def _proxy(response: Any) -> Any:
    return response.backend.describe_db_proxies(response.params["DBProxyName"])[0]


def _endpoints(backend: Any) -> dict[str, ProxyEndpoint]:
    endpoints: dict[str, ProxyEndpoint] = backend.__dict__.setdefault("tagged_by_arn", {})
    return endpoints


def _endpoint(response: Any) -> ProxyEndpoint:
    from moto.rds.exceptions import RDSClientError

    name = response.params["DBProxyEndpointName"]
    for endpoint in _endpoints(response.backend).values():
        if endpoint.description["DBProxyEndpointName"] == name:
            return endpoint
    raise RDSClientError("DBProxyEndpointNotFoundFault", f"DB proxy endpoint {name} not found")
