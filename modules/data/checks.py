"""Checks of the data module's blocks against each other and against lower modules."""

from collections.abc import Iterator, Mapping

from modules.data.backup.settings import START_WINDOW_MINUTES
from modules.data.blocks import DataBlocks
from modules.data.cache.settings import DEFAULT_USER, CacheSettings
from modules.data.database.keys.snapshots import snapshot_arn
from modules.data.database.settings import DatabaseSettings
from modules.data.search.settings import SearchSettings
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.foundation.time_windows import MINUTES_A_DAY, meet, minutes_of_week, span
from modules.foundation.versions import VersionInUse
from modules.network.vpc.checks import needs_direct_connect, needs_subnets, unknown_zones
from modules.network.vpc.keys.subnets import usable
from modules.network.vpc.settings import NetworkSettings

#: The bucket that AWS delivers logs to. Every environment can have it.
RESERVED_BUCKETS = {"logs"}

#: Addresses that OpenSearch Service reserves for each data node, most of them for blue/green deployments.
ADDRESSES_PER_NODE = 3
#: Minutes before the RDS maintenance window in which AWS Backup cannot start a backup.
BACKUP_PAUSE_MINUTES = 60


def findings(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield the requirements between blocks, and of blocks on the network, that are not met."""
    for name, database in blocks.database.items():
        yield from _database_network_findings(name, database, blocks.network)
        yield from _snapshot_in_other_region(name, database, blocks.region)
    for name in blocks.cache if blocks.network is None else ():
        yield needs_subnets(("cache", name), "data")
    for name, search in blocks.search.items():
        yield from _search_network_findings(name, search, blocks.network)
    yield from _duplicate_user_ids(blocks)
    yield from _duplicate_proxy_names(blocks)
    yield from _duplicate_delivery_names(blocks)
    yield from _reserved_buckets(blocks)
    yield from _backups_without_plan(blocks)
    yield from _backups_during_maintenance(blocks)
    yield from _vpn_findings(blocks)
    if blocks.backup and blocks.backup.copy_to_region == blocks.region:
        rule = "is the environment's own Region; a copy protects against the failure of that Region"
        yield Finding(("backup", "copy_to_region"), blocks.region, rule, "write another Region, or remove it")


def versions(blocks: DataBlocks) -> Iterator[VersionInUse]:
    """Yield the engine versions of databases and caches."""
    for name, database in blocks.database.items():
        yield VersionInUse(("database", name, "engine_version"), database.engine, database.engine_version)
    for name, cache in blocks.cache.items():
        yield VersionInUse(("cache", name, "engine_version"), cache.engine, cache.engine_version)


def warnings(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield settings that are allowed but may be mistakes."""
    for name, database in blocks.database.items():
        if database.keep_master_login:
            rule = "lets programs log in as the administrator, which may do everything in the database"
            remedy = "remove it when all programs use their own users"
            yield Finding(("database", name, "keep_master_login"), True, rule, remedy)
        if database.copy_master_user_password:
            rule = "is valid until RDS rotates the password, every 7 days; after that the copy is outdated"
            remedy = "continue with manage_master_user_password = false and the replica, or remove it"
            yield Finding(("database", name, "copy_master_user_password"), True, rule, remedy)


def cache_findings(
    at: tuple[str, ...], users: Mapping[str, str | None], caches: Mapping[str, CacheSettings]
) -> Iterator[Finding]:
    """Yield the caches that do not exist, or lack the user that a program logs in as; None is the default user."""
    yield from unknown_names(at, "cache", users, caches)
    for label, user in users.items():
        if label in caches and (unknown := caches[label].unknown_user(user)):
            rule = f"has no user {unknown}, which the program would log in as"
            others = f', or "{label}:USER" with one of {", ".join(sorted(caches[label].user))}' if user else ""
            yield Finding(at, label, rule, f'write `user "{unknown}" {{ }}` in cache.{label}{others}')


def _database_network_findings(
    name: str, settings: DatabaseSettings, network: NetworkSettings | None
) -> Iterator[Finding]:
    at = ("database", name)
    if network is None:
        yield needs_subnets(at, "data")
        return
    if settings.corporate:
        yield from needs_direct_connect((*at, "corporate"), True, network)
    yield from unknown_zones((*at, "availability_zones"), settings.availability_zones, network, "data")


def _search_network_findings(name: str, search: SearchSettings, network: NetworkSettings | None) -> Iterator[Finding]:
    """Yield a domain that has no subnets, or subnets with too few addresses.

    [Launching your Amazon OpenSearch Service domains within a VPC, Reserving IP addresses in a VPC subnet]
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html): three addresses for each data node.
    """
    at = ("search", name)
    if network is None:
        yield needs_subnets(at, "data")
        return
    if search.corporate:
        yield from needs_direct_connect((*at, "corporate"), True, network)
    zones = search.availability_zone_count
    if zones > len(network.availability_zones):
        rule = f"is more than the network has: {', '.join(network.availability_zones)}"
        remedy = f"write {len(network.availability_zones)} or less, or add a zone to network.availability_zones"
        yield Finding((*at, "availability_zone_count"), zones, rule, remedy)
        return
    needed = ADDRESSES_PER_NODE * search.instance_count // zones
    room = usable(network.plan.subnet("data", network.availability_zones[0]).prefixlen)
    if needed > room:
        rule = f"needs {needed} addresses in each data subnet, which has {room}"
        yield Finding(
            (*at, "instance_count"), search.instance_count, rule, "write fewer nodes of a larger instance_type"
        )


def _duplicate_user_ids(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield user IDs used twice: they are `<cache>-<user>`, and ElastiCache has one list of users for all caches."""
    taken: dict[str, tuple[str, str]] = {}
    for label, cache in blocks.cache.items():
        for user in (DEFAULT_USER, *cache.user) if cache.user else ():
            other_cache, other_user = taken.setdefault(f"{label}-{user}", (label, user))
            if other_cache != label:
                rule = (
                    f"has the ElastiCache user ID {label}-{user}, which user {other_user} of "
                    f"cache.{other_cache} also has"
                )
                at = ("cache", label) if user == DEFAULT_USER else ("cache", label, "user", user)
                yield Finding(at, None, rule, "rename one of the caches or users")


def _duplicate_proxy_names(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield security group names used twice: `database-<label>`, and `database-<label>-proxy` for a proxy."""
    for label, database in blocks.database.items():
        if database.proxy and (other := f"{label}-proxy") in blocks.database:
            rule = f"has a security group with the same name as that of database.{label}'s proxy"
            yield Finding(("database", other), None, rule, "rename one of the databases")


def _duplicate_delivery_names(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield security group and role names used twice: those of a domain's delivery end in `-delivery`."""
    for label in blocks.search:
        if (other := f"{label}-delivery") in blocks.search:
            rule = f"has a security group with the same name as that of search.{label}'s delivery"
            yield Finding(("search", other), None, rule, "rename one of the searches")


def _reserved_buckets(blocks: DataBlocks) -> Iterator[Finding]:
    for label in RESERVED_BUCKETS & blocks.bucket.keys():
        rule = "has the name of the environment's log bucket"
        yield Finding(("bucket", label), None, rule, f'write another name, such as "app-{label}"')


def _snapshot_in_other_region(name: str, database: DatabaseSettings, region: str) -> Iterator[Finding]:
    """Yield snapshots to copy first: RDS restores in the snapshot's Region only ([Amazon RDS User Guide, Restoring to a
    DB instance](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html)).
    """
    snapshot = snapshot_arn(database.restore_from_snapshot or "")
    if snapshot and snapshot.region != region:
        at = ("database", name, "restore_from_snapshot")
        rule = f"is in {snapshot.region}, and a database in {region} can be restored only from a snapshot in {region}"
        remedy = f"copy it to {region} (aws rds copy-db-snapshot or copy-db-cluster-snapshot), and write the copy's ARN"
        yield Finding(at, database.restore_from_snapshot, rule, remedy)


def _backups_without_plan(blocks: DataBlocks) -> Iterator[Finding]:
    backups = [
        *((("bucket", name, "backup"), bucket.backup) for name, bucket in blocks.bucket.items()),
        *((("database", name, "backup"), database.backup) for name, database in blocks.database.items()),
    ]
    for at, backup in backups:
        if backup and blocks.backup is None:
            yield Finding(at, backup, "needs a backup plan, and there is none", "write `backup { }`, or remove it")


def _vpn_findings(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield what clients of the VPN should reach and does not exist, and certificates in production without backup."""
    vpn = blocks.vpn
    if vpn is None:
        return
    yield from unknown_names(("vpn", "databases"), "database", vpn.databases, blocks.database)
    yield from unknown_names(("vpn", "caches"), "cache", vpn.caches, blocks.cache)
    yield from unknown_names(("vpn", "searches"), "search", vpn.searches, blocks.search)
    if vpn.is_production and blocks.backup is None:
        rule = "needs a backup plan in production: without its volume, every user needs a new profile"
        yield Finding(("vpn",), None, rule, "write `backup { }`")


def _backups_during_maintenance(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield maintenance windows in which a backup would start.

    [AWS Backup Developer Guide, Backup plan options and configuration]
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html): a backup that starts
    in the RDS maintenance window, or in the hour before it, fails. Aurora is exempt.
    """
    if blocks.backup is None:
        return
    # The hour before the maintenance window is compared by adding an hour to the start of the backup.
    starts = span(blocks.backup.hour * 60, START_WINDOW_MINUTES + BACKUP_PAUSE_MINUTES, MINUTES_A_DAY)
    for name, database in blocks.database.items():
        maintenance = minutes_of_week(database.maintenance_window)
        if database.backup and not database.is_aurora and meet(starts, maintenance):
            rule = f"overlaps the hour in which backups start (backup.hour {blocks.backup.hour}), or the hour after it"
            at = ("database", name, "maintenance_window")
            remedy = "write a window that ends before that hour, or starts at least two hours after its beginning"
            yield Finding(at, database.maintenance_window, rule, remedy)
