"""The `health_check` blocks of a zone: what Route 53 asks from all over the world, to leave out who is ill."""

from typing import Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings
from modules.network.keys.domains import DomainName

#: "CreateHealthCheck, RequestInterval": 10 costs more; and FailureThreshold.
FAILURES_LIMIT = 10
#: "CreateHealthCheck, ResourcePath" and "SearchString".
TEXT_LIMIT = 255
#: [Special-Use Domain Names](https://www.iana.org/assignments/special-use-domain-names/), and `internal`, which ICANN
#: keeps for private use.
PRIVATE_TOP_LEVELS = ("internal", "invalid", "local", "localhost")


class HealthCheckSettings(Settings):
    """A `health_check` block: an address on the internet that has to answer."""

    host: DomainName = Field(
        examples=["seoul.agora.example"],
        description="The name that is asked; one of this answer alone, not the one that is shared.",
    )
    protocol: Literal["https", "http", "tcp"] = Field(
        default="https", description="https (the certificate is not looked at), http, or tcp for a connection only."
    )
    port: int = Field(default=443, ge=1, le=65_535, description="The port; 443 by default.")
    path: str = Field(
        default="/",
        pattern=r"^/[!-~]*$",
        max_length=TEXT_LIMIT,
        description="What is asked for; any status from 200 to 399 is healthy. Not with tcp.",
    )
    search_string: str | None = Field(
        default=None,
        min_length=1,
        max_length=TEXT_LIMIT,
        description="What the first 5,120 bytes of the answer have to hold.",
    )
    interval_seconds: Literal[10, 30] = Field(
        default=30, description="Seconds between two questions of each checker: 30, or 10, which costs more."
    )
    failures: int = Field(
        default=3, ge=1, le=FAILURES_LIMIT, description="Questions in a row that have to fail, or succeed again."
    )

    @model_validator(mode="after")
    def _rules(self) -> "HealthCheckSettings":
        if self.host.rpartition(".")[2] in PRIVATE_TOP_LEVELS:
            rule = "is no name of the internet, from which Route 53 asks"
            refuse([Finding(("host",), self.host, rule, "write a name that leads to a public address")])
        if self.protocol == "tcp":
            rule, remedy = "is not asked by tcp, which only connects", 'take it out, or write protocol = "https"'
            written = {"search_string": self.search_string, "path": self.path if self.path != "/" else None}
            refuse(Finding((key,), value, rule, remedy) for key, value in written.items() if value)
        return self
