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
    budget_percent: float
    """Percent of the requests that may be bad."""


def indicators_of(slo: "SloSettings") -> list[Indicator]:
    """Return the indicators of an SLO."""
    failed = edge if slo.site else compute
    errors = _watch(failed.FAILED_REQUESTS, failed.FAILED_PERCENT, slo)
    found = [Indicator("availability", "percent of failed requests", errors, 100 - slo.objective)]
    if slo.latency:
        # The percentile rank: the percentage of the requests that took at most so many seconds.
        fast = f"TargetResponseTime PR(:{slo.latency.p99_ms / 1000:g})"
        expression = "IF(FILL(requests, 0) >= {minimum_requests}, 100 - fast, 0)"
        slow = _watch({"requests": "RequestCount Sum", "fast": fast}, expression, slo)
        found.append(Indicator("latency", "percent of slow requests", slow, LATENCY_BUDGET_PERCENT))
    return found


def _watch(metrics: Mapping[str, str], expression: str, slo: "SloSettings") -> Watch:
    counted = expression.format(minimum_requests=slo.minimum_requests)
    return Watch(metrics=metrics, expression=counted, breaches="above", datapoints=1)
