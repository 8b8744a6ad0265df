"""The resource types that the environment backs up, and whether the account allows AWS Backup to back them up."""

from collections.abc import Iterator

from modules.environment import Environment
from ops.doctor.context import Context
from ops.doctor.finding import Finding, Findings


def backups(context: Context) -> Findings:
    """Yield the resource types that the backup plan selects but that are not opted in, which AWS Backup skips silently.

    "AWS Backup Developer Guide, Getting started 1: Service opt-in": resources that a plan selects by tag are backed up
    only if their type is opted in for the account and Region.
    """
    settings = context.file.settings
    wanted = sorted(set(_types(settings)))
    if not wanted:
        yield Finding("ok", "backups", "no resource uses AWS Backup")
        return
    allowed = context.client("backup").describe_region_settings()["ResourceTypeOptInPreference"]
    off = [each for each in wanted if not allowed.get(each)]
    if off:
        message = f"AWS Backup does not back up {' or '.join(off)} in this account and Region: not opted in"
        preference = ",".join(f"{each}=true" for each in off)
        yield Finding(
            "error",
            "backups",
            message,
            f"run `aws backup update-region-settings --resource-type-opt-in-preference {preference} "
            f"--region {settings.region}`",
        )
    else:
        yield Finding("ok", "backups", f"AWS Backup backs up {', '.join(wanted)}")


def _types(settings: Environment) -> Iterator[str]:
    """Yield the types of the tagged resources, as UpdateRegionSettings names them."""
    if any(bucket.backup for bucket in settings.bucket.values()):
        yield "S3"
    if settings.vpn and settings.backup:
        yield "EBS"
    for database in settings.database.values():
        if database.backup:
            yield "Aurora" if database.is_aurora else "RDS"
