"""Protections: deletion protection, versioning, backups or encryption would be taken away or made less."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ops.guard.plan import Change, Plan, ResourceChange
from ops.guard.refusal import Refusal

Lost = Callable[[Any, Any], bool]


def _off(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _on(before: Any, after: Any) -> bool:
    return not before and bool(after)


def _less(before: Any, after: Any) -> bool:
    return isinstance(before, int | float) and isinstance(after, int | float) and after < before


def _no_longer(value: str) -> Lost:
    return lambda before, after: before == value and after != value


@dataclass(frozen=True)
class _Rule:
    attributes: tuple[str, ...]
    lost: Lost
    what: str


#: Attributes that mean the same wherever they stand, from the AWS provider's schema 5.100.0.
_RULES = (
    _Rule(("deletion_protection", "deletion_protection_enabled", "enable_deletion_protection"), _off,
          "would lose its deletion protection"),
    _Rule(("deletion_protection",), _no_longer("ACTIVE"), "would lose its deletion protection"),
    _Rule(("skip_final_snapshot",), _on, "would be destroyed without a final snapshot"),
    _Rule(("force_destroy", "force_delete"), _on, "could be destroyed with all that it holds"),
    _Rule(("backup_retention_period", "snapshot_retention_limit"), _less, "would keep its backups for a shorter time"),
    _Rule(("storage_encrypted", "encrypted", "at_rest_encryption_enabled", "transit_encryption_enabled"), _off,
          "would no longer be encrypted"),
    _Rule(("kms_key_id", "kms_key_arn", "kms_master_key_id"), _off, "would no longer be encrypted with our key"),
    _Rule(("enable_key_rotation",), _off, "would no longer be rotated"),
    _Rule(("image_tag_mutability",), _no_longer("IMMUTABLE"), "would let a tag lead to another image"),
    _Rule(("web_acl_id",), _off, "would be reached past the firewall"),
    _Rule(("retention_in_days",), _less, "would keep its logs for a shorter time"),
)  # fmt: skip

#: Resources that are a protection of another one: without them it is off.
_GUARDIANS = {
    "aws_backup_plan": "what it backs up would have no backups any more",
    "aws_backup_selection": "what it selects would have no backups any more",
    "aws_backup_vault_lock_configuration": "recovery points could be deleted before their time",
    "aws_dynamodb_table_replica": "a table would lose a copy",
    "aws_flow_log": "who reached whom would no longer be written down",
    "aws_s3_bucket_public_access_block": "the bucket could be opened to the public",
    "aws_s3_bucket_server_side_encryption_configuration": "the bucket would no longer encrypt with our key",
    "aws_s3_bucket_versioning": "what is overwritten or deleted could not be brought back",
    "aws_wafv2_web_acl_association": "what it stands before would be reached past the firewall",
}
#: By which attribute some of them name what they protect; with that they may go.
_PROTECTED = {
    "aws_backup_vault_lock_configuration": ("backup_vault_arn", "arn"),
    "aws_flow_log": ("vpc_id", "id"),
    "aws_s3_bucket_public_access_block": ("bucket", "id"),
    "aws_s3_bucket_server_side_encryption_configuration": ("bucket", "id"),
    "aws_s3_bucket_versioning": ("bucket", "id"),
    "aws_wafv2_web_acl_association": ("resource_arn", "arn"),
}


def lost_protections(plan: Plan) -> Iterator[Refusal]:
    """Yield each protection that is there now and would be gone, or less."""
    for resource in plan.changes:
        change = resource.change
        if (
            resource.type in _GUARDIANS
            and change.is_loss
            and not change.is_replacement
            and not _goes_along(resource, plan)
        ):
            sentence = f"{resource.address} would be destroyed: {_GUARDIANS[resource.type]}."
            yield Refusal(resource.address, "protection", sentence)
        elif change.before and change.after:
            yield from _lost(resource, change)


def _goes_along(guardian: ResourceChange, plan: Plan) -> bool:
    """Return whether what the resource protects is destroyed by the same plan, and asks for no protection any more."""
    if guardian.type not in _PROTECTED:
        return False
    names, named = _PROTECTED[guardian.type]
    protected = guardian.change.was(names)
    gone = (each.change for each in plan.changes if each.change.is_loss and not each.change.is_replacement)
    return protected is not None and any(change.was(named) == protected for change in gone)


def _lost(resource: ResourceChange, change: Change) -> Iterator[Refusal]:
    for rule in _RULES:
        for attribute in rule.attributes:
            before, after = change.was(attribute), change.becomes(attribute)
            if not change.is_unknown(attribute) and rule.lost(before, after):
                shown = f"{attribute}: {_shown(before)} to {_shown(after)}"
                yield Refusal(resource.address, "protection", f"{resource.address} {rule.what} ({shown}).")
    if resource.type == "aws_s3_bucket_versioning" and _versioning(change.before) == "Enabled" != _versioning(
        change.after
    ):
        what = "would be suspended: what is overwritten or deleted could not be brought back"
        yield Refusal(resource.address, "protection", f"{resource.address} {what}.")
    if resource.type == "aws_dynamodb_table" and _recovers(change.before) and not _recovers(change.after):
        yield Refusal(resource.address, "protection", f"{resource.address} would lose its point-in-time recovery.")


def _versioning(values: dict[str, Any] | None) -> Any:
    return _first(values, "versioning_configuration").get("status")


def _recovers(values: dict[str, Any] | None) -> bool:
    return bool(_first(values, "point_in_time_recovery").get("enabled"))


def _first(values: dict[str, Any] | None, block: str) -> dict[str, Any]:
    """Return a block's values; a block is a list in a plan."""
    found = (values or {}).get(block) or [{}]
    return found[0] or {}


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
