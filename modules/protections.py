"""Protections of production's data, and how to turn each off: with an unlock record for the resource.

AWS, or the provider, does not delete a resource while its protection is on, so a block is removed in two steps: turn
the protection off and apply, then remove the block and apply. In production, a record in `envs/unlocks` must allow
each step (docs/runbooks/plan.md, "Removing a protected block").
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.environment import Environment
from modules.foundation.problems import Problem
from modules.hcl.reading import Document
from modules.unlocks import Unlocks

Settings = Any
_AddressesOf = Callable[[str, Settings], tuple[str, ...]]


@dataclass(frozen=True)
class Protection:
    """A key of a block that protects what the block creates."""

    block: str
    key: str
    off: bool
    """The value that turns the protection off."""
    addresses: _AddressesOf
    """Returns the addresses of the protected resources, from the block's label and settings."""
    rule: str


def _named(prefix: str) -> _AddressesOf:
    """Return the function for a block with one protected resource, whose address is `prefix` and the block's label."""
    return lambda label, _: (f"{prefix}_{label}",)


def _database(label: str, settings: Settings) -> tuple[str, ...]:
    return (f"aws_rds_cluster.database_{label}" if settings.is_aurora else f"aws_db_instance.database_{label}_1",)


def _repository(label: str, settings: Settings) -> tuple[str, ...]:
    address = f"aws_ecr_repository.repository_{label}"
    return (address, *(f"{address}_{region}" for region in settings.replicate_to_regions))


def _backup(_: str, settings: Settings) -> tuple[str, ...]:
    copy = ("aws_backup_vault.backup_copy",) if settings.copy_to_region else ()
    return ("aws_backup_vault.backup_main", *copy)


PROTECTIONS = (
    Protection("database", "deletion_protection", False, _database, "a single API call could delete it"),
    Protection("load_balancer", "deletion_protection", False, _named("aws_lb.load_balancer"),
               "its DNS names would not resolve, and a new load balancer has new addresses"),
    Protection("sign_in", "deletion_protection", False, lambda *_: ("aws_cognito_user_pool.sign_in_users",),
               "the passwords of all users would be lost, and there is no backup of them"),
    Protection("bucket", "force_destroy", True, _named("aws_s3_bucket.bucket"),
               "destroying it would delete the objects"),
    Protection("site", "force_destroy", True, _named("aws_s3_bucket.site"),
               "destroying it would delete the pages"),
    Protection("repository", "force_delete", True, _repository, "destroying it would delete the images"),
    Protection("backup", "force_destroy", True, _backup, "destroying it would delete the recovery points"),
)  # fmt: skip


def problems(
    environment: Environment, document: Document, unlocks: Unlocks, records: Document, today: datetime.date | None
) -> Iterator[Problem]:
    """Yield each protection that is off in production without an unlock record that allows it.

    Without a date, expired records are valid too: synthesis reads no clock, but the commands that run it do.
    """
    if environment.tier != "production":
        return
    for protection in PROTECTIONS:
        for label, settings in _blocks(getattr(environment, protection.block)).items():
            addresses = [each.replace("-", "_") for each in protection.addresses(label, settings)]
            locked = [each for each in addresses if not unlocks.allows(each, "protection", today)]
            if getattr(settings, protection.key) is protection.off and locked:
                at = (protection.block, *([label] if label else []), protection.key)
                rule = f"is not allowed in production: {protection.rule}"
                yield document.problem(at, protection.off, rule, _remedy(protection, locked, unlocks, records))


def _blocks(blocks: Any) -> Mapping[str, Settings]:
    """Return the blocks by label; a block without a label has the key ""."""
    if isinstance(blocks, Mapping):
        return blocks
    return {} if blocks is None else {"": blocks}


def _remedy(protection: Protection, locked: list[str], unlocks: Unlocks, records: Document) -> str:
    kept = f"{protection.key} = {str(not protection.off).lower()}"
    expired = [each for each in locked if unlocks.allows(each, "protection", None)]
    if expired:
        place = f"{records.file}:{records.line(('unlock', expired[0], 'until'))}"
        last = unlocks.unlock[expired[0]].until
        return f"write {kept}, or a later date: the record for {expired[0]} expired on {last} ({place})"
    written = " and ".join(f'`unlock "{each}" {{ allow = ["protection"] ... }}`' for each in locked)
    return (
        f"write {kept}. To remove the block: first keep this line, write {written} into {records.file}, and apply; "
        'then remove the block, add "loss" to the record, and apply (docs/runbooks/plan.md, "Removing a protected '
        'block")'
    )
