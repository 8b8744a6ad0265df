"""Snapshots of databases by their names and ARNs."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [CreateDBSnapshot, DBSnapshotIdentifier]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html): letters, digits and single
#: hyphens; before that `rds:` in those of RDS's own backups, `awsbackup:` in those of AWS Backup.
_NAME = r"((rds|awsbackup):)?[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*"
#: [Service Authorization Reference, Actions, resources, and condition keys for Amazon RDS]
#: (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html):
#: the ARNs of snapshots of instances and of clusters.
_ARN = re.compile(rf"arn:aws:rds:(?P<region>[a-z0-9-]+):\d{{12}}:(?P<kind>snapshot|cluster-snapshot):{_NAME}")
_NAME_LIMIT = 255


@dataclass(frozen=True)
class SnapshotArn:
    """What an ARN says of a snapshot."""

    region: str
    kind: str
    """`snapshot`, of an instance, or `cluster-snapshot`."""


def snapshot_arn(value: str) -> SnapshotArn | None:
    """Return what the ARN says; None for a name."""
    found = _ARN.fullmatch(value)
    return SnapshotArn(found["region"], found["kind"]) if found else None


def _snapshot(value: str) -> str:
    is_name = bool(re.fullmatch(_NAME, value)) and len(value) <= _NAME_LIMIT
    if not is_name and not snapshot_arn(value):
        raise broken_rule(
            "is neither the name nor the ARN of a snapshot of RDS",
            "write a name of letters, digits and single hyphens, "
            '"agora-prod-main-final-20261121083000", or "arn:aws:rds:<region>:<account id>:cluster-snapshot:<name>"',
        )
    return value


SnapshotName = Annotated[str, AfterValidator(_snapshot)]
