"""What protects production's data, and how each protection is lifted: by an unlock record for the resource.

AWS, or the provider, refuses to delete a resource as long as its protection is on, so a block is taken away in two
steps: the protection is turned off and applied, then the block is removed and that is applied. In production a record
in `envs/unlocks` allows each step (docs/runbooks/plan.md, "Taking a protected block away").
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
    """The value with which nothing is protected any more."""
    addresses: _AddressesOf
    """The resources that it protects, from the block's label and settings."""
    rule: str


def _named(prefix: str) -> _AddressesOf:
    """Return the function for a block that creates one resource, `prefix` and its label."""
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
    Protection("database", "deletion_protection", False, _database, "one call would delete it"),
    Protection("load_balancer", "deletion_protection", False, _named("aws_lb.load_balancer"),
               "its names would lead nowhere, and a new one has new addresses"),
    Protection("sign_in", "deletion_protection", False, lambda *_: ("aws_cognito_user_pool.sign_in_users",),
               "every user's password would be gone, and no backup has them"),
    Protection("bucket", "force_destroy", True, _named("aws_s3_bucket.bucket"),
               "a destroy would delete the objects"),
    Protection("site", "force_destroy", True, _named("aws_s3_bucket.site"),
               "a destroy would delete the pages"),
    Protection("repository", "force_delete", True, _repository, "a destroy would delete the images"),
    Protection("backup", "force_destroy", True, _backup, "a destroy would delete the recovery points"),
)  # fmt: skip


def problems(
    environment: Environment, document: Document, unlocks: Unlocks, records: Document, today: datetime.date | None
) -> Iterator[Problem]:
    """Yield each protection of production that is off without an unlock record that allows it.

    Without a date a record counts whatever its last day is: synthesis reads no clock, the commands that run it do.
    """
    if environment.tier != "production":
        return
    for protection in PROTECTIONS:
        for label, settings in _blocks(getattr(environment, protection.block)).items():
            addresses = [each.replace("-", "_") for each in protection.addresses(label, settings)]
            locked = [each for each in addresses if not unlocks.allows(each, "protection", today)]
            if getattr(settings, protection.key) is protection.off and locked:
                at = (protection.block, *([label] if label else []), protection.key)
                rule = f"is refused in production: {protection.rule}"
                yield document.problem(at, protection.off, rule, _remedy(protection, locked, unlocks, records))


def _blocks(blocks: Any) -> Mapping[str, Settings]:
    """Return the blocks by label; one that takes no label under an empty one."""
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
        f"write {kept}. To take the block away: first keep this line, write {written} into {records.file}, and apply; "
        'then take the block out, add "loss" to the record, and apply (docs/runbooks/plan.md, "Taking a protected '
        'block away")'
    )
