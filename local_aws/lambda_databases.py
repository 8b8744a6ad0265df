"""Lambda: functions that connect to RDS are not run.

AWS: a function in a VPC connects to a database at its endpoint. Here, nothing responds at the endpoint of a database,
so such a function would fail, and with it an apply that invokes it. Added: a function that has the endpoint of a
database in an environment variable is not run. The API returns null, and the function's log contains the event.
"""

import json
from typing import Any


def connects(function: Any) -> str | None:
    """Return the endpoint of a database in the function's environment; None if there is none. Called with the lock."""
    from moto.rds.models import rds_backends

    backend = rds_backends[function.account_id][function.region]
    instances = [f"{each.address}" for each in backend.databases.values()]
    clusters = [str(host) for each in backend.clusters.values() for host in (each.endpoint, each.reader_endpoint)]
    found = {*instances, *clusters} & {*function.environment_vars.values()}
    return min(found) if found else None


def skipped(endpoint: str, event: Any) -> str:
    """Return the line of the log in place of the function's own."""
    return f"not run: nothing responds at {endpoint}; the event was {json.dumps(event, sort_keys=True)}"
