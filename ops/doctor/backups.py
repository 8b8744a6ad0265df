"""What AWS Backup is asked to save, against what the account lets it save."""

from collections.abc import Iterator

from modules.environment import Environment
from ops.doctor.context import Context
from ops.doctor.finding import Finding, Findings


def backups(context: Context) -> Findings:
    """Yield the types of resources that are chosen for backup and switched off: they are passed over without a word.

    "AWS Backup Developer Guide, Getting started 1: Service opt-in": what a plan chooses by tag is saved only if its
    type is switched on for the account and the region.
    """
    settings = context.file.settings
    wanted = sorted(set(_types(settings)))
    if not wanted:
        yield Finding("ok", "backups", "nothing asks for AWS Backup")
        return
    allowed = context.client("backup").describe_region_settings()["ResourceTypeOptInPreference"]
    off = [each for each in wanted if not allowed.get(each)]
    if off:
        told = f"AWS Backup saves no {' and no '.join(off)} in this account and region: switched off"
        preference = ",".join(f"{each}=true" for each in off)
        yield Finding(
            "error",
            "backups",
            told,
            f"run `aws backup update-region-settings --resource-type-opt-in-preference {preference} "
            f"--region {settings.region}`",
        )
    else:
        yield Finding("ok", "backups", f"AWS Backup saves {', '.join(wanted)}")


def _types(settings: Environment) -> Iterator[str]:
    """Yield what UpdateRegionSettings calls the types of what bears the tag."""
    if any(bucket.backup for bucket in settings.bucket.values()):
        yield "S3"
    for database in settings.database.values():
        if database.backup:
            yield "Aurora" if database.is_aurora else "RDS"
