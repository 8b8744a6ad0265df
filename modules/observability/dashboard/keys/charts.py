"""The charts of each kind of block, in the order in which a person on call reads them: from the users inward."""

from collections.abc import Mapping

from modules.observability.alarms.keys.alarm import Condition, Watched
from modules.observability.alarms.keys.compute import HAS_INSIGHTS, HAS_TARGETS, RUNS
from modules.observability.dashboard.keys.chart import Chart


def _is_serverless(watched: Watched) -> bool:
    return watched.settings.serverless_v2_scaling is not None


def _has_replicas(watched: Watched) -> bool:
    return bool(watched.settings.replicas)


_NAT_GATEWAYS = Condition(lambda watched: watched.settings.nat != "none", "the network has NAT gateways")

CHARTS: Mapping[str, tuple[Chart, ...]] = {
    "site": (
        Chart(title="Requests", unit="per minute", of="distribution", lines={"requests": "Requests Sum"}),
        Chart(
            title="Failed requests",
            unit="percent",
            of="distribution",
            lines={"4xx": "4xxErrorRate Average"},
            alarms=("error_percent",),
        ),
        Chart(title="Downloads", unit="bytes per minute", of="distribution", lines={"bytes": "BytesDownloaded Sum"}),
    ),
    "firewall": (
        Chart(
            title="Requests",
            unit="per minute",
            of="web_acls",
            lines={"allowed": "AllowedRequests Sum", "blocked": "BlockedRequests Sum"},
        ),
        Chart(title="Blocked requests", unit="percent", alarms=("blocked_percent",)),
    ),
    "load_balancer": (
        Chart(
            title="Requests",
            unit="per minute",
            of="load_balancer",
            lines={"requests": "RequestCount Sum", "4xx": "HTTPCode_Target_4XX_Count Sum"},
        ),
        Chart(title="Failed requests", unit="percent", alarms=("error_percent",)),
        Chart(
            title="Response time",
            unit="seconds",
            of="load_balancer",
            lines={"p50": "TargetResponseTime p50", "p90": "TargetResponseTime p90"},
            alarms=("p99_seconds",),
        ),
        Chart(
            title="Connections",
            unit="per minute",
            of="load_balancer",
            lines={"active": "ActiveConnectionCount Sum", "rejected": "RejectedConnectionCount Sum"},
        ),
    ),
    "service": (
        Chart(
            title="CPU utilization",
            unit="percent",
            of="service",
            lines={"maximum": "CPUUtilization Maximum"},
            only_if=RUNS,
            alarms=("cpu_percent",),
            scaling="cpu",
        ),
        Chart(
            title="Memory utilization",
            unit="percent",
            of="service",
            lines={"maximum": "MemoryUtilization Maximum"},
            only_if=RUNS,
            alarms=("memory_percent",),
            scaling="memory",
        ),
        Chart(
            title="Tasks",
            unit="number",
            of="insights",
            lines={
                "desired": "DesiredTaskCount Average",
                "running": "RunningTaskCount Average",
                "pending": "PendingTaskCount Average",
            },
            only_if=HAS_INSIGHTS,
            alarms=("missing_tasks",),
        ),
        Chart(title="Targets", unit="number", alarms=("healthy_targets", "unhealthy_targets")),
        Chart(
            title="Requests of a task",
            unit="per minute",
            of="targets",
            lines={"requests": "RequestCountPerTarget Sum"},
            only_if=HAS_TARGETS,
            scaling="requests_per_target",
        ),
    ),
    "scheduled_task": (Chart(title="Runs that were not started", unit="number", alarms=("dead_letters",)),),
    "function": (
        Chart(
            title="Invocations",
            unit="per minute",
            of="function",
            lines={"invocations": "Invocations Sum", "errors": "Errors Sum"},
            alarms=("throttles",),
        ),
        Chart(title="Failed invocations", unit="percent", alarms=("error_percent",)),
        Chart(title="Duration", unit="percent of the timeout", alarms=("duration_percent",)),
        Chart(title="Failed events", unit="number", alarms=("failed_events",)),
        Chart(title="Age of stream records", unit="seconds", alarms=("iterator_age_seconds",)),
    ),
    "database": (
        Chart(
            title="CPU utilization",
            unit="percent",
            of="database",
            lines={"average": "CPUUtilization Average"},
            alarms=("cpu_percent",),
            scaling="cpu",
        ),
        Chart(
            title="Connections",
            unit="number",
            of="database",
            lines={"maximum": "DatabaseConnections Maximum", "average": "DatabaseConnections Average"},
            scaling="connections",
        ),
        Chart(title="Connections", unit="percent of the maximum", alarms=("connections_percent",)),
        Chart(
            title="Latency",
            unit="seconds",
            of="database",
            lines={"reads": "ReadLatency Average", "writes": "WriteLatency Average"},
        ),
        Chart(
            title="Capacity",
            unit="ACUs",
            of="database",
            lines={"maximum": "ServerlessDatabaseCapacity Maximum"},
            only_if=Condition(_is_serverless, "the instances are serverless"),
        ),
        Chart(title="Capacity in use", unit="percent", alarms=("capacity_percent",)),
        Chart(title="Freeable memory", unit="percent", alarms=("freeable_memory_percent",)),
        Chart(title="Free storage", unit="percent", alarms=("free_storage_percent",)),
        Chart(title="Replica lag", unit="seconds", alarms=("replica_lag_seconds",)),
        Chart(title="Deadlocks", unit="per minute", alarms=("deadlocks_per_minute",)),
    ),
    "cache": (
        Chart(title="CPU utilization", unit="percent", alarms=("cpu_percent",)),
        Chart(title="Memory", unit="percent", alarms=("memory_percent",)),
        Chart(title="Hit rate", unit="percent", of="nodes", lines={"hits": "CacheHitRate Average"}),
        Chart(title="Evictions", unit="per minute", alarms=("evictions_per_minute",)),
        Chart(title="Connections", unit="percent of the maximum", alarms=("connections_percent",)),
        Chart(
            title="Replication lag",
            unit="seconds",
            of="nodes",
            lines={"lag": "ReplicationLag Maximum"},
            only_if=Condition(_has_replicas, "the cache has replicas"),
        ),
    ),
    "search": (
        Chart(title="Status", unit="1 if so", alarms=("red_shards", "yellow_shards", "writes_blocked")),
        Chart(
            title="Masters and key", unit="1 if so", alarms=("reachable_masters", "key_disabled", "key_inaccessible")
        ),
        Chart(title="CPU utilization", unit="percent", alarms=("cpu_percent",)),
        Chart(title="JVM memory pressure", unit="percent", alarms=("jvm_memory_percent",)),
        Chart(title="Free storage", unit="percent", alarms=("free_storage_percent",)),
        Chart(title="Age of logs that are not delivered", unit="seconds", alarms=("delivery_age_seconds",)),
        Chart(title="Objects with rejected logs", unit="per 5 minutes", alarms=("failed_deliveries",)),
    ),
    "queue": (
        Chart(title="Messages that wait", unit="number", alarms=("depth",)),
        Chart(title="Age of the oldest message", unit="seconds", alarms=("age_seconds",)),
        Chart(
            title="Messages",
            unit="per minute",
            of="queue",
            lines={"sent": "NumberOfMessagesSent Sum", "deleted": "NumberOfMessagesDeleted Sum"},
        ),
        Chart(title="Dead letters", unit="number", alarms=("dead_letters",)),
    ),
    "topic": (
        Chart(
            title="Messages",
            unit="per 5 minutes",
            of="topic",
            lines={"published": "NumberOfMessagesPublished Sum"},
            alarms=("failed_notifications",),
            period=300,
        ),
    ),
    "stream": (
        Chart(
            title="Records",
            unit="per minute",
            of="stream",
            lines={"incoming": "IncomingRecords Sum"},
            alarms=("throttled_writes",),
        ),
        Chart(title="Age of records", unit="seconds", alarms=("iterator_age_seconds",)),
    ),
    "vpn": (
        Chart(title="Failed status checks", unit="1 if so", alarms=("failed_status_checks",)),
        Chart(title="CPU utilization", unit="percent", alarms=("cpu_percent",)),
        Chart(
            title="Traffic",
            unit="bytes per 5 minutes",
            of="host",
            lines={"in": "NetworkIn Sum", "out": "NetworkOut Sum"},
            period=300,
        ),
    ),
    "network": (
        Chart(
            title="Traffic of NAT gateways",
            unit="bytes per minute",
            of="nat_gateways",
            lines={"to the internet": "BytesOutToDestination Sum", "from the internet": "BytesInFromDestination Sum"},
            only_if=_NAT_GATEWAYS,
        ),
        Chart(
            title="Failures of NAT gateways",
            unit="per minute",
            of="nat_gateways",
            lines={"dropped packets": "PacketsDropCount Sum"},
            only_if=_NAT_GATEWAYS,
            alarms=("nat_port_errors",),
        ),
    ),
}
#: Alarms whose metric changes too slowly for a graph of hours.
UNCHARTED = frozenset(("certificate_days",))
