"""The check of running versions against the calendar: which are past, or near, the end of their support."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.compute.eks.settings import AFTER_STANDARD_SUPPORT
from modules.foundation.calendar import Calendar, Kind, Version, committed
from modules.foundation.versions import remedy, state
from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding, Findings

#: Extended support is on unless this is set ("Amazon RDS API Reference, CreateDBCluster, EngineLifecycleSupport").
WITHOUT_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
#: Error codes of AWS for something that is not applied yet.
NOT_THERE = ("DBClusterNotFoundFault", "DBInstanceNotFound", "DBInstanceNotFoundFault", "ResourceNotFoundException")


@dataclass(frozen=True)
class Running:
    """A deployed resource, and the version that it runs."""

    name: str
    kind: Kind
    version: str
    extended: bool = False
    """Whether AWS continues to support it after the end of standard support, for a charge."""
    after: str = ""
    """A phrase that says what AWS does then."""


def versions(context: Context, stack: Stack, today: datetime.date, calendar: Calendar | None = None) -> Findings:
    """Yield the resources past the end of their standard support, or within the notice period before it."""
    calendar = calendar or committed()
    running = list(_running(context, stack))
    found = [finding for each in running for finding in _judged(each, today, calendar)]
    running_versions = (
        ", ".join(f"{each.name} {each.kind} {each.version}" for each in running) or "nothing with a version is running"
    )
    yield from found or [Finding("ok", "versions", running_versions)]


def _judged(running: Running, today: datetime.date, calendar: Calendar) -> Findings:
    runs = f"{running.name} runs {running.kind} {running.version}"
    row = calendar.find(running.kind, running.version)
    if row is None:
        how = "run `.venv/bin/python -m ops calendar`"
        yield Finding("unseen", "versions", f"{runs}, which is not in the calendar", how)
    elif message := state(row, today, running.after):
        level: Any = "error" if _is_over(row, running, today) else "warning"
        yield Finding(level, "versions", f"{runs}, which {message}", remedy(calendar, row, today))


def _is_over(row: Version, running: Running, today: datetime.date) -> bool:
    """Return whether standard support, and extended support if it is on, have ended."""
    left, extended = row.days_left(today), row.end_of_extended_support
    return left is not None and left <= 0 and not (running.extended and extended and today < extended)


def _running(context: Context, stack: Stack) -> Iterator[Running]:
    """Yield the resources of the stack that exist in AWS."""
    sources = (
        ("aws_rds_cluster", "cluster_identifier", "rds", _cluster),
        ("aws_db_instance", "identifier", "rds", _instance),
        ("aws_eks_cluster", "name", "eks", _kubernetes),
        ("aws_lambda_function", "function_name", "lambda", _function),
    )
    for resource, attribute, service, ask in sources:
        named = stack.synthesized.get("resource", {}).get(resource, {}).values()
        for name in sorted(each[attribute] for each in named):
            yield from _existing(ask, context.client(service), name)


def _existing(ask: Callable[[Any, str], Running], client: Any, name: str) -> Iterator[Running]:
    try:
        yield ask(client, name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_THERE:
            raise


def _cluster(rds: Any, name: str) -> Running:
    return _database(name, rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def _instance(rds: Any, name: str) -> Running:
    return _database(name, rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def _database(name: str, answer: dict[str, Any]) -> Running:
    extended = answer.get("EngineLifecycleSupport") != WITHOUT_EXTENDED_SUPPORT
    return Running(name, answer["Engine"], answer["EngineVersion"], extended)


def _kubernetes(eks: Any, name: str) -> Running:
    cluster = eks.describe_cluster(name=name)["cluster"]
    extended = cluster.get("upgradePolicy", {}).get("supportType") == "EXTENDED"
    after = AFTER_STANDARD_SUPPORT["extended" if extended else "standard"]
    return Running(name, "kubernetes", cluster["version"], extended, after)


def _function(client: Any, name: str) -> Running:
    return Running(name, "lambda", client.get_function_configuration(FunctionName=name)["Runtime"])
