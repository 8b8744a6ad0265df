"""Burn rates: how fast errors use up the error budget of an SLO."""

from dataclasses import dataclass

from modules.observability.alarms.keys.alarm import Severity


@dataclass(frozen=True)
class Window:
    """A window of time, as CloudWatch evaluates it."""

    name: str
    period: int
    """Seconds of a data point."""
    datapoints: int = 1
    """Number of data points, all of which must breach the threshold."""


@dataclass(frozen=True)
class BurnRate:
    """A part of the error budget that is used up within a long window, and still being used up in the short one.

    The long window says that it matters, the short one that it is not over yet.
    """

    name: str
    severity: Severity
    budget_percent: int
    hours: int
    """The length of the long window."""
    long: Window
    short: Window

    def rate(self, window_days: int) -> float:
        """Return the burn rate: 1 uses up the budget exactly by the end of the SLO's window."""
        return max(1.0, self.budget_percent / 100 * window_days * 24 / self.hours)


#: [Google, The Site Reliability Workbook, Alerting on SLOs, Recommended parameters](https://sre.google/workbook/alerting-on-slos/):
#: with a window of 30 days, the rates are 14.4, 6, and 1. A data point of CloudWatch has at most a day, so that three
#: days are three data points, each above the rate: a little stricter than their average.
BURN_RATES = (
    BurnRate("fast", "critical", 2, 1, long=Window("1h", 3_600), short=Window("5m", 300)),
    BurnRate("slow", "critical", 5, 6, long=Window("6h", 21_600), short=Window("30m", 1_800)),
    BurnRate("steady", "warning", 10, 72, long=Window("3d", 86_400, 3), short=Window("6h", 21_600)),
)
