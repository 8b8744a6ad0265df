"""Names of final snapshots, a new one for each database or cache that is created."""

from collections.abc import Mapping

from cdktf import DataResource, Fn, TerraformResourceLifecycle

from modules.foundation.resources import Resources


def final_snapshot_identifier(make: Resources, what: str, identifier: str, replaced_by: Mapping[str, str]) -> str:
    """Return the name of the last snapshot: the identifier, and when the database or cache was created.

    A final snapshot keeps its name until it is deleted, and a second one of that name is refused
    (`DBClusterSnapshotAlreadyExistsFault`, `SnapshotAlreadyExistsFault` of ElastiCache), so a database that is created
    again needs another one. `replaced_by` is what AWS changes only by a new database.

    Creates: the time, which Terraform keeps in the state.
    """
    created = make(
        DataResource,
        f"{what}_final_snapshot",
        input={"time": Fn.formatdate("YYYYMMDDhhmmss", Fn.timestamp())},
        triggers_replace=dict(replaced_by),
        lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
    )
    return f"{identifier}-final-${{{created.terraform_resource_type}.{created.friendly_unique_id}.output.time}}"
