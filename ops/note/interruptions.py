"""What is unavailable while a plan is applied: published facts about changes in place, and gaps of replacements.

Which resource a replacement deletes before its successor exists, and what that stops, is in the guard's table.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ops.guard.plan import Change, Plan, ResourceChange
from ops.guard.rows import ANY_TYPE, Event, Row
from ops.guard.table import TABLE
from ops.note.attributes import differences

_AWS = "https://docs.aws.amazon.com"
RDS = ("Settings for DB instances", f"{_AWS}/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html")
FAILOVER = (
    "Failing over a Multi-AZ DB instance for Amazon RDS",
    f"{_AWS}/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html",
)
AURORA = ("Settings for Amazon Aurora", f"{_AWS}/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html")
AURORA_AVAILABILITY = (
    "High availability for Amazon Aurora",
    f"{_AWS}/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
)
CACHE_VERSION = (
    "Upgrade considerations when working with node-based clusters",
    f"{_AWS}/AmazonElastiCache/latest/dg/VersionManagement-upgrade-considerations.html",
)
CACHE_SIZE = (
    "Online vertical scaling by modifying node type",
    f"{_AWS}/AmazonElastiCache/latest/dg/redis-cluster-vertical-scaling.html",
)
SEARCH = (
    "Making configuration changes in Amazon OpenSearch Service",
    f"{_AWS}/opensearch-service/latest/developerguide/managedomains-configuration-changes.html",
)
ECS = ("CreateService", f"{_AWS}/AmazonECS/latest/APIReference/API_CreateService.html")
NODES = ("UpdateNodegroupVersion", f"{_AWS}/eks/latest/APIReference/API_UpdateNodegroupVersion.html")
CLUSTER = ("UpdateClusterVersion", f"{_AWS}/eks/latest/APIReference/API_UpdateClusterVersion.html")
REFRESH = ("StartInstanceRefresh", f"{_AWS}/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html")
INSTANCE = (
    "Change the instance type for your Amazon EC2 instance",
    f"{_AWS}/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html",
)

Page = tuple[str, str]


@dataclass(frozen=True)
class Fact:
    """The effect of changing one of these attributes in place."""

    type: str
    attributes: tuple[str, ...]
    effect: str
    page: Page
    in_window: bool = False
    """Whether AWS waits for the maintenance window unless `apply_immediately` is set."""
    when: Callable[[Change], bool] | None = None


@dataclass(frozen=True)
class Interruption:
    """The effect of one change on those who use the resource while the plan is applied."""

    address: str
    cause: str
    """The attributes that change, or "replacement"."""
    effect: str
    page: Page | None = None


def _is_multi_az(change: Change) -> bool:
    return bool(change.was("multi_az") and change.becomes("multi_az"))


def _is_single(change: Change) -> bool:
    return not _is_multi_az(change)


def _is_turned_on_or_off(change: Change) -> bool:
    return bool(change.was("backup_retention_period")) != bool(change.becomes("backup_retention_period"))


def _has_replicas(change: Change) -> bool:
    return bool(change.was("automatic_failover_enabled"))


#: In the order of the note. The first fact that applies to an attribute counts.
FACTS = (
    Fact("aws_db_instance", ("engine_version",), "down during the upgrade", RDS, in_window=True),
    Fact(
        "aws_db_instance",
        ("instance_class",),
        "down for the failover to the standby, typically 60 to 120 seconds",
        FAILOVER,
        in_window=True,
        when=_is_multi_az,
    ),
    Fact(
        "aws_db_instance",
        ("instance_class",),
        "down until the instance runs in the new class: it has no standby",
        RDS,
        in_window=True,
        when=_is_single,
    ),
    Fact("aws_db_instance", ("port", "dedicated_log_volume"), "down while it reboots, at once", RDS),
    Fact("aws_db_instance", ("identifier",), "down while it restarts, and its endpoint changes", RDS, in_window=True),
    Fact(
        "aws_db_instance",
        ("backup_retention_period",),
        "down for a short time: backups are turned on or off",
        RDS,
        in_window=True,
        when=_is_turned_on_or_off,
    ),
    Fact("aws_db_instance", ("network_type",), "downtime is possible", RDS, in_window=True),
    Fact(
        "aws_db_instance",
        ("ca_cert_identifier",),
        "down while it restarts, unless the engine rotates certificates without a restart",
        RDS,
        in_window=True,
    ),
    Fact("aws_db_instance", ("parameter_group_name",), "none, but the parameters apply only after a reboot", RDS),
    Fact(
        "aws_db_instance",
        ("allocated_storage", "iops", "multi_az", "storage_throughput", "storage_type"),
        "none, but it may be slower during the change",
        RDS,
        in_window=True,
    ),
    Fact("aws_rds_cluster", ("engine_version",), "all instances are down during the upgrade", AURORA, in_window=True),
    Fact("aws_rds_cluster", ("port",), "all instances reboot at once", AURORA),
    Fact(
        "aws_rds_cluster",
        ("db_cluster_parameter_group_name",),
        "none, but some parameters apply only after a reboot",
        AURORA,
    ),
    Fact(
        "aws_rds_cluster_instance",
        ("instance_class",),
        "this instance is down; if it is the writer and there is a reader, the failover typically takes less than 60 "
        "seconds",
        AURORA_AVAILABILITY,
        in_window=True,
    ),
    Fact("aws_rds_cluster_instance", ("identifier",), "this instance restarts", AURORA, in_window=True),
    Fact(
        "aws_rds_cluster_instance",
        ("ca_cert_identifier",),
        "this instance restarts, unless the engine rotates certificates without a restart",
        AURORA,
        in_window=True,
    ),
    Fact(
        "aws_rds_cluster_instance",
        ("db_parameter_group_name",),
        "none, but the parameters apply only after a reboot",
        AURORA,
    ),
    Fact(
        "aws_elasticache_replication_group",
        ("engine_version", "engine"),
        "readable throughout; no writes for a few seconds during the failover",
        CACHE_VERSION,
        in_window=True,
        when=_has_replicas,
    ),
    Fact(
        "aws_elasticache_replication_group",
        ("engine_version", "engine"),
        "down during the upgrade: it has no replica to fail over to",
        CACHE_VERSION,
        in_window=True,
    ),
    Fact(
        "aws_elasticache_replication_group",
        ("node_type",),
        "none: ElastiCache copies the entries to new nodes, and serves requests meanwhile",
        CACHE_SIZE,
        in_window=True,
    ),
    Fact(
        "aws_opensearch_domain",
        (
            "advanced_options", "advanced_security_options", "cluster_config", "domain_endpoint_options",
            "ebs_options", "engine_version", "log_publishing_options", "node_to_node_encryption", "vpc_options",
        ),
        "none, but usually a blue/green deployment: searching and indexing may be slower until it ends",
        SEARCH,
    ),
    Fact(
        "aws_ecs_service",
        ("task_definition",),
        "all tasks stop before new ones run: deployment_minimum_healthy_percent is 0",
        ECS,
        when=lambda change: change.becomes("deployment_minimum_healthy_percent") == 0,
    ),
    Fact(
        "aws_ecs_service",
        ("task_definition",),
        "none: a rolling update, in which new tasks start before old ones stop",
        ECS,
        when=lambda change: (change.becomes("deployment_minimum_healthy_percent") or 0) >= 100,
    ),
    Fact("aws_ecs_service", ("task_definition",), "fewer tasks during the rolling update", ECS),
    Fact("aws_eks_cluster", ("version",), "none: the cluster continues to function during the update", CLUSTER),
    Fact(
        "aws_eks_node_group",
        ("launch_template", "release_version", "version"),
        "every node is drained and replaced: pods move to other nodes",
        NODES,
    ),
    Fact(
        "aws_autoscaling_group",
        ("launch_template", "mixed_instances_policy"),
        "an instance refresh replaces the instances, and with them what runs on them",
        REFRESH,
        when=lambda change: bool(change.becomes("instance_refresh")),
    ),
    Fact("aws_instance", ("instance_type",), "stopped, and started again, which takes a few minutes", INSTANCE),
)  # fmt: skip


def interruptions(plan: Plan, facts: Sequence[Fact] = FACTS, table: Sequence[Row] = TABLE) -> list[Interruption]:
    """Return what is unavailable, or explicitly is not, while the plan is applied."""
    return [each for resource in plan.changes for each in (*_gaps(resource, table), *_in_place(resource, facts))]


def _gaps(resource: ResourceChange, table: Sequence[Row]) -> Iterator[Interruption]:
    """Yield what a replacement stops that deletes the old resource first."""
    if not (resource.change.is_replacement and resource.change.leaves_gap):
        return
    stopped = dict.fromkeys(
        row.says for row in table if row.type in (ANY_TYPE, resource.type) and row.harm in (Event.GAP, Event.LOST)
    )
    for says in stopped:
        yield Interruption(resource.address, "replacement", f"{says}: gone until the new one exists")


def _in_place(resource: ResourceChange, facts: Sequence[Fact]) -> Iterator[Interruption]:
    change = resource.change
    if change.actions != ("update",):
        return
    waiting = {str(each.path[0]) for each in differences(change)}
    for fact in facts:
        changed = [name for name in fact.attributes if name in waiting]
        if fact.type == resource.type and changed and (fact.when is None or fact.when(change)):
            waiting -= set(changed)
            yield Interruption(resource.address, ", ".join(changed), f"{fact.effect}{_time(fact, change)}", fact.page)


def _time(fact: Fact, change: Change) -> str:
    """Return when AWS makes a change that waits for the maintenance window."""
    if not fact.in_window or change.becomes("apply_immediately"):
        return ""
    window = change.becomes("preferred_maintenance_window") or change.becomes("maintenance_window")
    return f" (in the next maintenance window{f', {window}' if isinstance(window, str) else ''})"
