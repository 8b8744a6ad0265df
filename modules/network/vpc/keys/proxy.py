"""The `proxy` block of a network: an HTTP proxy for a VPC without direct internet access."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import Cidr, Settings, each_once

PORT_LIMIT = 2**16 - 1
#: Entries that HTTP clients read in NO_PROXY: a host, a domain with or without a leading dot, an IP address or range.
_EXCEPTION = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(/\d{1,2})?")


def _port(url: str) -> str:
    if not 0 < int(url.rpartition(":")[2]) <= PORT_LIMIT:
        raise broken_rule(f"has a port outside 1 to {PORT_LIMIT}", 'write "http://proxy.corp.example:3128"')
    return url


def _exception(value: str) -> str:
    if not _EXCEPTION.fullmatch(value):
        rule = "is not a host, a domain, an IP address, or a range: scheme, port, comma, and `*` are not allowed"
        raise broken_rule(rule, 'write one as ".corp.example" or "git.corp.example"')
    return value


class ProxySettings(Settings):
    """The `proxy` block: an HTTP proxy for tasks, functions in the VPC, and EKS nodes."""

    url: Annotated[str, AfterValidator(_port)] = Field(
        pattern=r"^http://[A-Za-z0-9.-]+:\d{1,5}$",
        examples=["http://proxy.corp.example:3128"],
        description="Scheme, host, and port; no credentials, since every program can read it. Programs receive it as "
        "HTTP_PROXY and HTTPS_PROXY, which most HTTP clients use; a JVM needs its own options.",
    )
    cidrs: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["10.130.8.0/24"]],
        description="The proxy's address ranges, to which security groups allow egress; "
        "direct_connect.corporate_cidrs by default.",
    )
    except_for: Annotated[tuple[Annotated[str, AfterValidator(_exception)], ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[[".corp.example"]],
        description="Hosts and domains reached without the proxy, in addition to the VPC and its endpoints (NO_PROXY).",
    )

    @property
    def port(self) -> int:
        """The port of the URL."""
        return int(self.url.rpartition(":")[2])
