"""The `proxy` block of a network: the way out of a VPC whose programs may not call the internet themselves."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import Cidr, Settings, each_once

PORT_LIMIT = 2**16 - 1
#: A host, a domain with or without a dot before it, an address or a range: what HTTP clients read in NO_PROXY.
_EXCEPTION = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(/\d{1,2})?")


def _port(url: str) -> str:
    if not 0 < int(url.rpartition(":")[2]) <= PORT_LIMIT:
        raise broken_rule(f"has a port that there is not, 1 to {PORT_LIMIT}", 'write "http://proxy.corp.example:3128"')
    return url


def _exception(value: str) -> str:
    if not _EXCEPTION.fullmatch(value):
        rule = "is neither a host, a domain nor an address: no scheme, port, comma or `*`"
        raise broken_rule(rule, 'write one as ".corp.example" or "git.corp.example"')
    return value


class ProxySettings(Settings):
    """The `proxy` block: an HTTP proxy that tasks, functions in the VPC and EKS nodes are told of."""

    url: Annotated[str, AfterValidator(_port)] = Field(
        pattern=r"^http://[A-Za-z0-9.-]+:\d{1,5}$",
        examples=["http://proxy.corp.example:3128"],
        description="Scheme, host and port; no login, since every program reads it. Programs get it as HTTP_PROXY and "
        "HTTPS_PROXY, which most HTTP clients follow; a JVM needs its own options.",
    )
    cidrs: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["10.130.8.0/24"]],
        description="Where the proxy is, which security groups let out to; direct_connect.corporate_cidrs by default.",
    )
    except_for: Annotated[tuple[Annotated[str, AfterValidator(_exception)], ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[[".corp.example"]],
        description="Hosts and domains reached without the proxy, beside the VPC and its endpoints (NO_PROXY).",
    )

    @property
    def port(self) -> int:
        """The port of the URL."""
        return int(self.url.rpartition(":")[2])
