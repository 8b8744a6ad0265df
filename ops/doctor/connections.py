"""The connections to Git providers, which somebody must confirm in the console before a pipeline gets its source."""

from collections.abc import Iterator, Mapping
from typing import Any

from modules.delivery.site_pipeline.settings import SitePipelineSettings, connection_name
from ops.doctor.context import Context
from ops.doctor.finding import Finding, Findings

#: [Developer Tools console User Guide, Update a pending connection]
#: (https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html): only the console can.
_PAGE = "https://{region}.console.aws.amazon.com/codesuite/settings/connections?region={region}"


def connections(context: Context) -> Findings:
    """Yield the connections of site pipelines that are not available: their pipelines fail at the source."""
    pipelines = context.file.settings.site_pipeline
    if not pipelines:
        yield Finding("ok", "connections", "no site has a pipeline")
        return
    client = context.client("codeconnections")
    listed = {each["ConnectionName"]: each for each in _all(client)}
    wanted = {_name(context, each): each for each in pipelines.values()}
    states = {name: _state(client, name, each, listed) for name, each in wanted.items()}
    region = context.file.settings.region
    for name, state in states.items():
        if state not in ("AVAILABLE", None):
            message = f"{name} is {state.lower()}, so no pipeline gets its source"
            remedy = f'open {_PAGE.format(region=region)}, select it, and click "Update pending connection"'
            yield Finding("error", "connections", message, remedy)
    applied = [name for name, state in states.items() if state == "AVAILABLE"]
    if len(applied) == len([state for state in states.values() if state]):
        yield Finding("ok", "connections", f"{len(states)} used, and every applied one is available")


def _name(context: Context, settings: SitePipelineSettings) -> str:
    return settings.connection_arn or connection_name(context.file.settings.names, settings.provider_type)


def _state(client: Any, name: str, settings: SitePipelineSettings, listed: Mapping[str, Any]) -> str | None:
    """Return the state of a connection, or None if the environment's own is not applied yet."""
    if settings.connection_arn:
        return str(client.get_connection(ConnectionArn=settings.connection_arn)["Connection"]["ConnectionStatus"])
    return str(listed[name]["ConnectionStatus"]) if name in listed else None


def _all(client: Any) -> Iterator[dict[str, Any]]:
    """Yield all connections. The SDK has no paginator for them."""
    more: dict[str, str] = {}
    while True:
        page = client.list_connections(**more)
        yield from page["Connections"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
