"""The keys of a `database` block, and values derived from them."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.data.backup.settings import BackupTag
from modules.data.database.keys.engines import ENGINES, Engine, EngineName
from modules.data.database.keys.parts import ProxySettings, ServerlessSettings, StorageSettings
from modules.data.database.keys.snapshots import SnapshotName
from modules.foundation.settings import NotAllowed, TieredSettings, TierException, each_once, tiered
from modules.foundation.time_windows import daily_window, weekly_window
from modules.network.vpc.settings import ZoneLetter

#: [Amazon RDS API Reference, CreateDBCluster, BackupRetentionPeriod]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html): 1 to 35 days; 0 for no backups,
#: RDS only.
BACKUP_RETENTION_DAYS = (0, 35)
#: "CreateDBInstance, PreferredMaintenanceWindow": at least 30 minutes; the same for backup windows.
SHORTEST_WINDOW_MINUTES = 30
#: Seven days: a corruption noticed on Monday may have happened on the Friday before.
SAFE_RETENTION_DAYS = 7
#: [Amazon Aurora User Guide, Performance and scaling for Aurora Serverless v2]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html):
#: Performance Insights requires at least 2 capacity units.
INSIGHTS_CAPACITY = 2.0
#: [Turning on the Advanced mode of Database Insights for Amazon Aurora]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DatabaseInsights.TurningOnAdvanced.html): 15
#: months of Performance Insights.
ADVANCED_RETENTION_DAYS = 465
STANDARD_RETENTION_DAYS = 7
#: [Amazon Aurora DB engine, Region, and instance class support for Performance Insights]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_PerfInsights.Overview.Engines.html), and [the same
#: page for RDS](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html): the
#: burstable instance classes without it.
WITHOUT_PERFORMANCE_INSIGHTS: Mapping[EngineName, re.Pattern[str]] = {
    "aurora-mysql": re.compile(r"db\.t\d"),
    "aurora-postgresql": re.compile(r"db\.t2"),
    "mysql": re.compile(r"db\.t\dg?\.(micro|small)"),
    "postgres": re.compile(r"db\.t2"),
}


#: "CreateDBInstance, PreferredMaintenanceWindow": at least 30 minutes; the same for backup windows.
SHORTEST_WINDOW_MINUTES = 30
_backup_window = partial(daily_window, least=SHORTEST_WINDOW_MINUTES)
_maintenance_window = partial(weekly_window, least=SHORTEST_WINDOW_MINUTES)


class DatabaseFields(TieredSettings):
    """The keys of a `database` block, before they are checked against each other."""

    key_groups: ClassVar[Mapping[str, str]] = {
        "engine": "Engine and instances",
        "database_name": "Logins and connections",
        "storage_type": "Storage",
        "restore_from_snapshot": "Backups and restores",
        "maintenance_window": "Maintenance and upgrades",
        "deletion_protection": "Deletion",
        "parameters": "Engine parameters",
        "slow_query_seconds": "Monitoring",
        "iam_database_authentication_enabled": "Authentication and TLS",
    }
    renamed: ClassVar[Mapping[str, str]] = {
        "preferred_backup_window": "backup_window",
        "preferred_maintenance_window": "maintenance_window",
    }

    engine: EngineName = Field(
        examples=["aurora-mysql"], description="aurora-mysql, aurora-postgresql, mysql or postgres (plain RDS)."
    )
    engine_version: str = Field(
        examples=["8.0.mysql_aurora.3.10.6"],
        description="Engine version: a full version, or one without its minor part with auto_minor_version_upgrade.",
    )
    instance_class: str | None = Field(
        default=None,
        examples=["db.r7g.large"],
        description="Instance class of all instances, since a reader can become the writer.",
    )
    serverless_v2_scaling: ServerlessSettings | None = Field(
        default=None,
        description="Aurora Serverless v2: capacity that scales with the load, instead of an instance class.",
    )
    instances: int = Field(
        default=1,
        ge=1,
        le=16,
        examples=[2],
        description="Number of instances. Aurora: a writer and readers. RDS: a primary and read replicas.",
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(),
        examples=[["a", "c"]],
        description="Aurora: Availability Zone of each instance, in order; append one for each new instance. "
        "By default AWS chooses.",
    )
    multi_az: bool = tiered(
        development=False,
        staging=False,
        production=True,
        exception=TierException(lambda data: str(data.get("engine")).startswith("aurora"), False, "for Aurora"),
        description="RDS: a standby in another Availability Zone. For Aurora, use instances in several Availability "
        "Zones instead.",
    )
    database_name: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        examples=["agora"],
        description="Name of the initial database.",
    )
    master_username: str = Field(
        default="dbadmin",
        pattern=r"^[a-z][a-z0-9_]{0,15}$",
        description="User name of the administrator. RDS generates the password and rotates it in Secrets Manager.",
    )
    manage_master_user_password: bool = Field(
        default=True,
        description="Whether RDS manages and rotates the password. RDS does not allow it for plain RDS with read "
        "replicas. With false, an apply generates a password and stores it in Secrets Manager, not in the "
        "state. Each plan reads it from there, also in the pipeline, for which `make bootstrap` grants the "
        "permission.",
    )
    copy_master_user_password: bool = Field(
        default=False,
        description="RDS: whether the password that RDS manages is copied to a secret that services and functions read "
        "instead. Only for the one apply before the first read replica: RDS rotates its password every 7 days, and the "
        "copy does not change.",
    )
    login: Literal["iam", "password", "master"] = Field(
        default="iam",
        description="How programs log in. iam: each program has its own user, and its role signs a token instead of a "
        "password; a token is valid for 15 minutes, and an open connection stays open. AWS recommends it for fewer "
        "than 200 new connections per second, so programs must keep connections in a pool. password: each program has "
        "its own user with a password in Secrets Manager, for clients that cannot sign tokens. With a `proxy`, iam is "
        "a token for the proxy only, which keeps the passwords itself; programs with password also reach the readers. "
        "master: every program logs in as the administrator, as before this key existed.",
    )
    keep_master_login: bool = Field(
        default=False,
        description='Whether programs can still log in as the administrator too, for a move from login = "master": '
        "tasks of the previous revision go on, and can be started again. Remove it when all programs are deployed "
        '(docs/runbooks/database-logins.md, "Move from the administrator\'s login").',
    )
    password_rotation_days: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="Days after which a user's password is replaced. Connections stay open; for a new one, the program "
        "reads the secret again.",
    )
    port: int | None = Field(default=None, ge=1150, le=65535, description="Port; by default the engine's default port.")
    corporate: bool = Field(
        default=False, description="Whether the corporate ranges of network.direct_connect can connect."
    )
    storage: StorageSettings | None = Field(default=None, description="RDS: the storage of the DB instances.")
    storage_type: Literal["aurora", "aurora-iopt1"] | None = Field(
        default=None,
        description="Aurora: aurora charges for each I/O, aurora-iopt1 more for storage and nothing for I/O.",
    )
    storage_encrypted: Annotated[
        bool, NotAllowed((False,), "it can never be encrypted later", tiers=("staging", "production"))
    ] = Field(default=True, description="Whether storage is encrypted with the data key.")
    restore_from_snapshot: SnapshotName | None = Field(
        default=None,
        examples=["agora-prod-main-final-20261121083000"],
        description="Name or ARN of a snapshot from which a new database is restored. Keep it as long as the database "
        "exists: removing or changing it replaces the database, which the plan shows.",
    )
    backup_retention_period: Annotated[
        int,
        NotAllowed(
            range(SAFE_RETENTION_DAYS),
            "corruption is often noticed only days later",
            f"write {SAFE_RETENTION_DAYS} or more",
        ),
    ] = tiered(
        development=SAFE_RETENTION_DAYS,
        staging=SAFE_RETENTION_DAYS,
        production=14,
        ge=BACKUP_RETENTION_DAYS[0],
        le=BACKUP_RETENTION_DAYS[1],
        description="Days within which the database can be restored to any point in time; 0 (RDS only) for no backups.",
    )
    backup: BackupTag | None = Field(
        default=None,
        description="daily: the plan of the `backup` block backs up the database, in addition to RDS's automated "
        "backups. Automated backups allow a restore to any point in time of the last days, but are deleted "
        "with the database or by a changed setting. AWS Backup keeps its backups for months in a vault "
        "that can be locked, and can copy them to another Region.",
    )
    backup_window: Annotated[str, AfterValidator(_backup_window)] = Field(
        default="17:00-18:00", description="Daily backup window, in UTC. The default is 2:00 to 3:00 in Seoul."
    )
    maintenance_window: Annotated[str, AfterValidator(_maintenance_window)] = Field(
        default="sun:18:30-sun:19:30",
        description="Weekly maintenance window, in UTC. The default is Monday at 3:30 in Seoul.",
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
        description="Whether AWS upgrades to new minor versions; engine_version then has no minor part.",
    )
    allow_major_version_upgrade: bool = Field(
        default=False, description="Whether the major version can change; only for the one apply that changes it."
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=True,
        production=True,
        description="Whether RDS refuses to delete the database. Turning it off in production requires an unlock "
        "record.",
    )
    skip_final_snapshot: Annotated[
        bool, NotAllowed((True,), "a deletion would delete the data without a final snapshot")
    ] = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether the database is deleted without a final snapshot.",
    )
    parameters: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"max_connections": "500"}],
        description="Dynamic engine parameters, which take effect immediately. They override those that Groundwork "
        "sets.",
    )
    static_parameters: dict[str, str] = Field(
        default_factory=dict,
        description="Static engine parameters, which take effect only after a restart of the instances.",
    )
    slow_query_seconds: float = Field(default=1.0, gt=0, le=3600, description="Seconds after which a query is logged.")
    enabled_cloudwatch_logs_exports: Annotated[tuple[str, ...], AfterValidator(each_once)] | None = Field(
        default=None,
        examples=[["error", "slowquery"]],
        description="Logs that go to CloudWatch Logs; by default the error and slow query logs.",
    )
    performance_insights: bool | None = Field(
        default=None, description="Whether Performance Insights is on; by default if the instance class supports it."
    )
    database_insights_mode: Literal["standard", "advanced"] = Field(
        default="standard", description="advanced is charged per vCPU, and keeps data for 15 months instead of 7 days."
    )
    monitoring_interval: Literal[0, 1, 5, 10, 15, 30, 60] = Field(
        default=60, description="Seconds between operating system metrics; 0 for no Enhanced Monitoring."
    )
    iam_database_authentication_enabled: bool = Field(
        default=True, description="Whether roles can log in with an IAM token instead of a password."
    )
    ca_cert_identifier: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = Field(
        default="rds-ca-rsa2048-g1",
        description="Certificate authority; all of these are valid until 2061 or later.",
    )
    replica_scaling: ScalingSettings | None = Field(
        default=None, description="Aurora: scaling of the readers. min_capacity includes the readers of `instances`."
    )
    proxy: ProxySettings | None = Field(default=None, description="RDS Proxy in front of the database.")

    @property
    def kind(self) -> Engine:
        """The engine's properties."""
        return ENGINES[self.engine]

    @property
    def is_aurora(self) -> bool:
        """Whether the database is an Aurora cluster, not RDS DB instances."""
        return self.kind.aurora

    @property
    def keeps_password(self) -> bool:
        """Whether our own secret has the administrator's password, instead of RDS or as a copy."""
        return not self.manage_master_user_password or self.copy_master_user_password

    @property
    def creates_users(self) -> bool:
        """Whether programs have users of their own. They have rights in the database that `database_name` names."""
        return self.login != "master" and self.database_name is not None

    @property
    def stores_passwords(self) -> bool:
        """Whether users have passwords in Secrets Manager: for programs, or for the proxy.

        In this release of the provider, a proxy logs in to the database with passwords only.
        """
        return self.login == "password" or (self.login == "iam" and self.proxy is not None)

    @property
    def logs_in_at_proxy(self) -> bool:
        """Whether programs can log in only at the proxy."""
        return self.login == "iam" and self.proxy is not None

    @property
    def family(self) -> str:
        """The parameter group family, such as `aurora-mysql8.0` or `postgres16`."""
        return self.kind.family(self.engine_version)

    @property
    def ordinals(self) -> range:
        """The numbers of the instances, from 1 on. They are in the identifiers, whatever an instance's role is."""
        return range(1, self.instances + 1)

    @property
    def listens_on(self) -> int:
        """The port."""
        return self.port or self.kind.port

    @property
    def logs(self) -> tuple[str, ...]:
        """The logs that go to CloudWatch Logs."""
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
        """Days that Performance Insights keeps its data."""
        return ADVANCED_RETENTION_DAYS if self.database_insights_mode == "advanced" else STANDARD_RETENTION_DAYS

    @property
    def replica_metrics(self) -> tuple[Metric, ...]:
        """The metrics that replicas can be scaled by."""
        return ("cpu", "connections")

    @property
    def can_have_insights(self) -> bool:
        """Whether the instance class supports Performance Insights."""
        return not (self.instance_class and WITHOUT_PERFORMANCE_INSIGHTS[self.engine].match(self.instance_class))
