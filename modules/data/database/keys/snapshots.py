"""Names and ARNs of database snapshots."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [CreateDBSnapshot, DBSnapshotIdentifier]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html): letters, digits and single
#: hyphens, with the prefix `rds:` for automated snapshots of RDS, `awsbackup:` for those of AWS Backup.
_NAME = r"((rds|awsbackup):)?[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*"
#: [Service Authorization Reference, Actions, resources, and condition keys for Amazon RDS]
#: (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html):
#: the ARNs of snapshots of instances and of clusters.
_ARN = re.compile(rf"arn:aws:rds:(?P<region>[a-z0-9-]+):\d{{12}}:(?P<kind>snapshot|cluster-snapshot):{_NAME}")
_NAME_LIMIT = 255


@dataclass(frozen=True)
class SnapshotArn:
    """The parts of a snapshot's ARN."""

    region: str
    kind: str
    """`snapshot` (of a DB instance) or `cluster-snapshot`."""


def snapshot_arn(value: str) -> SnapshotArn | None:
    """Return the parts of an ARN; None for a name."""
    found = _ARN.fullmatch(value)
    return SnapshotArn(found["region"], found["kind"]) if found else None


def _snapshot(value: str) -> str:
    is_name = bool(re.fullmatch(_NAME, value)) and len(value) <= _NAME_LIMIT
    if not is_name and not snapshot_arn(value):
        raise broken_rule(
            "is neither the name nor the ARN of an RDS snapshot",
            "write a name of letters, digits, and single hyphens, such as "
            '"agora-prod-main-final-20261121083000", or "arn:aws:rds:<region>:<account id>:cluster-snapshot:<name>"',
        )
    return value


SnapshotName = Annotated[str, AfterValidator(_snapshot)]
