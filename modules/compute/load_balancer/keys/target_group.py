"""How a load balancer treats those that it sends requests to, and how it finds out whether they are well."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings

Protocol = Literal["HTTP1", "HTTP2", "GRPC"]

#: "Matcher" of the Elastic Load Balancing API: the codes that an Application Load Balancer may take for healthy.
_HTTP_CODES, _GRPC_CODES = range(200, 500), range(100)
#: The same: what it takes without being told; of gRPC it is UNIMPLEMENTED, from a method that no service has.
_DEFAULTS: dict[Protocol, tuple[str, str]] = {
    "HTTP1": ("/", "200"),
    "HTTP2": ("/", "200"),
    "GRPC": ("/AWS.ALB/healthcheck", "12"),
}
#: What a health check of gRPC asks for, ALB's own method or one of a service: [Elastic Load Balancing, Health checks
#: for Application Load Balancer target groups, HealthCheckPath]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
_METHOD = re.compile(r"/[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*")
_CODES = re.compile(r"\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*")
#: "TargetGroupAttribute, slow_start.duration_seconds".
_SLOW_START = range(30, 901)


class HealthCheckSettings(Settings):
    """The `health_check` block: what is asked, how often, and which answers are good ones."""

    path: str | None = Field(
        default=None,
        max_length=1024,
        pattern=r"^/[!-~]*$",
        examples=["/health"],
        description='What is asked for; "/" by default, with GRPC a method "/package.service/method".',
    )
    codes: str | None = Field(
        default=None,
        examples=["200-299"],
        description="Answers of the healthy, one, several or a range: 200 to 499, with GRPC 0 to 99; "
        "200 by default, with GRPC 12.",
    )
    interval_seconds: int = Field(default=15, ge=5, le=300, description="Seconds between two questions.")
    timeout_seconds: int = Field(
        default=5, ge=2, le=120, description="Seconds to wait for an answer, fewer than between two questions."
    )
    healthy_threshold: int = Field(default=2, ge=2, le=10, description="Good answers in a row until requests are sent.")
    unhealthy_threshold: int = Field(
        default=3, ge=2, le=10, description="Bad answers in a row until no more requests are sent."
    )

    @model_validator(mode="after")
    def _timeout_below_interval(self) -> "HealthCheckSettings":
        if self.timeout_seconds >= self.interval_seconds:
            rule = f"is not below interval_seconds {self.interval_seconds}, and AWS asks for that"
            refuse(
                [Finding(("timeout_seconds",), self.timeout_seconds, rule, "write fewer seconds, or ask less often")]
            )
        return self


class TargetGroupSettings(Settings):
    """How requests reach the targets, and how a target comes and goes."""

    protocol_version: Protocol = Field(
        default="HTTP1", description="What the targets speak: HTTP1, HTTP2 or GRPC. On one that exists a replacement."
    )
    health_check: HealthCheckSettings = Field(
        default=HealthCheckSettings(), description="How the load balancer finds out who is well."
    )
    deregistration_delay_seconds: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Seconds that a target which goes may finish its requests: as long as the longest one.",
    )
    slow_start_seconds: int = Field(
        default=0, description="Seconds over which a new target gets more and more requests, 30 to 900; 0 at once."
    )
    stickiness_seconds: int = Field(
        default=0,
        ge=0,
        le=604_800,
        description="Seconds that a client is led to the same target by a cookie; 0, as by default, not at all.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "TargetGroupSettings":
        refuse([*self._path_findings(), *self._code_findings(), *self._slow_start_findings()])
        return self

    @property
    def health_check_path(self) -> str:
        """What is asked for."""
        return self.health_check.path or _DEFAULTS[self.protocol_version][0]

    @property
    def health_check_codes(self) -> str:
        """The answers of the healthy."""
        return self.health_check.codes or _DEFAULTS[self.protocol_version][1]

    def _path_findings(self) -> Iterator[Finding]:
        path = self.health_check_path
        if self.protocol_version == "GRPC" and path != _DEFAULTS["GRPC"][0] and not _METHOD.fullmatch(path):
            rule = "is not a method, which a health check of GRPC asks for"
            yield Finding(("health_check", "path"), path, rule, 'write one as "/grpc.health.v1.Health/Check"')

    def _code_findings(self) -> Iterator[Finding]:
        codes = self.health_check_codes
        known = _GRPC_CODES if self.protocol_version == "GRPC" else _HTTP_CODES
        numbers = [int(number) for number in re.findall(r"\d+", codes)]
        backward = [span for span in re.findall(r"(\d+)-(\d+)", codes) if int(span[0]) > int(span[1])]
        if backward or not _CODES.fullmatch(codes) or not all(number in known for number in numbers):
            rule = f"are not codes of {self.protocol_version} from {known[0]} to {known[-1]}"
            examples = '"12", "0,12" or "0-99"' if self.protocol_version == "GRPC" else '"200", "200,204" or "200-299"'
            yield Finding(("health_check", "codes"), codes, rule, f"write one as {examples}")

    def _slow_start_findings(self) -> Iterator[Finding]:
        if self.slow_start_seconds and self.slow_start_seconds not in _SLOW_START:
            rule = f"is neither 0 nor {_SLOW_START[0]} to {_SLOW_START[-1]} seconds"
            yield Finding(("slow_start_seconds",), self.slow_start_seconds, rule, "write 0 or 30, or more")
