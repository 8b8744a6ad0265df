"""Whether the keys of a `database` block fit each other, its engine and its tier."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules.data.database.keys.fields import SAFE_RETENTION_DAYS, DatabaseFields
from modules.data.database.keys.parameters import parameter_findings
from modules.data.database.keys.reserved_names import is_reserved_database, is_reserved_user
from modules.data.database.keys.snapshots import snapshot_arn
from modules.data.database.keys.windows import backup_minutes, maintenance_minutes, meet
from modules.data.keys.instance_classes import DATABASE_CLASSES, instead_of, is_among
from modules.foundation.calendar import committed
from modules.foundation.problems import Finding

#: "Amazon Aurora User Guide, Quotas": 15 Aurora Replicas beside the writer.
AURORA_REPLICAS_LIMIT = 15
#: "Scaling to Zero ACUs with automatic pause and resume for Aurora Serverless v2, Prerequisites and Limitations"
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html): the least minor
#: version of each major one that pauses; later majors all do, earlier ones do not.
PAUSING_FROM: Mapping[str, Mapping[int, int]] = {
    "aurora-postgresql": {13: 15, 14: 12, 15: 7, 16: 3},
    "aurora-mysql": {3: 8},
}

#: `16.6`, `16`, `8.0.mysql_aurora.3.08.2`, `8.0.mysql_aurora.3`.
_VERSION = re.compile(r"(8\.0\.mysql_aurora\.)?(?P<major>\d+)(\.(?P<minor>\d+))?")


def findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield what RDS, or the tier, refuses."""
    yield from _version_findings(database)
    yield from _name_findings(database)
    yield from _size_findings(database)
    yield from _class_findings(database)
    yield from _snapshot_findings(database)
    yield from _kind_findings(database)
    yield from _window_findings(database)
    yield from _insight_findings(database)
    yield from _parameter_findings(database)
    yield from parameter_findings(database)
    yield from _replica_findings(database)
    yield from _encryption_findings(database)
    yield from _production_findings(database)


def _version_findings(database: DatabaseFields) -> Iterator[Finding]:
    at, version = ("engine_version",), database.engine_version
    if database.auto_minor_version_upgrade and not database.kind.open_version.fullmatch(version):
        rule = "is a version in full, and AWS upgrades the minor one by itself: each plan would want to go back"
        yield Finding(at, version, rule, f'write "{database.kind.open_example}", or auto_minor_version_upgrade = false')
    if not database.auto_minor_version_upgrade and not database.kind.full_version.fullmatch(version):
        rule = f"is not a full version of {database.engine}"
        remedy = f'write one such as "{database.kind.full_example}", or auto_minor_version_upgrade = true'
        yield Finding(at, version, rule, remedy)
    yield from _unknown_version(database)
    if database.allow_major_version_upgrade and not database.apply_immediately:
        # "ModifyDBCluster, EngineVersion" and "DBInstanceParameterGroupName"
        # (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html).
        rule = (
            "would wait for the maintenance window, while the parameter groups of the new version replace the old ones "
            "at once, which RDS refuses"
        )
        remedy = "write apply_immediately = true beside it, and apply that by hand in the maintenance window"
        yield Finding(("allow_major_version_upgrade",), True, rule, remedy)


def _unknown_version(database: DatabaseFields) -> Iterator[Finding]:
    """Yield the finding that AWS has no such version, as far as the calendar knows; one without its end begins some."""
    version, kind = database.engine_version, database.kind
    form = kind.open_version if database.auto_minor_version_upgrade else kind.full_version
    known = [each.version for each in committed().of(database.engine)]
    if form.fullmatch(version) and version not in known and not any(each.startswith(f"{version}.") for each in known):
        nearest = difflib.get_close_matches(version, known, n=3, cutoff=0)
        remedy = f"write {', '.join(nearest)}; if AWS has released it since: .venv/bin/python -m ops calendar"
        yield Finding(("engine_version",), version, f"is no version of {database.engine}", remedy)


def _name_findings(database: DatabaseFields) -> Iterator[Finding]:
    name, user, dialect = database.database_name, database.master_username, database.kind.dialect
    if name and is_reserved_database(name, dialect):
        rule = f"is a name that {database.engine} keeps for itself"
        yield Finding(("database_name",), name, rule, f'write another one, "{name}_data"')
    if is_reserved_user(user, dialect):
        rule = f"is a name that {database.engine} keeps for itself"
        yield Finding(("master_username",), user, rule, 'write another one, "dbadmin"')


def _class_findings(database: DatabaseFields) -> Iterator[Finding]:
    chosen, families = database.instance_class, DATABASE_CLASSES[database.engine]
    if chosen is None or chosen == "db.serverless" or is_among(chosen, "db.", families):
        return
    rule = f"is no instance class of {database.engine}"
    yield Finding(("instance_class",), chosen, rule, instead_of(chosen, "db.", families))


def _snapshot_findings(database: DatabaseFields) -> Iterator[Finding]:
    """[RestoreDBClusterFromSnapshot, SnapshotIdentifier]
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html): a cluster is made
    from a snapshot of either kind; an instance is not made from one of a cluster.
    """
    snapshot = snapshot_arn(database.restore_from_snapshot or "")
    if snapshot and snapshot.kind == "cluster-snapshot" and not database.is_aurora:
        rule = "is a snapshot of a cluster, from which RDS makes no plain instance"
        at = ("restore_from_snapshot",)
        yield Finding(at, database.restore_from_snapshot, rule, 'write the ARN of a "snapshot", or an Aurora engine')


def _size_findings(database: DatabaseFields) -> Iterator[Finding]:
    if (database.instance_class is None) == (database.serverless_v2_scaling is None):
        how = "neither" if database.instance_class is None else "both"
        remedy = 'write instance_class = "db.r7g.large"' + (
            ", or a serverless_v2_scaling block" if database.is_aurora else ""
        )
        rule = f"has {how} of instance_class and serverless_v2_scaling"
        yield Finding(("instance_class",), database.instance_class, rule, remedy)
    if database.instance_class == "db.serverless":
        rule = "is what serverless_v2_scaling makes"
        yield Finding(("instance_class",), database.instance_class, rule, "write a serverless_v2_scaling block instead")
    yield from _pause_findings(database)
    if database.availability_zones and len(database.availability_zones) != database.instances:
        rule = f"names {len(database.availability_zones)} zones for {database.instances} instances"
        yield Finding(("availability_zones",), list(database.availability_zones), rule, "name one for each instance")


def _pause_findings(database: DatabaseFields) -> Iterator[Finding]:
    if database.serverless_v2_scaling is None or database.serverless_v2_scaling.min_capacity > 0:
        return
    at, remedy = ("serverless_v2_scaling", "min_capacity"), "write 0.5 or more"
    if not _pauses(database):
        least = ", ".join(f"{major}.{minor}" for major, minor in PAUSING_FROM[database.engine].items())
        rule = f"lets it pause, which {database.engine} {database.engine_version} cannot: versions that can begin with"
        yield Finding(at, 0, f"{rule} {least}", f"{remedy}, or a later engine_version")
    if database.proxy:
        rule = "lets it pause, and the proxy keeps a connection open to each instance, so that it never does"
        yield Finding(at, 0, rule, f"{remedy}, or take the proxy out")


def _pauses(database: DatabaseFields) -> bool:
    """Return whether the version can pause; one without its end is the newest of its kind."""
    majors = PAUSING_FROM.get(database.engine)
    version = _VERSION.match(database.engine_version)
    if not majors or not version:
        return True
    major, minor = int(version["major"]), version["minor"]
    if major not in majors:
        return major > max(majors)
    return minor is None or int(minor) >= majors[major]


def _kind_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield what the other kind of database has."""
    others: dict[str, Any] = (
        {
            "storage": database.storage,
            "multi_az": database.multi_az,
            "copy_master_user_password": database.copy_master_user_password,
        }
        if database.is_aurora
        else {
            "serverless_v2_scaling": database.serverless_v2_scaling,
            "availability_zones": database.availability_zones,
            "storage_type": database.storage_type,
            "replica_scaling": database.replica_scaling,
        }
    )
    here = "Aurora" if database.is_aurora else "plain RDS"
    for name, value in others.items():
        if value:
            yield Finding((name,), None, f"is not a setting of {here}", f"take it out of a database with {here}")
    if not database.is_aurora and database.storage is None:
        yield Finding(("storage",), None, "is missing", "write `storage { allocated_storage = 20 }`")
    if database.is_aurora and database.backup_retention_period == 0:
        rule = "is refused by Aurora, which always has backups"
        yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
    if database.backup_retention_period == 0 and database.instances > 1:
        rule = "is refused with read replicas, which are made from backups"
        yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
    yield from _password_findings(database)
    unknown = [log for log in database.logs if log not in database.kind.logs]
    for log in unknown:
        yield Finding(
            ("enabled_cloudwatch_logs_exports",),
            log,
            f"is no log of {database.engine}",
            f"write some of {', '.join(database.kind.logs)}",
        )


def _password_findings(database: DatabaseFields) -> Iterator[Finding]:
    """ "Password management with Amazon RDS and AWS Secrets Manager, Limitations": no read replicas of such."""
    at, has_replicas = ("manage_master_user_password",), not database.is_aurora and database.instances > 1
    if database.manage_master_user_password and has_replicas:
        rule = "is refused by RDS where a plain instance has read replicas"
        remedy = (
            "write manage_master_user_password = false; for a database that exists, first apply instances = 1 with "
            "copy_master_user_password = true, or what runs loses its password "
            '(docs/runbooks/plan.md, "A first replica of plain RDS")'
        )
        yield Finding(at, True, rule, remedy)
    if not database.manage_master_user_password and not has_replicas:
        rule = "is only for plain RDS with read replicas: what RDS keeps, it rotates too"
        yield Finding(at, False, rule, "take it out")
    if database.copy_master_user_password and not database.manage_master_user_password:
        rule = "copies a password that RDS does not manage"
        yield Finding(("copy_master_user_password",), True, rule, "take it out")


def _window_findings(database: DatabaseFields) -> Iterator[Finding]:
    backup = backup_minutes(database.preferred_backup_window)
    maintenance = maintenance_minutes(database.preferred_maintenance_window)
    if meet(backup, maintenance):
        rule = f"overlaps preferred_backup_window {database.preferred_backup_window}, which RDS refuses"
        at = ("preferred_maintenance_window",)
        yield Finding(at, database.preferred_maintenance_window, rule, "write one before or after it")


def _insight_findings(database: DatabaseFields) -> Iterator[Finding]:
    if database.performance_insights and not database.can_have_insights:
        rule = f"is not there for {database.instance_class} with {database.engine}"
        yield Finding(("performance_insights",), True, rule, "take it out, or choose a larger class")
    if database.database_insights_mode == "advanced" and not database.has_performance_insights:
        rule = "needs Performance Insights, which is off"
        yield Finding(("database_insights_mode",), "advanced", rule, 'write "standard"')


def _parameter_findings(database: DatabaseFields) -> Iterator[Finding]:
    for block, parameters in (("parameters", database.parameters), ("static_parameters", database.static_parameters)):
        for name in parameters.keys() & {database.kind.tls_parameter}:
            yield Finding((block,), name, "is ours: clients come by TLS or not at all", "take it out")
    for name in database.parameters.keys() & database.static_parameters.keys():
        yield Finding(("static_parameters",), name, "stands in parameters as well", "keep one of them")


def _replica_findings(database: DatabaseFields) -> Iterator[Finding]:
    scaling = database.replica_scaling
    if scaling is None or not database.is_aurora:
        return
    for finding in scaling.metric_findings(database.replica_metrics):
        yield finding.under("replica_scaling")
    ours = database.instances - 1
    for at, (least, most) in scaling.all_bounds():
        if least < ours:
            rule = f"is never reached: {ours} readers are Terraform's, and scaling removes only its own"
            yield Finding(("replica_scaling", *at, "min_capacity"), least, rule, f"write {ours} or more")
        # What a schedule does not say itself, it has from the block around it.
        if most > AURORA_REPLICAS_LIMIT and (not at or most != scaling.max_capacity):
            rule, remedy = "is more readers than an Aurora cluster has", f"write {AURORA_REPLICAS_LIMIT} or less"
            yield Finding(("replica_scaling", *at, "max_capacity"), most, rule, remedy)


def _encryption_findings(database: DatabaseFields) -> Iterator[Finding]:
    if not database.storage_encrypted and database.tier != "development":
        rule = f"is refused in {database.tier}, and cannot be changed later"
        yield Finding(("storage_encrypted",), False, rule, "take it out, or write true")


def _production_findings(database: DatabaseFields) -> Iterator[Finding]:
    if not database.is_production:
        return
    if database.backup_retention_period < SAFE_RETENTION_DAYS:
        rule = "is refused in production: damage is often found only days later"
        remedy = f"write {SAFE_RETENTION_DAYS} or more"
        yield Finding(("backup_retention_period",), database.backup_retention_period, rule, remedy)
    if database.skip_final_snapshot:
        rule = "is refused in production: its data would be gone with it"
        yield Finding(("skip_final_snapshot",), True, rule, "take it out, or write false")
    yield from _single_zone_findings(database)


def _single_zone_findings(database: DatabaseFields) -> Iterator[Finding]:
    if not database.is_aurora:
        if not database.multi_az:
            rule = "is refused in production: its zone's failure would be ours"
            yield Finding(("multi_az",), False, rule, "take it out, or write true")
        return
    if database.instances < 2:
        rule = "is refused in production: its zone's failure would be ours"
        yield Finding(("instances",), database.instances, rule, "write 2 or more")
    elif len(set(database.availability_zones)) < 2:
        zones = list(database.availability_zones)
        rule = "is refused in production: AWS may put all instances into one zone, whose failure would be ours"
        yield Finding(("availability_zones",), zones, rule, 'name two or more, ["a", "c"]')
