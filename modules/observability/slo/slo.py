"""Service level objectives."""

from dataclasses import replace

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.observability.alarms.alarms import Alarms, Sources
from modules.observability.alarms.keys.alarm import Severity
from modules.observability.alarms.metric_alarms import metric_arguments
from modules.observability.alarms.regional import rule_of
from modules.observability.slo.keys.burn_rates import BURN_RATES, BurnRate, Window
from modules.observability.slo.keys.indicators import Indicator, indicators_of
from modules.observability.slo.settings import SloSettings

#: Seconds: the critical alarm of a load balancer or site needs five data points, more than the fastest window does.
WAIT_SECONDS = 420
#: Seconds for which the short windows still contain an outage that has ended.
EXTENSION_SECONDS = 1920


class Slo(Construct):
    """An `slo` block: alarms on how fast the error budget is used up.

    Creates, for each indicator: an alarm on each window, and a composite alarm for each severity. It is on while both
    windows of a burn rate are, and suppressed while the critical alarm of the source of requests is on, which has
    already notified of the same outage.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: SloSettings, alarms: Alarms, sources: Sources
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._settings = settings
        self._block = settings.source
        own = sources[self._block][settings.metrics_of]
        self._sources = own
        self._alarms = alarms.in_region(own[0].region)
        for indicator in indicators_of(settings, settings.minimum_requests):
            for severity in dict.fromkeys(each.severity for each in BURN_RATES):
                self._create_alarms(indicator, severity)

    def _create_alarms(self, indicator: Indicator, severity: Severity) -> None:
        rates = [each for each in BURN_RATES if each.severity == severity]
        pairs = [[self._create_window(indicator, rate, window) for window in (rate.long, rate.short)] for rate in rates]
        budget = " or ".join(f"{rate.budget_percent} percent within {rate.long.name}" for rate in rates)
        self._alarms.composite(
            f"slo-{self._name}-{indicator.name}-{severity}",
            f"slo {self._name}: the error budget of {self._settings.window_days} days is used up by {budget}.",
            " OR ".join(f"({rule_of('AND', pair)})" for pair in pairs),
            anchor=f"slo-{indicator.name}",
            suppressor=self._alarms.critical_alarm_of(self._block),
            wait_seconds=WAIT_SECONDS,
            extension_seconds=EXTENSION_SECONDS,
            notifies=severity,
        )

    def _create_window(self, indicator: Indicator, rate: BurnRate, window: Window) -> CloudwatchMetricAlarm:
        burned = rate.rate(self._settings.window_days)
        about = f"slo {self._name}: {indicator.description} over {window.name}, at a burn rate of {burned:g}."
        return self._alarms.alarm(
            f"slo-{self._name}-{indicator.name}-{rate.name}-{window.name}",
            about,
            anchor=f"slo-{indicator.name}",
            arguments=metric_arguments(
                replace(indicator.watch, period=window.period, datapoints=window.datapoints),
                indicator.description,
                indicator.watch.expression,
                round(burned * indicator.budget_percent, 4),
                self._sources,
            ),
        )
