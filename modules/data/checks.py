"""Checks of the data module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.data.backup.settings import START_WINDOW_MINUTES
from modules.data.blocks import DataBlocks
from modules.data.cache.settings import DEFAULT_USER
from modules.data.database.keys.snapshots import snapshot_arn
from modules.data.database.keys.windows import maintenance_minutes, meet
from modules.data.database.settings import DatabaseSettings
from modules.foundation.problems import Finding
from modules.foundation.versions import VersionInUse
from modules.network.vpc.settings import NetworkSettings

#: The bucket for logs that AWS delivers, which every environment can have.
RESERVED_BUCKETS = {"logs"}

#: Before RDS's maintenance window, in which no backup of AWS Backup's begins.
BACKUP_PAUSE_MINUTES = 60


def findings(blocks: DataBlocks, network: NetworkSettings | None, region: str) -> Iterator[Finding]:
    """Yield what a block asks of another one, or of the network, and does not get."""
    for name, database in blocks.database.items():
        yield from _database_without_ground(name, database, network)
        yield from _snapshot_elsewhere(name, database, region)
    for name in blocks.cache if network is None else ():
        yield Finding(("cache", name), None, "needs data subnets, and there is no VPC", "write a `network` block")
    yield from _users_of_one_id(blocks)
    yield from _proxies_of_one_name(blocks)
    yield from _reserved_buckets(blocks)
    yield from _backups_without_plan(blocks)
    yield from _backups_amid_maintenance(blocks)
    if blocks.backup and blocks.backup.copy_to_region == region:
        rule = "is the environment's own region, whose failure a copy is for"
        yield Finding(("backup", "copy_to_region"), region, rule, "write another region, or take it out")


def versions(blocks: DataBlocks) -> Iterator[VersionInUse]:
    """Yield the engine versions of databases and caches."""
    for name, database in blocks.database.items():
        yield VersionInUse(("database", name, "engine_version"), database.engine, database.engine_version)
    for name, cache in blocks.cache.items():
        yield VersionInUse(("cache", name, "engine_version"), cache.engine, cache.engine_version)


def warnings(blocks: DataBlocks) -> Iterator[Finding]:
    """Yield what is allowed and yet deserves a second look."""
    for name, database in blocks.database.items():
        if database.copy_master_user_password:
            rule = "is right until RDS rotates the password, every 7 days: the copy stays, and opens nothing any more"
            remedy = "go on to manage_master_user_password = false and the replica, or take it out"
            yield Finding(("database", name, "copy_master_user_password"), True, rule, remedy)


def _database_without_ground(
    name: str, settings: DatabaseSettings, network: NetworkSettings | None
) -> Iterator[Finding]:
    at = ("database", name)
    if network is None:
        yield Finding(at, None, "needs data subnets, and there is no VPC", "write a `network` block")
        return
    if settings.corporate and network.direct_connect is None:
        rule = "asks for the corporate ranges, and network.direct_connect names none"
        yield Finding((*at, "corporate"), True, rule, "take it out, or write network { direct_connect { ... } }")
    for zone in sorted(set(settings.availability_zones) - set(network.availability_zones)):
        rule = "is not a zone of the network, which has no data subnet there"
        remedy = f"write some of {', '.join(network.availability_zones)}"
        yield Finding((*at, "availability_zones"), zone, rule, remedy)


def _users_of_one_id(blocks: DataBlocks) -> Iterator[Finding]:
    """ElastiCache has one list of users for all caches: ours are called by the cache and the user, `<cache>-<user>`."""
    taken: dict[str, tuple[str, str]] = {}
    for label, cache in blocks.cache.items():
        for user in (DEFAULT_USER, *cache.user) if cache.user else ():
            other, theirs = taken.setdefault(f"{label}-{user}", (label, user))
            if other != label:
                rule = f"is called {label}-{user} in ElastiCache, and so is user {theirs} of cache.{other}"
                at = ("cache", label) if user == DEFAULT_USER else ("cache", label, "user", user)
                yield Finding(at, None, rule, "give one of the caches or users another name")


def _proxies_of_one_name(blocks: DataBlocks) -> Iterator[Finding]:
    """A security group is called `database-<label>`, a proxy's `database-<label>-proxy`; in a VPC each name is once."""
    for label, database in blocks.database.items():
        if database.proxy and (other := f"{label}-proxy") in blocks.database:
            rule = f"has a security group of the name that the one of database.{label}'s proxy has"
            yield Finding(("database", other), None, rule, "give one of the databases another name")


def _reserved_buckets(blocks: DataBlocks) -> Iterator[Finding]:
    for label in RESERVED_BUCKETS & blocks.bucket.keys():
        rule = "has the name of the bucket that the environment's logs go to"
        yield Finding(("bucket", label), None, rule, f'give it another name, "app-{label}"')


def _snapshot_elsewhere(name: str, database: DatabaseSettings, region: str) -> Iterator[Finding]:
    """ "Restoring to a DB instance": in the snapshot's region only, for which it is copied first."""
    snapshot = snapshot_arn(database.restore_from_snapshot or "")
    if snapshot and snapshot.region != region:
        at = ("database", name, "restore_from_snapshot")
        rule = f"is in {snapshot.region}, and a database of {region} is made from a snapshot there only"
        remedy = "copy it there (aws rds copy-db-snapshot, or copy-db-cluster-snapshot), and write the copy's ARN"
        yield Finding(at, database.restore_from_snapshot, rule, remedy)


def _backups_without_plan(blocks: DataBlocks) -> Iterator[Finding]:
    asking = [
        *((("bucket", name, "backup"), bucket.backup) for name, bucket in blocks.bucket.items()),
        *((("database", name, "backup"), database.backup) for name, database in blocks.database.items()),
    ]
    for at, backup in asking:
        if backup and blocks.backup is None:
            rule, remedy = "asks for backups, and nothing makes any", "write `backup { }`, or take it out"
            yield Finding(at, backup, rule, remedy)


def _backups_amid_maintenance(blocks: DataBlocks) -> Iterator[Finding]:
    """ "AWS Backup Developer Guide, Backup plan options and configuration": one that begins in the maintenance window
    of RDS, or in the hour before it, fails; Aurora is exempt.
    """
    if blocks.backup is None:
        return
    begins = blocks.backup.hour * 60
    for name, database in blocks.database.items():
        start, end = maintenance_minutes(database.preferred_maintenance_window)
        closed = (start - BACKUP_PAUSE_MINUTES, end)
        if database.backup and not database.is_aurora and meet((begins, begins + START_WINDOW_MINUTES), closed):
            rule = f"is when the backups of backup.hour {blocks.backup.hour} begin, or less than an hour after it"
            at = ("database", name, "preferred_maintenance_window")
            remedy = "write one that is over before that hour, or begins two hours after it"
            yield Finding(at, database.preferred_maintenance_window, rule, remedy)
