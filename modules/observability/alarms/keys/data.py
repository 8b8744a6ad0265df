"""Alarms on databases and caches."""

from typing import Annotated

from pydantic import Field

from modules.data.database.keys.limits import GIB, max_connections, memory_gib
from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Condition, Count, Percent, Watched

#: [Amazon ElastiCache User Guide, Quotas for ElastiCache]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html) and the parameter `maxclients`, which
#: cannot be modified.
CACHE_CONNECTIONS = 65_000


def _has_aurora_replicas(watched: Watched) -> bool:
    database = watched.settings
    return database.is_aurora and (database.instances > 1 or database.replica_scaling is not None)


def _cores(watched: Watched) -> int:
    """Return the vCPUs of a cache node, 4 for all that have more than two.

    [Amazon ElastiCache User Guide, Which metrics should I monitor?]
    (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html): with one or two,
    CPUUtilization is to be monitored, whose threshold is that of one core divided by their number.
    """
    _, family, size = watched.settings.node_type.split(".")
    if family == "t2" and size in ("micro", "small"):
        return 1
    return 4 if size.endswith("xlarge") else 2


class DatabaseAlarms(BlockAlarms):
    """Alarms of `database` blocks; failover, maintenance, and failures are events."""

    connections_percent: Annotated[
        Percent,
        Alarm(
            severity="critical",
            of="database",
            metrics={"connections": "DatabaseConnections Maximum"},
            expression="100 * connections / {max_connections}",
            breaches="above",
            datapoints=5,
            numbers=lambda watched: {"max_connections": max_connections(watched.settings)},
        ),
    ] = Field(
        default=80,
        description="Percent of the maximum number of connections that an instance has, for five minutes. At the "
        "maximum, new connections fail; 80 leaves time to act.",
    )
    free_storage_percent: Annotated[
        int,
        Field(ge=1, le=99),
        Alarm(
            severity="critical",
            of="database",
            metrics={"free": "FreeStorageSpace Minimum"},
            expression="100 * free / {storage_bytes}",
            breaches="below",
            datapoints=30,
            lasts=True,
            missing="ignore",
            numbers=lambda watched: {"storage_bytes": watched.settings.storage.allocated_storage * GIB},
            only_if=Condition(
                lambda watched: not watched.settings.is_aurora,
                "the database is no Aurora cluster, whose storage grows automatically",
            ),
        ),
    ] = Field(
        default=10,
        description="Percent of `allocated_storage` that is free, for 30 minutes: longer than storage scaling, which "
        "starts at 10 percent, takes to add some. A full database stops.",
    )
    cpu_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="database",
            metrics={"cpu": "CPUUtilization Maximum"},
            breaches="above",
            datapoints=15,
        ),
    ] = Field(
        default=80,
        description="CPU utilization of the busiest instance for 15 minutes; above it, queries wait for each other.",
    )
    freeable_memory_percent: Annotated[
        int,
        Field(ge=1, le=99),
        Alarm(
            severity="warning",
            of="database",
            metrics={"memory": "FreeableMemory Minimum"},
            expression="100 * memory / {memory_bytes}",
            breaches="below",
            datapoints=15,
            missing="missing",
            numbers=lambda watched: {"memory_bytes": memory_gib(watched.settings) * GIB},
            only_if=Condition(
                lambda watched: not watched.settings.serverless_v2_scaling,
                "the instances are not serverless, whose memory changes with the load",
            ),
        ),
    ] = Field(
        default=5,
        description="Percent of an instance's memory that is freeable, for 15 minutes. The buffer pool takes most of "
        "it by design; below this, the engine starts to swap, and at 0 it restarts.",
    )
    capacity_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="database",
            metrics={"capacity": "ACUUtilization Maximum"},
            breaches="above",
            datapoints=15,
            only_if=Condition(
                lambda watched: watched.settings.serverless_v2_scaling is not None, "the instances are serverless"
            ),
        ),
    ] = Field(
        default=90, description="Percent of max_capacity in use for 15 minutes: a serverless instance cannot grow more."
    )
    replica_lag_seconds: Annotated[
        float,
        Field(gt=0),
        Alarm(
            severity="warning",
            of="replicas",
            metrics={"lag": "AuroraReplicaLagMaximum Maximum"},
            expression="lag / 1000",
            breaches="above",
            datapoints=5,
            only_if=Condition(_has_aurora_replicas, "the database has readers"),
        ),
        Alarm(
            severity="warning",
            of="replicas",
            metrics={"lag": "ReplicaLag Maximum"},
            # -1 means that replication has stopped.
            expression="IF(lag < 0, 86400, lag)",
            breaches="above",
            datapoints=5,
            only_if=Condition(
                lambda watched: not watched.settings.is_aurora and watched.settings.instances > 1,
                "the database has readers",
            ),
        ),
    ] = Field(
        default=10,
        description="Seconds that a reader is behind, for five minutes: what was just written is not found. Aurora "
        "restarts a reader that is more than 60 seconds behind.",
    )
    deadlocks_per_minute: Annotated[
        float,
        Field(ge=0),
        Alarm(
            severity="warning",
            of="writer",
            metrics={"deadlocks": "Deadlocks Average"},
            expression="60 * deadlocks",
            breaches="above",
            datapoints=10,
            out_of=15,
            only_if=Condition(lambda watched: watched.settings.is_aurora, "the database is an Aurora cluster"),
        ),
    ] = Field(
        default=1,
        description="Deadlocks a minute, in 10 of 15 minutes: an application retries a rare one, but not many.",
    )


class CacheAlarms(BlockAlarms):
    """Alarms of `cache` blocks."""

    memory_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="nodes",
            metrics={"memory": "DatabaseMemoryUsagePercentage Maximum"},
            breaches="above",
            datapoints=15,
        ),
    ] = Field(
        default=80,
        description="Percent of a node's memory in use for 15 minutes. A full node evicts keys, or rejects writes, as "
        "its parameter maxmemory-policy says.",
    )
    evictions_per_minute: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="nodes",
            metrics={"evictions": "Evictions Sum"},
            breaches="above",
            datapoints=5,
            only_if=Condition(
                lambda watched: not watched.settings.parameters.get("maxmemory-policy", "").startswith("allkeys-"),
                "maxmemory-policy is not allkeys-..., with which a cache is full by design",
            ),
        ),
    ] = Field(
        default=0,
        description="Keys a minute that a node evicts for lack of memory, for five minutes; for sessions, each is a "
        "user who is signed out.",
    )
    connections_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="nodes",
            metrics={"connections": "CurrConnections Maximum"},
            expression=f"100 * connections / {CACHE_CONNECTIONS}",
            breaches="above",
            datapoints=5,
        ),
    ] = Field(default=80, description="Percent of the 65,000 connections that a node accepts, for five minutes.")
    cpu_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="nodes",
            metrics={"cpu": "EngineCPUUtilization Maximum"},
            breaches="above",
            datapoints=15,
            only_if=Condition(lambda watched: _cores(watched) > 2, "the node has four or more vCPUs"),
        ),
        Alarm(
            severity="warning",
            of="nodes",
            metrics={"cpu": "CPUUtilization Maximum"},
            expression="cpu * {cores}",
            breaches="above",
            datapoints=15,
            numbers=lambda watched: {"cores": _cores(watched)},
            only_if=Condition(lambda watched: _cores(watched) <= 2, "the node has one or two vCPUs"),
        ),
    ] = Field(
        default=90,
        description="CPU utilization of the engine's thread on a node for 15 minutes; AWS suggests 90, since commands "
        "then wait for each other.",
    )
