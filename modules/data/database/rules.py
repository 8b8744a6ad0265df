"""Rules of a `database` block: its keys against each other, the engine, and the tier."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules.data.database.keys.fields import DatabaseFields
from modules.data.database.keys.parameters import parameter_findings
from modules.data.database.keys.reserved_names import is_reserved_database, is_reserved_user
from modules.data.database.keys.snapshots import snapshot_arn
from modules.data.database.keys.users import USER_PREFIX
from modules.data.keys.instance_classes import DATABASE_CLASSES, instead_of, is_among
from modules.foundation.calendar import committed
from modules.foundation.problems import Finding
from modules.foundation.time_windows import meet, minutes_of_day, minutes_of_week

#: [Amazon Aurora User Guide, Quotas and constraints for Amazon Aurora]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html): 15 Aurora Replicas, in addition to
#: the writer.
AURORA_REPLICAS_LIMIT = 15
#: [Scaling to Zero ACUs with automatic pause and resume for Aurora Serverless v2, Prerequisites and Limitations]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html): the first minor
#: version of each major version that can pause. All later major versions can, earlier ones cannot.
PAUSING_FROM: Mapping[str, Mapping[int, int]] = {
    "aurora-postgresql": {13: 15, 14: 12, 15: 7, 16: 3},
    "aurora-mysql": {3: 8},
}

#: `16.6`, `16`, `8.0.mysql_aurora.3.08.2`, `8.0.mysql_aurora.3`.
_VERSION = re.compile(r"(8\.0\.mysql_aurora\.)?(?P<major>\d+)(\.(?P<minor>\d+))?")


def findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield settings that RDS or the tier does not allow."""
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
    if database.is_production:
        yield from _single_zone_findings(database)


def _version_findings(database: DatabaseFields) -> Iterator[Finding]:
    at, version = ("engine_version",), database.engine_version
    if database.auto_minor_version_upgrade and not database.kind.open_version.fullmatch(version):
        rule = "is a full version, and AWS upgrades the minor version automatically: each plan would try to downgrade"
        yield Finding(at, version, rule, f'write "{database.kind.open_example}", or auto_minor_version_upgrade = false')
    if not database.auto_minor_version_upgrade and not database.kind.full_version.fullmatch(version):
        rule = f"is not a full version of {database.engine}"
        remedy = f'write a version such as "{database.kind.full_example}", or auto_minor_version_upgrade = true'
        yield Finding(at, version, rule, remedy)
    yield from _unknown_version(database)
    if database.allow_major_version_upgrade and not database.apply_immediately:
        # [ModifyDBCluster, EngineVersion and DBInstanceParameterGroupName]
        # (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html).
        rule = (
            "would wait for the maintenance window, but the parameter groups of the new version replace the old ones "
            "immediately, which RDS rejects"
        )
        remedy = "also write apply_immediately = true, and apply manually during the maintenance window"
        yield Finding(("allow_major_version_upgrade",), True, rule, remedy)


def _unknown_version(database: DatabaseFields) -> Iterator[Finding]:
    """Yield a version that is not in the calendar; a version without its minor part must be the prefix of one."""
    version, kind = database.engine_version, database.kind
    form = kind.open_version if database.auto_minor_version_upgrade else kind.full_version
    known = [each.version for each in committed().of(database.engine)]
    if form.fullmatch(version) and version not in known and not any(each.startswith(f"{version}.") for each in known):
        nearest = difflib.get_close_matches(version, known, n=3, cutoff=0)
        remedy = (
            f"write {' or '.join(nearest)}; if it is new, update the calendar with .venv/bin/python -m ops calendar"
        )
        yield Finding(("engine_version",), version, f"is not a version of {database.engine}", remedy)


def _name_findings(database: DatabaseFields) -> Iterator[Finding]:
    name, user, dialect = database.database_name, database.master_username, database.kind.dialect
    if name and is_reserved_database(name, dialect):
        rule = f"is a reserved name in {database.engine}"
        yield Finding(("database_name",), name, rule, f'write another name, such as "{name}_data"')
    if is_reserved_user(user, dialect):
        rule = f"is a reserved name in {database.engine}"
        yield Finding(("master_username",), user, rule, 'write another name, such as "dbadmin"')


def _class_findings(database: DatabaseFields) -> Iterator[Finding]:
    chosen, families = database.instance_class, DATABASE_CLASSES[database.engine]
    if chosen is None or chosen == "db.serverless" or is_among(chosen, "db.", families):
        return
    rule = f"is not an instance class of {database.engine}"
    yield Finding(("instance_class",), chosen, rule, instead_of(chosen, "db.", families))


def _snapshot_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield a cluster snapshot for a DB instance. A cluster can be restored from a snapshot of either kind.

    [RestoreDBClusterFromSnapshot, SnapshotIdentifier]
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html).
    """
    snapshot = snapshot_arn(database.restore_from_snapshot or "")
    if snapshot and snapshot.kind == "cluster-snapshot" and not database.is_aurora:
        rule = "is a DB cluster snapshot, from which RDS cannot restore a DB instance"
        at = ("restore_from_snapshot",)
        remedy = 'write the ARN of a DB snapshot (":snapshot:"), or an Aurora engine'
        yield Finding(at, database.restore_from_snapshot, rule, remedy)


def _size_findings(database: DatabaseFields) -> Iterator[Finding]:
    if (database.instance_class is None) == (database.serverless_v2_scaling is None):
        how = "neither" if database.instance_class is None else "both"
        remedy = 'write instance_class = "db.r7g.large"' + (
            ", or a serverless_v2_scaling block" if database.is_aurora else ""
        )
        rule = f"has {how} of instance_class and serverless_v2_scaling"
        yield Finding(("instance_class",), database.instance_class, rule, remedy)
    if database.instance_class == "db.serverless":
        rule = "is the class that a serverless_v2_scaling block sets"
        yield Finding(("instance_class",), database.instance_class, rule, "write a serverless_v2_scaling block instead")
    yield from _pause_findings(database)
    if database.availability_zones and len(database.availability_zones) != database.instances:
        rule = f"names {len(database.availability_zones)} zones for {database.instances} instances"
        yield Finding(("availability_zones",), list(database.availability_zones), rule, "write one for each instance")


def _pause_findings(database: DatabaseFields) -> Iterator[Finding]:
    if database.serverless_v2_scaling is None or database.serverless_v2_scaling.min_capacity > 0:
        return
    at, remedy = ("serverless_v2_scaling", "min_capacity"), "write 0.5 or more"
    if not _pauses(database):
        first = ", ".join(f"{major}.{minor}" for major, minor in PAUSING_FROM[database.engine].items())
        rule = f"allows pausing, which {database.engine} {database.engine_version} does not support; the first versions"
        yield Finding(at, 0, f"{rule} that do are {first}", f"{remedy}, or a later engine_version")
    if database.proxy:
        rule = "allows pausing, but the proxy keeps a connection to each instance open, so they never pause"
        yield Finding(at, 0, rule, f"{remedy}, or remove the proxy")


def _pauses(database: DatabaseFields) -> bool:
    """Return whether the version can pause; a version without its minor part is the newest one."""
    majors = PAUSING_FROM.get(database.engine)
    version = _VERSION.match(database.engine_version)
    if not majors or not version:
        return True
    major, minor = int(version["major"]), version["minor"]
    if major not in majors:
        return major > max(majors)
    return minor is None or int(minor) >= majors[major]


def _kind_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield keys of the other kind of database (Aurora or plain RDS), and values that this kind does not allow."""
    other_keys: dict[str, Any] = (
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
    kind = "Aurora" if database.is_aurora else "plain RDS"
    for name, value in other_keys.items():
        if value:
            yield Finding((name,), None, f"is not a setting of {kind}", "remove it")
    if not database.is_aurora and database.storage is None:
        yield Finding(("storage",), None, "is missing", "write `storage { allocated_storage = 20 }`")
    if database.is_aurora and database.backup_retention_period == 0:
        rule = "is not allowed for Aurora, which always has backups"
        yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
    if database.backup_retention_period == 0 and database.instances > 1:
        rule = "is not allowed with read replicas, which RDS creates from backups"
        yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
    yield from _password_findings(database)
    yield from _login_findings(database)
    unknown = [log for log in database.logs if log not in database.kind.logs]
    for log in unknown:
        yield Finding(
            ("enabled_cloudwatch_logs_exports",),
            log,
            f"is not a log of {database.engine}",
            f"write any of {', '.join(database.kind.logs)}",
        )


def _password_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield invalid password settings.

    [Password management with Amazon RDS and AWS Secrets Manager, Limitations]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html): an instance whose password RDS
    manages cannot have read replicas.
    """
    at, has_replicas = ("manage_master_user_password",), not database.is_aurora and database.instances > 1
    if database.manage_master_user_password and has_replicas:
        rule = "is not allowed by RDS for a DB instance with read replicas"
        remedy = (
            "write manage_master_user_password = false; for an existing database, first apply instances = 1 with "
            "copy_master_user_password = true, or running clients can no longer log in "
            '(docs/runbooks/plan.md, "A first replica of plain RDS")'
        )
        yield Finding(at, True, rule, remedy)
    if not database.manage_master_user_password and not has_replicas:
        rule = "is allowed only for plain RDS with read replicas; a password that RDS manages is rotated"
        yield Finding(at, False, rule, "remove it")
    if database.copy_master_user_password and not database.manage_master_user_password:
        rule = "copies a password that RDS does not manage"
        yield Finding(("copy_master_user_password",), True, rule, "remove it")


def _login_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield a login that the database does not allow, and an administrator whom the users' function would lock."""
    if database.login == "iam" and not database.iam_database_authentication_enabled:
        rule = "is false, and programs log in by IAM"
        remedy = 'remove it, or write login = "password"'
        yield Finding(("iam_database_authentication_enabled",), False, rule, remedy)
    if database.master_username.startswith(USER_PREFIX):
        rule = f"begins with {USER_PREFIX}, as the users of programs do"
        yield Finding(("master_username",), database.master_username, rule, 'write another name, such as "dbadmin"')
    if database.keep_master_login and database.login == "master":
        rule = 'has no effect: with login = "master" programs have no other login'
        yield Finding(("keep_master_login",), True, rule, "remove it")
    if "password_rotation_days" in database.model_fields_set and not database.stores_passwords:
        rule = "has no effect: users have no passwords"
        yield Finding(("password_rotation_days",), database.password_rotation_days, rule, "remove it")


def _window_findings(database: DatabaseFields) -> Iterator[Finding]:
    if meet(minutes_of_day(database.backup_window), minutes_of_week(database.maintenance_window)):
        rule = f"overlaps backup_window {database.backup_window}, which RDS does not allow"
        yield Finding(("maintenance_window",), database.maintenance_window, rule, "write a window before or after it")


def _insight_findings(database: DatabaseFields) -> Iterator[Finding]:
    if database.performance_insights and not database.can_have_insights:
        rule = f"is not available for {database.instance_class} with {database.engine}"
        yield Finding(("performance_insights",), True, rule, "remove it, or choose a larger class")
    if database.database_insights_mode == "advanced" and not database.has_performance_insights:
        rule = "needs Performance Insights, which is off"
        yield Finding(("database_insights_mode",), "advanced", rule, 'write "standard"')


def _parameter_findings(database: DatabaseFields) -> Iterator[Finding]:
    for block, parameters in (("parameters", database.parameters), ("static_parameters", database.static_parameters)):
        for name in parameters.keys() & {database.kind.tls_parameter}:
            yield Finding((block,), name, "is set by Groundwork: clients must use TLS", "remove it")
    for name in database.parameters.keys() & database.static_parameters.keys():
        yield Finding(("static_parameters",), name, "is also in parameters", "keep one of them")


def _replica_findings(database: DatabaseFields) -> Iterator[Finding]:
    scaling = database.replica_scaling
    if scaling is None or not database.is_aurora:
        return
    for finding in scaling.metric_findings(database.replica_metrics):
        yield finding.under("replica_scaling")
    managed = database.instances - 1
    for at, (minimum, maximum) in scaling.all_bounds():
        if minimum < managed:
            rule = (
                f"is never reached: Terraform manages {managed} readers, and scaling removes only those that it added"
            )
            yield Finding(("replica_scaling", *at, "min_capacity"), minimum, rule, f"write {managed} or more")
        # A schedule inherits bounds that it does not set; these are reported once.
        if maximum > AURORA_REPLICAS_LIMIT and (not at or maximum != scaling.max_capacity):
            rule, remedy = "is more readers than an Aurora cluster can have", f"write {AURORA_REPLICAS_LIMIT} or less"
            yield Finding(("replica_scaling", *at, "max_capacity"), maximum, rule, remedy)


def _single_zone_findings(database: DatabaseFields) -> Iterator[Finding]:
    if not database.is_aurora:
        if not database.multi_az:
            rule = "is not allowed in production: a failure of one Availability Zone would stop the database"
            yield Finding(("multi_az",), False, rule, "remove it, or write true")
        return
    if database.instances < 2:
        rule = "is not allowed in production: a failure of one Availability Zone would stop the database"
        yield Finding(("instances",), database.instances, rule, "write 2 or more")
    elif len(set(database.availability_zones)) < 2:
        zones = list(database.availability_zones)
        rule = "is not allowed in production: AWS may put all instances in one Availability Zone, which may fail"
        yield Finding(("availability_zones",), zones, rule, 'write two or more, such as ["a", "c"]')
