"""The `cache` blocks: ElastiCache replication groups of Valkey or Redis."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.data.cache.keys.access import Access
from modules.data.cache.keys.parameters import parameter_findings
from modules.data.keys.instance_classes import CACHE_NODES, TIERED_NODES, instead_of, is_among
from modules.foundation.calendar import committed
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, NotAllowed, Settings, TieredSettings, tiered
from modules.foundation.time_windows import daily_window, meet, minutes_of_day, minutes_of_week, weekly_window

CacheEngine = Literal["valkey", "redis"]

#: Parameter group families by major version ([Amazon ElastiCache API Reference, CreateCacheParameterGroup]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html)). IAM
#: authentication requires Valkey 7.2 or Redis OSS 7.0 ([Amazon ElastiCache User Guide, Authenticating with IAM,
#: Limitations](https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html)), so there is none older.
FAMILIES: Mapping[CacheEngine, Mapping[str, str]] = {
    "valkey": {"7": "valkey7", "8": "valkey8"},
    "redis": {"7": "redis7"},
}
#: The versions of these families in the calendar. Redis OSS ends with 7.1; new versions are of Valkey.
ENGINE_VERSIONS: Mapping[CacheEngine, tuple[str, ...]] = {
    engine: tuple(each.version for each in committed().of(engine) if each.version.split(".")[0] in families)
    for engine, families in FAMILIES.items()
}
#: Fixed here: with the newest version as the default, a release would upgrade every environment.
DEFAULT_VERSIONS: Mapping[CacheEngine, str] = {"valkey": "8.1", "redis": "7.1"}
#: [Amazon ElastiCache User Guide, Quotas for ElastiCache]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html): nodes per shard, including the primary.
REPLICAS_LIMIT = 5
#: [CreateReplicationGroup, SnapshotRetentionLimit]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html).
SNAPSHOT_DAYS_LIMIT = 35
#: The engine's own user, which is in each of our user groups, disabled.
DEFAULT_USER = "default"
#: The user that each cache has by default, and that a program logs in as if none is named.
CACHE_USER = "app"

#: [Amazon ElastiCache User Guide, Taking manual backups]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-manual.html); automatic ones begin with
#: `automatic.`.
_SNAPSHOT = re.compile(r"(automatic\.)?[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SNAPSHOT_LIMIT = 255
#: "CreateReplicationGroup, PreferredMaintenanceWindow" and "SnapshotWindow": at least 60 minutes each.
_SHORTEST_WINDOW = 60
_snapshot_window = partial(daily_window, least=_SHORTEST_WINDOW)
_maintenance_window = partial(weekly_window, least=_SHORTEST_WINDOW)


def _node_type(value: str) -> str:
    if is_among(value, "cache.", TIERED_NODES):
        rule = "is a node type for data tiering, which Groundwork does not support"
        raise broken_rule(rule, 'write a node type without SSDs, such as "cache.r7g.xlarge"')
    if not is_among(value, "cache.", CACHE_NODES):
        raise broken_rule("is not a cache node type", instead_of(value, "cache.", CACHE_NODES))
    return value


def _snapshot(value: str) -> str:
    if not _SNAPSHOT.fullmatch(value) or len(value) > _SNAPSHOT_LIMIT:
        raise broken_rule(
            "is not the name of an ElastiCache snapshot: lowercase letters, digits, and single hyphens",
            'write a name such as "agora-prod-sessions-final-20261121083000"',
        )
    return value


class CacheUserSettings(Settings):
    """A `user` block of a cache: a user with IAM authentication, and its permissions."""

    access: Access = Field(
        default="~* &* +@all -@admin -@dangerous",
        examples=["~sessions:* +@read +@write"],
        description="Keys (~), channels (&), and commands (+ -) in the syntax of Valkey's ACL, without `on` and "
        "passwords. By default everything except administration and dangerous commands (KEYS, FLUSHALL).",
    )


class CacheSettings(TieredSettings):
    """A `cache` block: a primary and its replicas, with TLS and users with IAM authentication."""

    renamed: ClassVar[Mapping[str, str]] = {
        "snapshot_retention_days": "snapshot_retention_limit",
        "minor_version_upgrades": "auto_minor_version_upgrade",
        "transit_encryption": "transit_encryption_enabled",
    }

    engine: CacheEngine = Field(default="valkey", description="valkey, or redis for clients that require it.")
    engine_version: str = Field(
        default="",
        examples=["8.1"],
        description="Engine version. By default 8.1 for Valkey and 7.1 for Redis. The default is fixed, so that no "
        "upgrade is unintended.",
    )
    node_type: Annotated[str, AfterValidator(_node_type)] = Field(
        examples=["cache.t4g.small"], description="Node type of all nodes. It can be changed without downtime."
    )
    replicas: Annotated[int, NotAllowed((0,), "a failure of the node would lose all data", "write 1 or more")] = tiered(
        development=0,
        staging=0,
        production=1,
        ge=0,
        le=REPLICAS_LIMIT,
        description="Replicas of the primary node, one of which takes over when it fails.",
    )
    multi_az: bool = Field(
        default_factory=lambda data: bool(data.get("replicas")),
        description="Whether nodes are in different Availability Zones, with automatic failover; by default when there "
        "are replicas.",
    )
    transit_encryption_enabled: Annotated[bool, NotAllowed((False,), "data would cross the network unencrypted")] = (
        Field(
            default=True,
            description="Whether connections must use TLS, which IAM authentication requires.",
        )
    )
    snapshot_retention_limit: Annotated[
        int, NotAllowed((0,), "there would be no snapshot to restore", "write 1 or more; the default is 7")
    ] = tiered(
        development=0,
        staging=1,
        production=7,
        ge=0,
        le=SNAPSHOT_DAYS_LIMIT,
        description="Days that daily snapshots are kept; 0 for no snapshots.",
    )
    snapshot_window: Annotated[str, AfterValidator(_snapshot_window)] = Field(
        default="17:00-18:00", description="Daily window for the snapshot, in UTC; choose the hour with the least load."
    )
    maintenance_window: Annotated[str, AfterValidator(_maintenance_window)] = Field(
        default="sun:18:30-sun:19:30",
        description="Weekly window for maintenance by AWS, in UTC; it must not overlap snapshot_window.",
    )
    restore_from_snapshot: Annotated[str, AfterValidator(_snapshot)] | None = Field(
        default=None,
        description="Name of a snapshot from which a new cache is restored. Changing it replaces an existing cache.",
    )
    auto_minor_version_upgrade: bool = Field(
        default=True, description="Whether AWS upgrades to new minor versions in the maintenance window."
    )
    parameters: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"maxmemory-policy": "allkeys-lru"}],
        description="Engine parameters that differ from the defaults, by name.",
    )
    user: dict[Label, CacheUserSettings] = Field(
        default_factory=lambda: {CACHE_USER: CacheUserSettings()},
        description="Users, who log in with IAM authentication and without a password; by default `app`. The engine's "
        "default user is disabled.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        """Set the defaults that depend on other keys."""
        if not isinstance(values, Mapping):
            return values
        filled = dict(values)
        if values.get("transit_encryption_enabled") is False:
            filled.setdefault("user", {})
        if not filled.get("engine_version"):
            engine = values.get("engine", "valkey")
            filled["engine_version"] = next((newest for name, newest in DEFAULT_VERSIONS.items() if name == engine), "")
        return filled

    @model_validator(mode="after")
    def _rules(self) -> "CacheSettings":
        raise_findings(
            [
                *self._engine_findings(),
                *parameter_findings(self.parameters),
                *self._shape_findings(),
                *self._production_findings(),
            ]
        )
        return self

    @property
    def family(self) -> str:
        """The parameter group family."""
        return FAMILIES[self.engine][self.engine_version.split(".")[0]]

    def unknown_user(self, user: str | None = None) -> str | None:
        """Return the user that a program would log in as if the cache lacks it; None if not, or without any users."""
        wanted = user or CACHE_USER
        return wanted if self.user and wanted not in self.user else None

    @property
    def nodes(self) -> int:
        """The number of nodes: the primary and its replicas."""
        return 1 + self.replicas

    def _engine_findings(self) -> Iterator[Finding]:
        known = ENGINE_VERSIONS[self.engine]
        if self.engine_version not in known:
            yield Finding(
                ("engine_version",),
                self.engine_version,
                f"is not a version of {self.engine} with IAM authentication",
                f"write one of {', '.join(known)}",
            )

    def _shape_findings(self) -> Iterator[Finding]:
        if self.multi_az and not self.replicas:
            yield Finding(("multi_az",), True, "needs a replica to fail over to", "write replicas = 1 or more")
        if self.user and not self.transit_encryption_enabled:
            yield Finding(
                ("user",),
                None,
                "needs TLS, which AWS requires for access control",
                "remove transit_encryption_enabled = false",
            )
        if DEFAULT_USER in self.user:
            yield Finding(
                ("user", DEFAULT_USER), None, "is the engine's own user, which is disabled", "write another name"
            )
        yield from self._window_findings()

    def _window_findings(self) -> Iterator[Finding]:
        """Yield overlapping windows, which AWS rejects even without snapshots."""
        if not meet(minutes_of_day(self.snapshot_window), minutes_of_week(self.maintenance_window)):
            return
        remedy = 'write windows that do not overlap, such as "17:00-18:00" and "sun:18:30-sun:19:30"'
        if "maintenance_window" in self.model_fields_set:
            rule = f"overlaps snapshot_window {self.snapshot_window}, which AWS does not allow"
            yield Finding(("maintenance_window",), self.maintenance_window, rule, remedy)
        else:
            rule = f"overlaps maintenance_window {self.maintenance_window}, which AWS does not allow"
            yield Finding(("snapshot_window",), self.snapshot_window, rule, remedy)

    def _production_findings(self) -> Iterator[Finding]:
        if self.is_production and not self.multi_az:
            rule = "is not allowed in production: a failure of one Availability Zone would stop the cache"
            yield Finding(("multi_az",), False, rule, "remove it")
