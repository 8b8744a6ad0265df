"""Service level indicators: the percentage of requests that used up the error budget."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.observability.alarms.keys.alarm import Watch
from modules.observability.alarms.keys.compute import REQUESTS

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
    budget = 100 - slo.objective
    if slo.site:
        errors = _watch(
            {"requests": "Requests Sum", "errors": "5xxErrorRate Average"},
            f"IF(requests >= {slo.minimum_requests}, errors, 0)",
        )
        return [Indicator("availability", "percent of failed requests", errors, budget)]
    errors = _watch(
        {
            "requests": "RequestCount Sum",
            "elb_errors": "HTTPCode_ELB_5XX_Count Sum",
            "target_errors": "HTTPCode_Target_5XX_Count Sum",
        },
        f"IF({REQUESTS} >= {slo.minimum_requests}, "
        f"100 * (FILL(elb_errors, 0) + FILL(target_errors, 0)) / {REQUESTS}, 0)",
    )
    found = [Indicator("availability", "percent of failed requests", errors, budget)]
    if slo.latency:
        slow = _watch(
            # The percentile rank: the percentage of the requests that took at most so many seconds.
            {"requests": "RequestCount Sum", "fast": f"TargetResponseTime PR(:{slo.latency.p99_ms / 1000:g})"},
            f"IF(FILL(requests, 0) >= {slo.minimum_requests}, 100 - fast, 0)",
        )
        found.append(Indicator("latency", "percent of slow requests", slow, LATENCY_BUDGET_PERCENT))
    return found


def _watch(metrics: dict[str, str], expression: str) -> Watch:
    return Watch(metrics=metrics, expression=expression, breaches="above", datapoints=1)
