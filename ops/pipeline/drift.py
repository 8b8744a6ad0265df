"""Drift: changes outside Terraform, reported by the job and to the alarm topic."""

import json
from typing import Any

from modules.environment_files import EnvironmentFile
from modules.observability.alarms.settings import DRIFT_SEVERITY
from ops import notices
from ops.connection import synthesized
from ops.target import Target, clients_of
from ops.terraform import plan_file_deleted

#: Fewer lines than a message may have are enough.
MOST_LINES = 50
#: Attributes that the provider reads, by the ignored argument that they follow.
_FOLLOWING = {
    "source_code_hash": (
        "code_sha256", "last_modified", "qualified_arn", "qualified_invoke_arn", "source_code_size", "version",
    ),
}  # fmt: skip


def drift_job(target: Target, file: EnvironmentFile) -> list[str]:
    """Return the differences between the state and AWS, one line for each resource. Changes nothing.

    After an apply job, which also refreshes the state, all differences are drift. After a manual apply, they include
    values that AWS set.
    """
    terraform = synthesized(target, file)
    stack = json.loads((terraform.folder / "cdk.tf.json").read_text())
    with plan_file_deleted(terraform.folder):
        terraform.plan_refresh_only()
        return drifted(json.loads(terraform.show_plan_json()), stack)


def drifted(plan: dict[str, Any], stack: dict[str, Any]) -> list[str]:
    """Return the changes in a refresh-only plan, without those that the stack ignores.

    Terraform also lists changes of ignored attributes (`resource_drift`, https://developer.hashicorp.com/terraform/
    internals/json-format), such as counts that scaling sets and revisions that a pipeline deploys.
    """
    found = ((each, _difference(each["change"], _ignored(each, stack))) for each in plan.get("resource_drift", []))
    return [f"{each['address']}: {difference}" for each, difference in found if difference]


def _ignored(drift: dict[str, Any], stack: dict[str, Any]) -> set[str]:
    """Return the attributes that are not managed by Terraform, and those that follow them."""
    resource = stack.get("resource", {}).get(drift["type"], {}).get(drift["name"], {})
    # `scaling_config[0].desired_size` belongs to the block `scaling_config`.
    ignored = resource.get("lifecycle", {}).get("ignore_changes", [])
    found = {each.partition("[")[0].partition(".")[0] for each in ignored}
    return found | {each for name in found for each in _FOLLOWING.get(name, ())}


def publish(target: Target, file: EnvironmentFile, drifted: list[str]) -> None:
    """Publish the drift to the environment's alarm topic, if it has one. A failure to publish is only a warning."""
    more = len(drifted) - MOST_LINES
    lines = [*drifted[:MOST_LINES], *([f"... and {more} more, in the job's log"] if more > 0 else [])]
    notices.publish(clients_of(target, file), file.settings, DRIFT_SEVERITY, "changed outside Terraform", lines)


def _difference(change: dict[str, Any], ignored: set[str]) -> str:
    """Return what changed, without values, which may be secret; empty if only ignored attributes changed."""
    if "delete" in change["actions"]:
        return "deleted outside Terraform"
    before, after = change.get("before") or {}, change.get("after") or {}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    names = sorted(changed - ignored)
    return f"changed outside Terraform ({', '.join(names)})" if names else ""
