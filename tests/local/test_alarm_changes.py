"""Alarms that are added, switched off, and removed, step by step.

The embedded AWS refuses what AWS refuses: deleting an alarm that a composite alarm uses.
"""

import pytest

from local_aws.process import LocalAws
from ops.target import Target
from tests.local.account import HEADER
from tests.local.small import Small

QUEUE = 'queue "jobs" { }\n'
FORWARD = 'function "forward" { code = "maintenance" }\n'


def alarms(thresholds: str = "") -> str:
    """Return a file with the block, its function, and these thresholds of the queue."""
    block = f'  queue "jobs" {{\n    {thresholds}\n  }}\n' if thresholds else ""
    return f'{HEADER}{FORWARD}alarms {{\n  functions = ["forward"]\n  severities = ["critical", "warning"]\n{block}}}\n'


@pytest.fixture(scope="module")
def jobs(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small("jobs", tmp_path_factory.mktemp("jobs"), local_aws)


def states(jobs: Small) -> dict[str, bool]:
    """Return the queue's alarms without the environment's name, each with whether it notifies a topic."""
    found = jobs.client("cloudwatch").describe_alarms(
        AlarmNamePrefix="mobile-jobs-queue-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    every = found["MetricAlarms"] + found["CompositeAlarms"]
    return {each["AlarmName"].removeprefix("mobile-jobs-queue-jobs-"): bool(each["AlarmActions"]) for each in every}


def test_alarms_follow_the_file_in_every_step(jobs: Small) -> None:
    combined = {"dead-letters": True, "age-seconds": False, "depth": False, "warning": True}
    jobs.apply(alarms() + QUEUE)
    assert states(jobs) == combined
    assert jobs.plan(alarms() + QUEUE).changes == []

    off = alarms('off = { depth = "Nobody waits for these jobs" }') + QUEUE
    jobs.apply(off)
    assert states(jobs) == {"dead-letters": True, "age-seconds": True}, "one alarm needs no composite alarm"
    jobs.apply(alarms("depth = 5") + QUEUE)
    assert states(jobs) == combined

    jobs.apply(HEADER + FORWARD)
    assert states(jobs) == {}
    assert jobs.plan(HEADER + FORWARD).changes == []
