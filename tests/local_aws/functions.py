"""Functions for tests of the embedded AWS: a zip with a few lines of Python, deployed with boto3."""

import json
import time
from collections.abc import Callable
from typing import Any

from modules.events.function.packaging import write_zip

ROLE = "arn:aws:iam::333333333333:role/function"


def deploy(client: Callable[[str], Any], name: str, code: str, **settings: Any) -> str:
    """Deploy a function with these lines, and return its ARN."""
    package = write_zip({f"{name}/handler.py": code.encode()})
    created = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler=f"{name}.handler.handler",
        Code={"ZipFile": package},
        Architectures=["arm64"],
        LoggingConfig={"LogFormat": "JSON", "LogGroup": f"/test/{name}"},
        **settings,
    )
    return str(created["FunctionArn"])


def lines(client: Callable[[str], Any], name: str) -> list[str]:
    """Return what the function has printed in all invocations."""
    logs = client("logs")
    group = {"logGroupName": f"/test/{name}"}
    if not logs.describe_log_groups(logGroupNamePrefix=f"/test/{name}")["logGroups"]:
        return []
    streams = logs.describe_log_streams(**group)["logStreams"]
    events = [logs.get_log_events(**group, logStreamName=each["logStreamName"])["events"] for each in streams]
    return [event["message"] for found in events for event in found]


def printed(client: Callable[[str], Any], name: str, count: int = 1, seconds: float = 20) -> list[Any]:
    """Wait until the function has printed this number of JSON lines, and return them."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [json.loads(line) for line in lines(client, name) if line.startswith("{")]
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{name} printed {lines(client, name)}")
