"""Drift: what somebody changed outside Terraform, for the job's result and for the alarm topic."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.environment_files import EnvironmentFile
from modules.observability.alarms.settings import DRIFT_SEVERITY, alarm_topic_arn
from ops import steps
from ops.local import connected
from ops.synth import synthesize
from ops.target import Target

#: "SNS API Reference, Publish": characters of a subject, and bytes of a message; a few lines tell enough.
SUBJECT_LIMIT = 100
MOST_LINES = 50


def drift_job(target: Target, file: EnvironmentFile) -> list[str]:
    """Return what differs between the state and AWS, a line for each resource; nothing is changed.

    Exact after an apply job, which settles the state; after an apply by hand AWS's own additions are told too.
    """
    synthesize(target.workspace, target.output, target.environment, file.settings.name)
    terraform = connected(target, file)
    terraform.plan_refresh_only()
    stack = json.loads((terraform.folder / "cdk.tf.json").read_text())
    return drifted(json.loads(terraform.show_plan_json()), stack)


def drifted(plan: dict[str, Any], stack: dict[str, Any]) -> list[str]:
    """Return what a refresh-only plan found changed, but for what the stack ignores.

    Terraform lists changes of ignored attributes too (`resource_drift`, https://developer.hashicorp.com/terraform/
    internals/json-format): counts that scaling sets, revisions that a pipeline rolls out.
    """
    told = ((each, _told(each["change"], _ignored(each, stack))) for each in plan.get("resource_drift", []))
    return [f"{each['address']}: {what}" for each, what in told if what]


def _ignored(drift: dict[str, Any], stack: dict[str, Any]) -> set[str]:
    """Return the attributes that somebody else than Terraform sets."""
    resource = stack.get("resource", {}).get(drift["type"], {}).get(drift["name"], {})
    # `scaling_config[0].desired_size` is of the block `scaling_config`.
    ignored = resource.get("lifecycle", {}).get("ignore_changes", [])
    return {each.partition("[")[0].partition(".")[0] for each in ignored}


def publish(target: Target, file: EnvironmentFile, drifted: list[str]) -> None:
    """Tell the environment's alarm topic, where it has one. A topic that cannot be told does not hide the drift."""
    settings = file.settings
    if not settings.alarms:
        return
    more = len(drifted) - MOST_LINES
    lines = [*drifted[:MOST_LINES], *([f"... and {more} more, in the job's log"] if more > 0 else [])]
    sns = target.session(settings.account_id).client("sns", region_name=settings.region)
    try:
        sns.publish(
            TopicArn=alarm_topic_arn(settings.names, DRIFT_SEVERITY),
            Subject=f"{settings.product} {settings.name}: changed outside Terraform"[:SUBJECT_LIMIT],
            Message="\n".join(lines),
        )
    except (ClientError, BotoCoreError) as error:
        steps.warn(f"the alarm topic could not be told: {error}")


def _told(change: dict[str, Any], ignored: set[str]) -> str:
    """Say what changed without its values, which may be secret; nothing when only ignored attributes did."""
    if "delete" in change["actions"]:
        return "is gone"
    before, after = change.get("before") or {}, change.get("after") or {}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    names = sorted(changed - ignored)
    return f"changed outside Terraform ({', '.join(names)})" if names else ""
