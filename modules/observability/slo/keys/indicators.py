"""Service level indicators: the percentage of requests that used up the error budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.observability.alarms.keys import compute, edge
from modules.observability.alarms.keys.alarm import Watch

if TYPE_CHECKING:
    from modules.observability.slo.settings import SloSettings

#: `p99_ms` is about 99 percent of the requests.
LATENCY_BUDGET_PERCENT = 1


@dataclass(frozen=True)
class Indicator:
    """What the alarms of an SLO watch; their period, data points, and threshold depend on the window."""

    name: str
    description: str
    watch: Watch
    requests: str
    """Metric math that counts the requests."""
    budget_percent: float
    """Percent of the requests that may be bad."""

    @property
    def budget_left(self) -> str:
        """Metric math: percent of the error budget that is left, over the time that the data points cover."""
        bad = f"SUM(({self.watch.expression}) * {self.requests}) / SUM({self.requests})"
        return f"TIME_SERIES(100 - 100 * {bad} / {self.budget_percent:g})"


def indicators_of(slo: "SloSettings", minimum_requests: int) -> list[Indicator]:
    """Return the indicators of an SLO; with fewer requests than the minimum, no request is bad."""
    failed = edge if slo.site else compute
    errors = _watch(failed.FAILED_REQUESTS, failed.FAILED_PERCENT, minimum_requests)
    found = [Indicator("availability", "percent of failed requests", errors, failed.ALL_REQUESTS, 100 - slo.objective)]
    if slo.latency:
        # The percentile rank: the percentage of the requests that took at most so many seconds.
        fast = f"TargetResponseTime PR(:{slo.latency.p99_ms / 1000:g})"
        expression = "IF(FILL(requests, 0) >= {minimum_requests}, 100 - fast, 0)"
        slow = _watch({"requests": "RequestCount Sum", "fast": fast}, expression, minimum_requests)
        found.append(Indicator("latency", "percent of slow requests", slow, "requests", LATENCY_BUDGET_PERCENT))
    return found


def _watch(metrics: Mapping[str, str], expression: str, minimum_requests: int) -> Watch:
    counted = expression.format(minimum_requests=minimum_requests)
    return Watch(metrics=metrics, expression=counted, breaches="above", datapoints=1)
