"""The `slo` block: which part of the requests must succeed, and be fast."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, Settings
from modules.observability.slo.keys.burn_rates import BURN_RATES


class LatencySettings(Settings):
    """The `latency` block: how fast the requests must be answered."""

    p99_ms: int = Field(
        ge=1, le=4_000_000, description="Milliseconds within which 99 percent of the requests must be answered."
    )


class SloSettings(Settings):
    """An `slo` block: a service level objective, with alarms on how fast its error budget is used up.

    Creates, for availability and for latency, an alarm on each window and a composite alarm for each severity.
    """

    load_balancer: Label | None = Field(
        default=None, examples=["public"], description="The load balancer whose requests count."
    )
    site: Label | None = Field(
        default=None, examples=["www"], description="The site whose requests count, in place of a load balancer."
    )
    objective: float = Field(
        gt=0,
        lt=100,
        examples=[99.9],
        description="Percent of the requests that must be answered with a status below 500. 99.9 over 30 days is an "
        "error budget of 43 minutes without service.",
    )
    window_days: int = Field(
        default=30, ge=7, le=90, description="Days over which the objective must hold; each day's errors count so long."
    )
    minimum_requests: int = Field(
        default=100,
        ge=1,
        description="Requests in a window below which it raises no alarm: of ten requests at night, one error is 10 "
        "percent.",
    )
    latency: LatencySettings | None = Field(default=None, description="An objective for response times too.")

    @property
    def source(self) -> tuple[str, str]:
        """The kind and the label of the block whose requests count."""
        return ("load_balancer", self.load_balancer) if self.load_balancer else ("site", str(self.site))

    @property
    def metrics_of(self) -> str:
        """The name that the construct's `metrics` has for what counts the requests."""
        return "load_balancer" if self.load_balancer else "distribution"

    @model_validator(mode="after")
    def _rules(self) -> "SloSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        if (self.load_balancer is None) == (self.site is None):
            rule = "has no source of requests" if self.site is None else "has two sources of requests"
            yield Finding((), None, rule, "write load_balancer or site, whose metrics count the requests")
        if self.site is not None and self.latency is not None:
            rule = "has no effect on a site: CloudFront publishes no response time by default"
            yield Finding(("latency",), None, rule, "remove it, or write an SLO of the load balancer")
        fastest = max(each.rate(self.window_days) for each in BURN_RATES)
        if fastest * (100 - self.objective) >= 100:
            lowest = 100 - 100 / fastest
            rule = f"is too low for window_days {self.window_days}: even without any success, no fast alarm would be on"
            yield Finding(("objective",), self.objective, rule, f"write more than {lowest:.1f}")
