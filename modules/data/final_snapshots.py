"""Names of final snapshots: a new name for each database or cache that is created."""

from collections.abc import Mapping

from cdktf import Fn, TerraformProviderGeneratorMetadata, TerraformResource, TerraformResourceLifecycle

from modules.foundation.resources import Resources, address_of


def final_snapshot_identifier(make: Resources, name: str, identifier: str, replaced_by: Mapping[str, str]) -> str:
    """Return the name of the final snapshot: the identifier and the creation time of the database or cache.

    A final snapshot exists until it is deleted, and AWS rejects a second one with the same name
    (`DBClusterSnapshotAlreadyExistsFault`; `SnapshotAlreadyExistsFault` of ElastiCache), so a recreated database needs
    a new name. `replaced_by` has the settings that AWS can change only by replacing the database.

    Creates: the time, which Terraform keeps in the state.
    """
    # Not CDKTF's class for it, which runs `terraform version` at every synth: 60 MB, and the program has to be there.
    created = make(
        TerraformResource,
        f"{name}_final_snapshot",
        terraform_resource_type="terraform_data",
        terraform_generator_metadata=TerraformProviderGeneratorMetadata(provider_name="terraform"),
        lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
    )
    created.add_override("input", {"time": Fn.formatdate("YYYYMMDDhhmmss", Fn.timestamp())})
    created.add_override("triggers_replace", dict(replaced_by))
    return f"{identifier}-final-${{{address_of(created)}.output.time}}"
