"""Plans in JSON for tests, with the fields of `terraform show -json` that the guard reads."""

import json
from pathlib import Path
from typing import Any

BUCKET = "aws_s3_bucket.bucket_content"
DATABASE = "aws_rds_cluster.database_main"


def change(address: str, *actions: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """Return one resource's change."""
    kind = address.split(".")[0]
    details = {"actions": list(actions), "before": before, "after": after, **more}
    return {"address": address, "mode": "managed", "type": kind, "change": details}


def destroyed(address: str, **before: Any) -> dict[str, Any]:
    return change(address, "delete", before=before)


def updated(address: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return change(address, "update", before=before, after=after)


def created(address: str, **after: Any) -> dict[str, Any]:
    return change(address, "create", after=after)


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes)}


def written(folder: Path, *changes: dict[str, Any]) -> Path:
    """Write the plan to a file, and return its path."""
    path = folder / "plan.json"
    path.write_text(json.dumps(plan(*changes)))
    return path
