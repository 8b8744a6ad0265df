"""`python -m ops dashboard grafana`: copies an environment's dashboard into its Grafana workspace."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.environment import Environment
from modules.observability.dashboard.settings import dashboard_name
from modules.observability.grafana.settings import workspace_name
from ops.dashboard.body import widgets
from ops.dashboard.grafana import DATA_SOURCE_UID, dashboard_json
from ops.errors import ExitCode, OpsError
from ops.target import Clients

#: Seconds until the token of the service account expires, should its deletion fail.
TOKEN_SECONDS = 600
_SECONDS = 30
_SERVICE_ACCOUNT = "groundwork-dashboards"


@dataclass(frozen=True)
class GrafanaApi:
    """Grafana's HTTP API ([Amazon Managed Grafana User Guide, Use Grafana HTTP APIs]
    (https://docs.aws.amazon.com/grafana/latest/userguide/Using-Grafana-APIs.html)).
    """

    url: str
    token: str

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the response, or None if there is no such object. Raises OpsError."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                result: dict[str, Any] = json.load(answer)
                return result
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            raise OpsError(f"Grafana refused {method} {path}: HTTP {error.code}, {error.read().decode()}") from None
        except (urllib.error.URLError, TimeoutError) as error:
            raise OpsError(f"{self.url} is not reachable: {error}") from None


def copy_dashboard(clients: Clients, settings: Environment, scheme: str = "https") -> str:
    """Create the data source and the dashboard in the workspace, or replace them, and return the dashboard's URL.

    Raises OpsError, also if the workspace or the dashboard has not been applied.
    """
    if not settings.grafana:
        raise OpsError(f"{settings.name} has no `grafana` block; write one and apply it", ExitCode.REFUSED)
    body = _deployed(clients, settings)
    workspace = _workspace(clients, settings)
    url = f"{scheme}://{workspace['endpoint']}"
    with _service_account(clients("grafana"), workspace["id"]) as token:
        api = GrafanaApi(url, token)
        _put_data_source(api, settings.region)
        title = f"{settings.product} {settings.name}"
        content = dashboard_json(dashboard_name(settings.names), title, widgets(body))
        saved = api.call("POST", "/api/dashboards/db", {"dashboard": content, "overwrite": True})
    return url + str((saved or {})["url"])


def _deployed(clients: Clients, settings: Environment) -> str:
    name = dashboard_name(settings.names)
    try:
        return str(clients("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    except ClientError as error:
        raise OpsError(f"the dashboard {name} cannot be read, apply {settings.name} first: {error}") from None


def _workspace(clients: Clients, settings: Environment) -> dict[str, Any]:
    name = workspace_name(settings.names)
    pages = clients("grafana").get_paginator("list_workspaces").paginate()
    found = [each for page in pages for each in page["workspaces"] if each["name"] == name]
    if len(found) != 1:
        raise OpsError(f"there are {len(found)} workspaces {name}; apply {settings.name} first", ExitCode.REFUSED)
    return dict(found[0])


@contextmanager
def _service_account(grafana: Any, workspace: str) -> Iterator[str]:
    """Return the token of a service account that exists only meanwhile: it could do everything in the workspace."""
    account = grafana.create_workspace_service_account(
        workspaceId=workspace, name=_SERVICE_ACCOUNT, grafanaRole="ADMIN"
    )["id"]
    try:
        yield grafana.create_workspace_service_account_token(
            workspaceId=workspace, serviceAccountId=account, name=_SERVICE_ACCOUNT, secondsToLive=TOKEN_SECONDS
        )["serviceAccountToken"]["key"]
    finally:
        grafana.delete_workspace_service_account(workspaceId=workspace, serviceAccountId=account)


def _put_data_source(api: GrafanaApi, region: str) -> None:
    """Create the data source, which reads with the role of the workspace, unless it exists."""
    if api.call("GET", f"/api/datasources/uid/{DATA_SOURCE_UID}") is None:
        # [Grafana, CloudWatch data source, Provision the data source]
        # (https://grafana.com/docs/grafana/v10.4/datasources/aws-cloudwatch/): ec2_iam_role is the workspace's role.
        options = {"authType": "ec2_iam_role", "defaultRegion": region}
        source = {"name": "CloudWatch of Groundwork", "type": "cloudwatch", "access": "proxy"}
        api.call("POST", "/api/datasources", {**source, "uid": DATA_SOURCE_UID, "jsonData": options})
