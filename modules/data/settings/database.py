"""The `database` blocks: Aurora and plain RDS, MySQL and PostgreSQL."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.autoscaling.settings import Metric, ScalingSettings
from modules.data.settings.database_engines import ENGINES, Engine, EngineName
from modules.foundation.refusals import Finding, broken_rule, refuse
from modules.foundation.settings import Settings, Tier, TieredSettings
from modules.network.settings.vpc import ZoneLetter

#: "Amazon Aurora User Guide, Quotas": 15 Aurora Replicas beside the writer.
AURORA_REPLICAS_LIMIT = 15
#: "Amazon RDS User Guide, Working with DB instance read replicas": 15 of a MySQL or PostgreSQL instance.
RDS_REPLICAS_LIMIT = 15
#: "Amazon RDS API Reference, CreateDBCluster, BackupRetentionPeriod": 1 to 35 days (0 for an instance: none).
BACKUP_RETENTION_DAYS = (0, 35)
#: Less than a week, and what is noticed on Monday is lost that was damaged on the Friday before last.
SAFE_RETENTION_DAYS = 7
#: "Aurora Serverless v2 capacity": 0 (pauses) to 256 capacity units of 2 GiB, in halves.
SERVERLESS_CAPACITY = (0.0, 256.0)
#: "Performance and scaling for Aurora Serverless v2": with Performance Insights at least 2 units.
INSIGHTS_CAPACITY = 2.0
#: "CreateDBInstance, PreferredMaintenanceWindow": at least 30 minutes; backup windows likewise.
SHORTEST_WINDOW_MINUTES = 30
#: "Amazon RDS User Guide, gp3 storage": 20 GiB is the least of it.
SMALLEST_STORAGE_GIB = 20
#: "Turning on the Advanced mode of Database Insights": 15 months of Performance Insights.
ADVANCED_RETENTION_DAYS = 465
STANDARD_RETENTION_DAYS = 7
#: "Amazon Aurora engine, Region and instance class support for Performance Insights", and the same of RDS: the
#: burstable classes that have none.
WITHOUT_PERFORMANCE_INSIGHTS: Mapping[EngineName, re.Pattern[str]] = {
    "aurora-mysql": re.compile(r"db\.t\d"),
    "aurora-postgresql": re.compile(r"db\.t2"),
    "mysql": re.compile(r"db\.t\dg?\.(micro|small)"),
    "postgres": re.compile(r"db\.t2"),
}

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * _MINUTES_A_DAY


def _backup_window(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
        raise broken_rule("is not a backup window", 'write start and end in UTC, "17:00-18:00"')
    start, end = backup_minutes(value)
    if end - start < SHORTEST_WINDOW_MINUTES:
        raise broken_rule("is shorter than half an hour, the least that RDS takes", "write a later end")
    return value


def _maintenance_window(value: str) -> str:
    day = "(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d"
    if not re.fullmatch(f"{day}-{day}", value):
        raise broken_rule("is not a maintenance window", 'write days and times in UTC, "sun:18:30-sun:19:30"')
    start, end = maintenance_minutes(value)
    if end - start < SHORTEST_WINDOW_MINUTES:
        raise broken_rule("is shorter than half an hour, the least that RDS takes", "write a later end")
    return value


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def backup_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the day; an end on the next day is beyond 24 hours."""
    start, end = map(_minutes, window.split("-"))
    return start, end if end > start else end + _MINUTES_A_DAY


def maintenance_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the week; an end in the next week is beyond its length."""
    start, end = (DAYS.index(part[:3]) * _MINUTES_A_DAY + _minutes(part[4:]) for part in window.split("-"))
    return start, end if end > start else end + _MINUTES_A_WEEK


BackupWindow = Annotated[str, AfterValidator(_backup_window)]
MaintenanceWindow = Annotated[str, AfterValidator(_maintenance_window)]


class ServerlessSettings(Settings):
    """The `serverless_v2_scaling` block: Aurora capacity units (2 GiB each) instead of an instance class."""

    min_capacity: float = Field(
        ge=SERVERLESS_CAPACITY[0],
        le=SERVERLESS_CAPACITY[1],
        multiple_of=0.5,
        examples=[0.5],
        description="The least, in halves; 0 lets it pause, and the next client waits for half a minute.",
    )
    max_capacity: float = Field(
        ge=1, le=SERVERLESS_CAPACITY[1], multiple_of=0.5, examples=[8], description="The most; it bounds the cost."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ServerlessSettings":
        if self.max_capacity < self.min_capacity:
            rule = f"is less than min_capacity {self.min_capacity:g}"
            refuse([Finding(("max_capacity",), self.max_capacity, rule, f"write {self.min_capacity:g} or more")])
        return self


class StorageSettings(Settings):
    """The `storage` block of plain RDS; Aurora's storage grows by itself."""

    allocated_storage: int = Field(
        ge=SMALLEST_STORAGE_GIB, le=65536, examples=[20], description="GiB at the beginning; it never shrinks."
    )
    max_allocated_storage: int | None = Field(
        default=None, le=65536, examples=[100], description="GiB up to which RDS lets it grow by itself."
    )
    storage_type: Literal["gp3", "io2"] = Field(default="gp3", description="The kind of volume.")
    iops: int | None = Field(default=None, ge=1000, description="Provisioned, for io2 and for gp3 of 400 GiB and more.")

    @model_validator(mode="after")
    def _rules(self) -> "StorageSettings":
        most = self.max_allocated_storage
        # "Managing capacity automatically with Amazon RDS storage autoscaling": at least 10 % more.
        if most is not None and most * 10 < self.allocated_storage * 11:
            rule = f"is less than a tenth above allocated_storage {self.allocated_storage}"
            refuse([Finding(("max_allocated_storage",), most, rule, "write more, or take it out")])
        if self.storage_type == "io2" and self.iops is None:
            refuse([Finding(("storage_type",), "io2", "needs iops", "write iops = 3000")])
        return self


class ProxySettings(Settings):
    """The `proxy` block: RDS Proxy holds connections, for functions and for many small tasks."""

    max_connections_percent: int = Field(
        default=90, ge=1, le=100, description="How much of max_connections the proxy may take; the rest is for people."
    )
    idle_client_timeout: int = Field(
        default=1800, ge=1, le=28800, description="Seconds until a client that says nothing is disconnected."
    )
    connection_borrow_timeout: int = Field(
        default=30, ge=0, le=300, description="Seconds that a client waits for a connection before it is refused."
    )


class DatabaseSettings(TieredSettings):
    """A `database` block: an Aurora cluster, or RDS instances."""

    engine: EngineName = Field(
        examples=["aurora-mysql"], description="aurora-mysql, aurora-postgresql, mysql or postgres (plain RDS)."
    )
    engine_version: str = Field(
        examples=["8.0.mysql_aurora.3.08.2"],
        description="Always named. In full where upgrades are ours; without its end where AWS makes the minor ones.",
    )
    instance_class: str | None = Field(
        default=None,
        pattern=r"^db\.([a-z0-9-]+\.[a-z0-9]+|serverless)$",
        examples=["db.r7g.large"],
        description="Of all instances: a reader may become the writer.",
    )
    serverless_v2_scaling: ServerlessSettings | None = Field(
        default=None, description="Aurora capacity units that follow the load, instead of an instance class."
    )
    instances: int = Field(
        default=1,
        ge=1,
        le=16,
        examples=[2],
        description="How many. Aurora: one writes, the others read; RDS: the first, and its read replicas.",
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(),
        examples=[["a", "c"]],
        description="Aurora: the zone of each instance, in their order; append one with each instance. "
        "Without it AWS chooses.",
    )
    multi_az: bool = Field(
        default=False,
        description="RDS: a standby in another zone. By default in production. Aurora is multi-zone by its instances.",
    )
    database_name: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        examples=["agora"],
        description="A database that is made with it.",
    )
    master_username: str = Field(
        default="dbadmin",
        pattern=r"^[a-z][a-z0-9_]{0,15}$",
        description="The administrator's name; RDS makes the password, keeps it in Secrets Manager and rotates it.",
    )
    manage_master_user_password: bool = Field(
        default=True,
        description="Whether RDS keeps and rotates the password. RDS itself refuses that to plain RDS with read "
        "replicas: with false a password is made at the apply, and goes to Secrets Manager without passing the state.",
    )
    port: int | None = Field(default=None, ge=1150, le=65535, description="The engine's usual one by default.")
    corporate: bool = Field(
        default=False, description="Whether the corporate ranges of network.direct_connect reach it."
    )
    storage: StorageSettings | None = Field(default=None, description="RDS: its volume; Aurora has none to choose.")
    storage_type: Literal["aurora", "aurora-iopt1"] | None = Field(
        default=None, description="Aurora: pay for each I/O (aurora), or more for storage and nothing for I/O."
    )
    storage_encrypted: bool = Field(default=True, description="With the environment's data key. Never off but in dev.")
    restore_from_snapshot: str | None = Field(
        default=None,
        min_length=1,
        examples=["agora-prod-main-final"],
        description="A snapshot's name or ARN, for a new database. It stays in the file as long as the database: "
        "taking it out or changing it replaces the database, and the plan says so.",
    )
    backup_retention_period: int = Field(
        default=SAFE_RETENTION_DAYS,
        ge=BACKUP_RETENTION_DAYS[0],
        le=BACKUP_RETENTION_DAYS[1],
        description="Days for which any second can be restored; 7 by default, 14 in production. "
        "0 (RDS only): no backups.",
    )
    preferred_backup_window: BackupWindow = Field(
        default="17:00-18:00", description="In UTC, when few use it: the default is 2 to 3 at night in Seoul."
    )
    preferred_maintenance_window: MaintenanceWindow = Field(
        default="sun:18:30-sun:19:30", description="In UTC; the default is Monday, half past 3 at night in Seoul."
    )
    apply_immediately: bool = Field(
        default=False,
        description="Whether changes that interrupt are made at once, not in the maintenance window. "
        "By default in development.",
    )
    auto_minor_version_upgrade: bool = Field(
        default=False,
        description="Whether AWS upgrades to new minor versions; engine_version is then written without its end.",
    )
    allow_major_version_upgrade: bool = Field(
        default=False, description="For the one apply that changes the major version."
    )
    deletion_protection: bool = Field(
        default=False, description="Whether RDS itself refuses to delete it; by default in staging and production."
    )
    skip_final_snapshot: bool = Field(
        default=False, description="Whether it may go without a last snapshot; by default in development."
    )
    parameters: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"max_connections": "500"}],
        description="Further engine parameters, or other values for ours; dynamic ones, which act at once.",
    )
    static_parameters: dict[str, str] = Field(
        default_factory=dict, description="Engine parameters that act only after a restart of the instances."
    )
    slow_query_seconds: float = Field(default=1.0, gt=0, le=3600, description="Statements that take longer are logged.")
    enabled_cloudwatch_logs_exports: tuple[str, ...] | None = Field(
        default=None,
        examples=[["error", "slowquery"]],
        description="Logs that go to CloudWatch: by default errors and slow statements.",
    )
    performance_insights: bool | None = Field(
        default=None, description="Where the load comes from; by default wherever the instance class has it."
    )
    database_insights_mode: Literal["standard", "advanced"] = Field(
        default="standard", description="advanced is paid for by the vCPU and keeps 15 months instead of 7 days."
    )
    monitoring_interval: Literal[0, 1, 5, 10, 15, 30, 60] = Field(
        default=60, description="Seconds between the operating system's measurements; 0 is none."
    )
    iam_database_authentication_enabled: bool = Field(
        default=True, description="Whether roles log in with a token instead of a password."
    )
    ca_cert_identifier: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = Field(
        default="rds-ca-rsa2048-g1",
        description="Who signs its certificate; all of these are valid until 2061 or later.",
    )
    replica_scaling: ScalingSettings | None = Field(
        default=None, description="Aurora: how many readers there are; min_capacity counts those of `instances`."
    )
    proxy: ProxySettings | None = Field(default=None, description="RDS Proxy in front of it.")

    @model_validator(mode="before")
    @classmethod
    def _by_tier(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        tier: Tier = values.get("tier", "development")
        defaults: dict[str, Any] = {
            "apply_immediately": tier == "development",
            "skip_final_snapshot": tier == "development",
            "deletion_protection": tier != "development",
            "backup_retention_period": 14 if tier == "production" else SAFE_RETENTION_DAYS,
        }
        if not str(values.get("engine", "")).startswith("aurora"):
            defaults["multi_az"] = tier == "production"
        return {**defaults, **values}

    @model_validator(mode="after")
    def _rules(self) -> "DatabaseSettings":
        refuse(
            [
                *self._version_findings(),
                *self._size_findings(),
                *self._kind_findings(),
                *self._window_findings(),
                *self._insight_findings(),
                *self._parameter_findings(),
                *self._replica_findings(),
                *self._production_findings(),
            ]
        )
        return self

    @property
    def kind(self) -> Engine:
        """What is known of the engine."""
        return ENGINES[self.engine]

    @property
    def is_aurora(self) -> bool:
        """Whether it is an Aurora cluster, not RDS instances."""
        return self.kind.aurora

    @property
    def family(self) -> str:
        """The parameter group family: `aurora-mysql8.0`, `postgres16`."""
        return self.kind.family(self.engine_version)

    @property
    def ordinals(self) -> range:
        """The instances' numbers, from 1 on: they name them, whatever their role."""
        return range(1, self.instances + 1)

    @property
    def listens_on(self) -> int:
        """The port."""
        return self.port or self.kind.port

    @property
    def logs(self) -> tuple[str, ...]:
        """The logs that go to CloudWatch."""
        chosen = self.enabled_cloudwatch_logs_exports
        return self.kind.default_logs if chosen is None else chosen

    @property
    def has_performance_insights(self) -> bool:
        """Whether Performance Insights is on."""
        if self.performance_insights is not None:
            return self.performance_insights
        serverless = self.serverless_v2_scaling
        return self._can_have_insights and not (serverless and serverless.min_capacity < INSIGHTS_CAPACITY)

    @property
    def insights_retention_days(self) -> int:
        """For how many days Performance Insights keeps what it saw."""
        return ADVANCED_RETENTION_DAYS if self.database_insights_mode == "advanced" else STANDARD_RETENTION_DAYS

    @property
    def replica_metrics(self) -> tuple[Metric, ...]:
        """What replicas can be scaled by."""
        return ("cpu", "connections")

    @property
    def _can_have_insights(self) -> bool:
        return not (self.instance_class and WITHOUT_PERFORMANCE_INSIGHTS[self.engine].match(self.instance_class))

    def _version_findings(self) -> Iterator[Finding]:
        at, version = ("engine_version",), self.engine_version
        if self.auto_minor_version_upgrade and not self.kind.open_version.fullmatch(version):
            rule = "is a version in full, and AWS upgrades the minor one by itself: each plan would want to go back"
            yield Finding(at, version, rule, f'write "{self.kind.open_example}", or auto_minor_version_upgrade = false')
        if not self.auto_minor_version_upgrade and not self.kind.full_version.fullmatch(version):
            rule = f"is not a full version of {self.engine}"
            remedy = f'write one such as "{self.kind.full_example}", or auto_minor_version_upgrade = true'
            yield Finding(at, version, rule, remedy)

    def _size_findings(self) -> Iterator[Finding]:
        if (self.instance_class is None) == (self.serverless_v2_scaling is None):
            how = "neither" if self.instance_class is None else "both"
            remedy = 'write instance_class = "db.r7g.large"' + (
                ", or a serverless_v2_scaling block" if self.is_aurora else ""
            )
            rule = f"has {how} of instance_class and serverless_v2_scaling"
            yield Finding(("instance_class",), self.instance_class, rule, remedy)
        if self.instance_class == "db.serverless":
            rule = "is what serverless_v2_scaling makes"
            yield Finding(("instance_class",), self.instance_class, rule, "write a serverless_v2_scaling block instead")
        if self.availability_zones and len(self.availability_zones) != self.instances:
            rule = f"names {len(self.availability_zones)} zones for {self.instances} instances"
            yield Finding(("availability_zones",), list(self.availability_zones), rule, "name one for each instance")

    def _kind_findings(self) -> Iterator[Finding]:
        """Yield what the other kind of database has."""
        others: dict[str, Any] = (
            {"storage": self.storage, "multi_az": self.multi_az}
            if self.is_aurora
            else {
                "serverless_v2_scaling": self.serverless_v2_scaling,
                "availability_zones": self.availability_zones,
                "storage_type": self.storage_type,
                "replica_scaling": self.replica_scaling,
            }
        )
        here = "Aurora" if self.is_aurora else "plain RDS"
        for name, value in others.items():
            if value:
                yield Finding((name,), None, f"is not a setting of {here}", f"take it out of a database with {here}")
        if not self.is_aurora and self.storage is None:
            yield Finding(("storage",), None, "is missing", "write `storage { allocated_storage = 20 }`")
        if self.is_aurora and self.backup_retention_period == 0:
            rule = "is refused by Aurora, which always has backups"
            yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
        if self.backup_retention_period == 0 and self.instances > 1:
            rule = "is refused with read replicas, which are made from backups"
            yield Finding(("backup_retention_period",), 0, rule, "write 1 or more")
        yield from self._password_findings()
        unknown = [log for log in self.logs if log not in self.kind.logs]
        for log in unknown:
            yield Finding(
                ("enabled_cloudwatch_logs_exports",),
                log,
                f"is no log of {self.engine}",
                f"write some of {', '.join(self.kind.logs)}",
            )

    def _password_findings(self) -> Iterator[Finding]:
        """ "Password management with Amazon RDS and AWS Secrets Manager, Limitations": no read replicas of such."""
        at, has_replicas = ("manage_master_user_password",), not self.is_aurora and self.instances > 1
        if self.manage_master_user_password and has_replicas:
            rule = "is refused by RDS where a plain instance has read replicas"
            yield Finding(at, True, rule, "write manage_master_user_password = false")
        if not self.manage_master_user_password and not has_replicas:
            rule = "is only for plain RDS with read replicas: what RDS keeps, it rotates too"
            yield Finding(at, False, rule, "take it out")

    def _window_findings(self) -> Iterator[Finding]:
        backup = backup_minutes(self.preferred_backup_window)
        start, end = maintenance_minutes(self.preferred_maintenance_window)
        for day in range(-1, 9):
            if backup[0] + day * _MINUTES_A_DAY < end and start < backup[1] + day * _MINUTES_A_DAY:
                rule = f"overlaps preferred_backup_window {self.preferred_backup_window}, which RDS refuses"
                at = ("preferred_maintenance_window",)
                yield Finding(at, self.preferred_maintenance_window, rule, "write one before or after it")
                return

    def _insight_findings(self) -> Iterator[Finding]:
        if self.performance_insights and not self._can_have_insights:
            rule = f"is not there for {self.instance_class} with {self.engine}"
            yield Finding(("performance_insights",), True, rule, "take it out, or choose a larger class")
        if self.database_insights_mode == "advanced" and not self.has_performance_insights:
            rule = "needs Performance Insights, which is off"
            yield Finding(("database_insights_mode",), "advanced", rule, 'write "standard"')

    def _parameter_findings(self) -> Iterator[Finding]:
        for block, parameters in (("parameters", self.parameters), ("static_parameters", self.static_parameters)):
            for name in parameters.keys() & {self.kind.tls_parameter}:
                yield Finding((block,), name, "is ours: clients come by TLS or not at all", "take it out")
        for name in self.parameters.keys() & self.static_parameters.keys():
            yield Finding(("static_parameters",), name, "stands in parameters as well", "keep one of them")

    def _replica_findings(self) -> Iterator[Finding]:
        scaling = self.replica_scaling
        if scaling is None or not self.is_aurora:
            return
        for finding in scaling.metric_findings(self.replica_metrics):
            yield Finding(("replica_scaling", *finding.at), finding.value, finding.rule, finding.remedy)
        if scaling.min_capacity < self.instances - 1:
            rule = f"is never reached: {self.instances - 1} readers are Terraform's, and scaling removes only its own"
            yield Finding(
                ("replica_scaling", "min_capacity"), scaling.min_capacity, rule, f"write {self.instances - 1} or more"
            )
        if scaling.max_capacity > AURORA_REPLICAS_LIMIT:
            rule = "is more readers than an Aurora cluster has"
            remedy = f"write {AURORA_REPLICAS_LIMIT} or less"
            yield Finding(("replica_scaling", "max_capacity"), scaling.max_capacity, rule, remedy)

    def _production_findings(self) -> Iterator[Finding]:
        if not self.is_production:
            return
        if self.backup_retention_period < SAFE_RETENTION_DAYS:
            rule = "is refused in production: damage is often found only days later"
            remedy = f"write {SAFE_RETENTION_DAYS} or more"
            yield Finding(("backup_retention_period",), self.backup_retention_period, rule, remedy)
        if not self.deletion_protection:
            rule = "is refused in production: one call would delete it"
            yield Finding(("deletion_protection",), False, rule, "take it out, or write true")
        if self.skip_final_snapshot:
            rule = "is refused in production: its data would be gone with it"
            yield Finding(("skip_final_snapshot",), True, rule, "take it out, or write false")
        if not self.storage_encrypted:
            rule = "is refused in production, and cannot be changed later"
            yield Finding(("storage_encrypted",), False, rule, "take it out, or write true")
        yield from self._single_zone_findings()

    def _single_zone_findings(self) -> Iterator[Finding]:
        if not self.is_aurora:
            if not self.multi_az:
                rule = "is refused in production: its zone's failure would be ours"
                yield Finding(("multi_az",), False, rule, "take it out, or write true")
            return
        if self.instances < 2:
            rule = "is refused in production: its zone's failure would be ours"
            yield Finding(("instances",), self.instances, rule, "write 2 or more")
        elif len(set(self.availability_zones)) < 2:
            zones = list(self.availability_zones)
            rule = "is refused in production: AWS may put all instances into one zone, whose failure would be ours"
            yield Finding(("availability_zones",), zones, rule, 'name two or more, ["a", "c"]')
