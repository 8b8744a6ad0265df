"""The `proxy` block of a network: the way out of a VPC whose programs may not call the internet themselves."""

from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.settings import Cidr, Settings, each_once


class ProxySettings(Settings):
    """The `proxy` block: an HTTP proxy that tasks, functions in the VPC and EKS nodes are told of."""

    url: str = Field(
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
    except_for: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[[".corp.example"]],
        description="Hosts and domains reached without the proxy, beside the VPC and its endpoints (NO_PROXY).",
    )

    @property
    def port(self) -> int:
        """The port of the URL."""
        return int(self.url.rpartition(":")[2])
