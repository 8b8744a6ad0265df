"""A share of the invocations for the new version, while its errors are counted."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules.events.function.keys.releases import ALIAS
from ops.clock import Clock

#: Seconds between two looks at the metrics.
POLL_SECONDS = 15
#: By how much metrics of Lambda can be late: it sends them every minute, and CloudWatch needs time to add them up.
LATE = datetime.timedelta(minutes=2)


@dataclass(frozen=True)
class Shift:
    """How a release shifts traffic."""

    percent: int
    time: datetime.timedelta
    most_errors: int


@dataclass(frozen=True)
class Counted:
    """What the new version did with its share."""

    invocations: int
    errors: int

    def __str__(self) -> str:
        return f"{self.invocations} invocations, {self.errors} with errors"


class Canary:
    """The errors of one version behind the alias.

    [Types of metrics for Lambda functions, Dimensions]
    (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html): ExecutedVersion tells the two versions
    of a weighted alias apart. Alarms of the function count the old version too, whose share is larger.
    """

    def __init__(self, cloudwatch: Any, function_name: str, version: str, clock: Clock) -> None:
        self._cloudwatch = cloudwatch
        self._clock = clock
        self._dimensions = [
            {"Name": "FunctionName", "Value": function_name},
            {"Name": "Resource", "Value": f"{function_name}:{ALIAS}"},
            {"Name": "ExecutedVersion", "Value": version},
        ]

    def watch(self, shift: Shift, progress: Callable[[str], None]) -> Counted:
        """Count until there are too many errors, or until the time is over and its metrics have arrived."""
        start = self._clock.now()
        end = start + shift.time + LATE
        while True:
            counted = self._count(start)
            left = end - self._clock.now()
            if counted.errors > shift.most_errors or left <= datetime.timedelta():
                return counted
            progress(f"{counted}; {left.total_seconds() / 60:.0f} minutes left")
            self._clock.sleep(min(POLL_SECONDS, left.total_seconds()))

    def _count(self, start: datetime.datetime) -> Counted:
        answer = self._cloudwatch.get_metric_data(
            MetricDataQueries=[self._query(name) for name in ("Invocations", "Errors")],
            # Metrics have the time of their minute's beginning.
            StartTime=start.replace(second=0, microsecond=0),
            EndTime=self._clock.now() + datetime.timedelta(minutes=1),
        )
        sums = {each["Id"]: int(sum(each["Values"])) for each in answer["MetricDataResults"]}
        return Counted(sums.get("invocations", 0), sums.get("errors", 0))

    def _query(self, name: str) -> dict[str, Any]:
        metric = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": self._dimensions}
        return {"Id": name.lower(), "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
