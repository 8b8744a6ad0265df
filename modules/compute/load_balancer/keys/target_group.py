"""ALB target groups: protocol, health checks, and attributes."""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

Protocol = Literal["HTTP1", "HTTP2", "GRPC"]

#: [Matcher](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html) of the Elastic Load
#: Balancing API: the codes that an Application Load Balancer can accept as healthy.
_HTTP_CODES, _GRPC_CODES = range(200, 500), range(100)
#: The same page: the default paths and codes; gRPC's 12 is UNIMPLEMENTED, from a method that no service has.
_DEFAULTS: dict[Protocol, tuple[str, str]] = {
    "HTTP1": ("/", "200"),
    "HTTP2": ("/", "200"),
    "GRPC": ("/AWS.ALB/healthcheck", "12"),
}
#: The path of a gRPC health check, ALB's own method or one of a service: [Elastic Load Balancing, Health checks for
#: Application Load Balancer target groups, HealthCheckPath]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
_METHOD = re.compile(r"/[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*")
_CODES = re.compile(r"\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*")
#: [TargetGroupAttribute, slow_start.duration_seconds]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html).
_SLOW_START = range(30, 901)


class HealthCheckSettings(Settings):
    """The `health_check` block: the request, its interval, and the healthy responses."""

    renamed: ClassVar[Mapping[str, str]] = {
        "codes": "matcher",
        "interval_seconds": "interval",
        "timeout_seconds": "timeout",
    }

    path: str | None = Field(
        default=None,
        max_length=1024,
        pattern=r"^/[!-~]*$",
        examples=["/health"],
        description='The requested path, by default "/"; with GRPC a method "/package.service/method", by default '
        '"/AWS.ALB/healthcheck".',
    )
    matcher: str | None = Field(
        default=None,
        examples=["200-299"],
        description="Status codes of a healthy target, one, several, or a range: 200 to 499, by default 200; with GRPC "
        "0 to 99, by default 12.",
    )
    interval: int = Field(default=15, ge=5, le=300, description="Seconds between two health checks.")
    timeout: int = Field(default=5, ge=2, le=120, description="Seconds to wait for a response; less than interval.")
    healthy_threshold: int = Field(
        default=2, ge=2, le=10, description="Consecutive successes until a target is healthy and gets requests."
    )
    unhealthy_threshold: int = Field(
        default=3, ge=2, le=10, description="Consecutive failures until a target is unhealthy and gets no requests."
    )

    @model_validator(mode="after")
    def _timeout_below_interval(self) -> "HealthCheckSettings":
        if self.timeout >= self.interval:
            rule = f"is not less than interval = {self.interval}, which AWS requires"
            remedy = "write fewer seconds, or a larger interval"
            raise_findings([Finding(("timeout",), self.timeout, rule, remedy)])
        return self


class TargetGroupSettings(Settings):
    """The `target_group` block: the protocol, health checks, and deregistration of targets."""

    renamed: ClassVar[Mapping[str, str]] = {
        "deregistration_delay_seconds": "deregistration_delay",
        "slow_start_seconds": "slow_start",
    }

    protocol_version: Protocol = Field(
        default="HTTP1",
        description="The protocol of the targets: HTTP1, HTTP2, or GRPC. A change replaces the target group.",
    )
    health_check: HealthCheckSettings = Field(
        default=HealthCheckSettings(), description="The load balancer's health checks of the targets."
    )
    deregistration_delay: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Seconds that a deregistering target has to finish its requests: at least as long as the longest "
        "request.",
    )
    slow_start: int = Field(
        default=0,
        description="Seconds over which a new target gets a growing share of requests, 30 to 900; 0 turns it off.",
    )
    stickiness_seconds: int = Field(
        default=0,
        ge=0,
        le=604_800,
        description="Seconds that a cookie keeps a client on the same target; 0 turns it off.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "TargetGroupSettings":
        raise_findings([*self._path_findings(), *self._code_findings(), *self._slow_start_findings()])
        return self

    @property
    def health_check_path(self) -> str:
        """The requested path."""
        return self.health_check.path or _DEFAULTS[self.protocol_version][0]

    @property
    def health_check_codes(self) -> str:
        """The status codes of a healthy target."""
        return self.health_check.matcher or _DEFAULTS[self.protocol_version][1]

    def _path_findings(self) -> Iterator[Finding]:
        path = self.health_check_path
        if self.protocol_version == "GRPC" and path != _DEFAULTS["GRPC"][0] and not _METHOD.fullmatch(path):
            rule = "is not a method, which a GRPC health check needs"
            yield Finding(("health_check", "path"), path, rule, 'write one such as "/grpc.health.v1.Health/Check"')

    def _code_findings(self) -> Iterator[Finding]:
        codes = self.health_check_codes
        known = _GRPC_CODES if self.protocol_version == "GRPC" else _HTTP_CODES
        numbers = [int(number) for number in re.findall(r"\d+", codes)]
        backward = [span for span in re.findall(r"(\d+)-(\d+)", codes) if int(span[0]) > int(span[1])]
        if backward or not _CODES.fullmatch(codes) or not all(number in known for number in numbers):
            rule = f"is not a list of {self.protocol_version} codes from {known[0]} to {known[-1]}"
            examples = '"12", "0,12" or "0-99"' if self.protocol_version == "GRPC" else '"200", "200,204" or "200-299"'
            yield Finding(("health_check", "matcher"), codes, rule, f"write for example {examples}")

    def _slow_start_findings(self) -> Iterator[Finding]:
        if self.slow_start and self.slow_start not in _SLOW_START:
            rule = f"is neither 0 nor between {_SLOW_START[0]} and {_SLOW_START[-1]} seconds"
            yield Finding(("slow_start",), self.slow_start, rule, "write 0, or 30 or more")
