"""The `delegation` blocks of a zone: subdomains delegated to the zones of other environments and accounts."""

from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import Settings
from modules.network.keys.domains import DomainName

#: [RFC 1034, section 4.1](https://www.rfc-editor.org/rfc/rfc1034#section-4.1): a zone must be served by at least two
#: name servers. Route 53 assigns four.
LEAST_NAME_SERVERS = 2


def _name_servers(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < max(LEAST_NAME_SERVERS, len(values)):
        raise broken_rule(
            "has fewer than two name servers, or one of them twice",
            "write all four from the output `zones` of the subdomain's environment "
            "(.venv/bin/python -m ops terraform --env dev -- output zones)",
        )
    return values


class DelegationSettings(Settings):
    """A `delegation` block: the NS record that delegates a subdomain to its own name servers."""

    name: DomainName | None = Field(
        default=None,
        examples=["dev.agora.example"],
        description="The subdomain's full name; by default the block's label followed by the zone's name.",
    )
    name_servers: Annotated[tuple[DomainName, ...], AfterValidator(_name_servers)] = Field(
        examples=[["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]],
        description="The subdomain's name servers, from the output `zones` of its own environment after its first "
        "apply.",
    )
