"""Drift: what somebody changed outside Terraform, for the job's result and for the alarm topic."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.observability.settings.alarms import DRIFT_SEVERITY, alarm_topic_arn
from modules.settings import EnvironmentFile
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
    return [
        f"{each['address']}: {_told(each['change'])}"
        for each in json.loads(terraform.show_plan_json()).get("resource_drift", [])
    ]


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


def _told(change: dict[str, Any]) -> str:
    """Say what changed without its values, which may be secret."""
    if "delete" in change["actions"]:
        return "is gone"
    before, after = change.get("before") or {}, change.get("after") or {}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return f"changed outside Terraform ({', '.join(names)})"
