"""What a `database` block says, and what follows from it."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.data.backup.settings import BackupTag
from modules.data.database.keys.engines import ENGINES, Engine, EngineName
from modules.data.database.keys.parts import ProxySettings, ServerlessSettings, StorageSettings
from modules.data.database.keys.snapshots import SnapshotName
from modules.data.database.keys.windows import BackupWindow, MaintenanceWindow
from modules.foundation.settings import TieredSettings, TierException, each_once, tiered
from modules.network.vpc.settings import ZoneLetter

#: "Amazon RDS API Reference, CreateDBCluster, BackupRetentionPeriod": 1 to 35 days (0 for an instance: none).
BACKUP_RETENTION_DAYS = (0, 35)
#: Less than a week, and what is noticed on Monday is lost that was damaged on the Friday before last.
SAFE_RETENTION_DAYS = 7
#: "Performance and scaling for Aurora Serverless v2": with Performance Insights at least 2 units.
INSIGHTS_CAPACITY = 2.0
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


class DatabaseFields(TieredSettings):
    """The keys of a `database` block, unchecked against each other."""

    engine: EngineName = Field(
        examples=["aurora-mysql"], description="aurora-mysql, aurora-postgresql, mysql or postgres (plain RDS)."
    )
    engine_version: str = Field(
        examples=["8.0.mysql_aurora.3.10.6"],
        description="Always named. In full where upgrades are ours; without its end where AWS makes the minor ones.",
    )
    instance_class: str | None = Field(
        default=None,
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
    multi_az: bool = tiered(
        development=False,
        staging=False,
        production=True,
        exception=TierException(lambda data: str(data.get("engine")).startswith("aurora"), False, "for Aurora"),
        description="RDS: a standby in another Availability Zone. Aurora uses several zones by its instances.",
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
        "replicas: with false a password is made at the apply, and goes to Secrets Manager without passing the state. "
        "A plan reads it there, the pipeline's too, which `make bootstrap` lets it.",
    )
    copy_master_user_password: bool = Field(
        default=False,
        description="RDS: whether a secret of ours has a copy of the password that RDS manages, which services and "
        "functions read instead. For the one apply before the first read replica: RDS rotates its password every 7 "
        "days, and the copy stays as it is.",
    )
    port: int | None = Field(default=None, ge=1150, le=65535, description="The engine's usual one by default.")
    corporate: bool = Field(
        default=False, description="Whether the corporate ranges of network.direct_connect reach it."
    )
    storage: StorageSettings | None = Field(default=None, description="RDS: its volume; Aurora has none to choose.")
    storage_type: Literal["aurora", "aurora-iopt1"] | None = Field(
        default=None, description="Aurora: pay for each I/O (aurora), or more for storage and nothing for I/O."
    )
    storage_encrypted: bool = Field(default=True, description="With the data key. Off in development only.")
    restore_from_snapshot: SnapshotName | None = Field(
        default=None,
        examples=["agora-prod-main-final-20261121083000"],
        description="A snapshot's name or ARN, for a new database. It stays in the file as long as the database: "
        "taking it out or changing it replaces the database, and the plan says so.",
    )
    backup_retention_period: int = tiered(
        development=SAFE_RETENTION_DAYS,
        staging=SAFE_RETENTION_DAYS,
        production=14,
        ge=BACKUP_RETENTION_DAYS[0],
        le=BACKUP_RETENTION_DAYS[1],
        description="Days within which the database can be restored to any point in time; 0 (RDS only) for no backups.",
    )
    backup: BackupTag | None = Field(
        default=None,
        description="daily: the `backup` block's plan takes the database in, beside RDS's own backups. Those restore "
        "any second of the last days, but belong to the database, and end with it or by a setting of it. AWS Backup's "
        "are kept for months in a vault that can be locked, and by choice copied to another region.",
    )
    preferred_backup_window: BackupWindow = Field(
        default="17:00-18:00", description="In UTC, when few use it: the default is 2 to 3 at night in Seoul."
    )
    preferred_maintenance_window: MaintenanceWindow = Field(
        default="sun:18:30-sun:19:30", description="In UTC; the default is Monday, half past 3 at night in Seoul."
    )
    apply_immediately: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether changes that interrupt the database are applied immediately instead of in the maintenance "
        "window.",
    )
    auto_minor_version_upgrade: bool = Field(
        default=False,
        description="Whether AWS upgrades to new minor versions; engine_version is then written without its end.",
    )
    allow_major_version_upgrade: bool = Field(
        default=False, description="For the one apply that changes the major version."
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=True,
        production=True,
        description="Whether RDS refuses to delete the database. Turning it off in production takes an unlock record.",
    )
    skip_final_snapshot: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether the database is deleted without a final snapshot.",
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
    enabled_cloudwatch_logs_exports: Annotated[tuple[str, ...], AfterValidator(each_once)] | None = Field(
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

    @property
    def kind(self) -> Engine:
        """What is known of the engine."""
        return ENGINES[self.engine]

    @property
    def is_aurora(self) -> bool:
        """Whether it is an Aurora cluster, not RDS instances."""
        return self.kind.aurora

    @property
    def keeps_password(self) -> bool:
        """Whether a secret of ours has the administrator's password: in place of RDS, or as a copy."""
        return not self.manage_master_user_password or self.copy_master_user_password

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
        return self.can_have_insights and not (serverless and serverless.min_capacity < INSIGHTS_CAPACITY)

    @property
    def insights_retention_days(self) -> int:
        """For how many days Performance Insights keeps what it saw."""
        return ADVANCED_RETENTION_DAYS if self.database_insights_mode == "advanced" else STANDARD_RETENTION_DAYS

    @property
    def replica_metrics(self) -> tuple[Metric, ...]:
        """What replicas can be scaled by."""
        return ("cpu", "connections")

    @property
    def can_have_insights(self) -> bool:
        """Whether the instance class has Performance Insights."""
        return not (self.instance_class and WITHOUT_PERFORMANCE_INSIGHTS[self.engine].match(self.instance_class))
