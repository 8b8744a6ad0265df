"""The `health_check` blocks of a zone: Route 53 health checks of the targets of records."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings
from modules.network.keys.domains import DomainName

#: [HealthCheckConfig, FailureThreshold]
#: (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html).
FAILURES_LIMIT = 10
#: [HealthCheckConfig, ResourcePath and SearchString]
#: (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html).
TEXT_LIMIT = 255
#: [Special-Use Domain Names](https://www.iana.org/assignments/special-use-domain-names/), and `internal`, which ICANN
#: reserves for private use.
PRIVATE_TOP_LEVELS = ("internal", "invalid", "local", "localhost")


class HealthCheckSettings(Settings):
    """A `health_check` block: a public endpoint that Route 53 health checkers all over the world send requests to."""

    renamed: ClassVar[Mapping[str, str]] = {
        "host": "fqdn",
        "path": "resource_path",
        "interval_seconds": "request_interval",
        "failures": "failure_threshold",
    }

    fqdn: DomainName = Field(
        examples=["seoul.agora.example"],
        description="The domain name to check: the target's own name, not the name that several records share.",
    )
    protocol: Literal["https", "http", "tcp"] = Field(
        default="https", description="https (the certificate is not validated), http, or tcp for a connection only."
    )
    port: int = Field(default=443, ge=1, le=65_535, description="The port; 443 by default.")
    resource_path: str = Field(
        default="/",
        pattern=r"^/[!-~]*$",
        max_length=TEXT_LIMIT,
        description="The path to request; any status from 200 to 399 is healthy. Not with tcp.",
    )
    search_string: str | None = Field(
        default=None,
        min_length=1,
        max_length=TEXT_LIMIT,
        description="A text that the first 5,120 bytes of the response must contain.",
    )
    request_interval: Literal[10, 30] = Field(
        default=30, description="Seconds between two requests of each health checker: 30, or 10, which costs more."
    )
    failure_threshold: int = Field(
        default=3,
        ge=1,
        le=FAILURES_LIMIT,
        description="Consecutive requests that must fail, or succeed, for the state to change.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "HealthCheckSettings":
        if self.fqdn.rpartition(".")[2] in PRIVATE_TOP_LEVELS:
            rule = "is not a public name, and Route 53 sends its requests over the internet"
            raise_findings([Finding(("fqdn",), self.fqdn, rule, "write a name that resolves to a public address")])
        if self.protocol == "tcp":
            rule, remedy = "is not used by tcp, which only connects", 'remove it, or write protocol = "https"'
            written = {
                "search_string": self.search_string,
                "resource_path": self.resource_path if self.resource_path != "/" else None,
            }
            raise_findings(Finding((key,), value, rule, remedy) for key, value in written.items() if value)
        return self
