"""The `delegation` blocks of a zone: a subdomain that another zone holds, of another environment and account."""

from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import Settings
from modules.network.keys.domains import DomainName

#: RFC 1034, section 4.1: a zone is to be had from two servers at least. Route 53 gives four.
LEAST_NAME_SERVERS = 2


def _name_servers(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < max(LEAST_NAME_SERVERS, len(values)):
        raise broken_rule(
            "names fewer than two servers, or one of them twice",
            "write all four that the subdomain's environment prints as `zones` "
            "(.venv/bin/python -m ops terraform --env dev -- output zones)",
        )
    return values


class DelegationSettings(Settings):
    """A `delegation` block: whoever asks for the subdomain is sent to its own name servers."""

    name: DomainName | None = Field(
        default=None,
        examples=["dev.agora.example"],
        description="The subdomain; by default the block's label and the zone's name.",
    )
    name_servers: Annotated[tuple[DomainName, ...], AfterValidator(_name_servers)] = Field(
        examples=[["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]],
        description="The subdomain's name servers, as its own environment prints them after its first apply.",
    )
