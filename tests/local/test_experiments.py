"""Chaos experiments of applied environments, from the start to the report."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from ops.clock import Clock
from ops.experiment import report
from ops.experiment.run import Result, Run
from ops.experiment.template import declared, last_run, template_id
from tests.local.applied import Applied
from tests.local.test_alarms import put

#: How late metrics are here.
LATE = timedelta(seconds=1)


def run(environment: Applied, label: str, meanwhile: Callable[[int], None], *, prepared: bool = True) -> Result:
    """Run an experiment; `meanwhile` is called each time that it waits, with the number of the call."""
    calls = 0

    def sleep(_: float) -> None:
        nonlocal calls
        calls += 1
        meanwhile(calls)
        time.sleep(0.2)

    running = Run(declared(environment.file, label), environment.client, clock=Clock(sleep=sleep), late=LATE)
    if prepared:
        running.prepare()
    return running.start()


def test_alarm_stops_the_experiment_and_the_report_says_so(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    corporate = applied["corporate"]
    cloudwatch = corporate.client("cloudwatch")
    name = "mobile-corporate-main-1"
    database = {"DBInstanceIdentifier": name}

    def load(minute: int, percent: float) -> None:
        put(cloudwatch, "AWS/RDS", database, range(minute, minute - 1, -1), CPUUtilization=percent)

    def meanwhile(call: int) -> None:
        load(0, 99) if call == 1 else load(-1, 20)

    load(1, 20)
    result = run(corporate, "standby-promoted", meanwhile)
    stop = "mobile-corporate-experiment-standby-promoted-database-main-cpu-percent"
    assert (result.outcome, result.reason) == ("stopped", "Experiment halted by stop condition.")
    assert result.stop is not None
    assert result.stop.alarm == stop
    assert result.recovered is not None
    text = report.write(result, tmp_path).read_text()
    assert f"The hypothesis is refuted: {stop} stopped the experiment." in text
    fis = corporate.client("fis")
    template = template_id(fis, declared(corporate.file, "standby-promoted"))
    assert template is not None
    last = last_run(fis, template)
    assert last is not None
    assert last[0] == "stopped"


def test_interrupted_experiment_restores_the_network(applied: Mapping[str, Applied]) -> None:
    staging = applied["staging"]
    ec2 = staging.client("ec2")
    before, during = access_lists(ec2), list[str]()

    def meanwhile(call: int) -> None:
        if call == 1:
            during.extend(access_lists(ec2))
            raise KeyboardInterrupt

    result = run(staging, "zone-lost", meanwhile, prepared=False)
    assert result.outcome == "interrupted"
    assert len(set(during) - set(before)) == 4
    assert access_lists(ec2) == before


def test_action_that_is_not_emulated_fails_the_experiment(applied: Mapping[str, Applied]) -> None:
    result = run(applied["mobile"], "nodes-lost", lambda _: None, prepared=False)
    assert result.outcome == "failed"
    assert "is not emulated" in result.reason


def access_lists(ec2: Any) -> list[str]:
    """Return the IDs of the network ACLs, in their order."""
    return sorted(each["NetworkAclId"] for each in ec2.describe_network_acls()["NetworkAcls"])
