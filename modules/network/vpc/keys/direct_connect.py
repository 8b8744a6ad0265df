"""The `direct_connect` block: a connection to the corporate network."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Cidr, Settings, each_once

#: [AWS Direct Connect quotas](https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html): prefixes from
#: AWS to on premises per transit or private virtual interface.
ALLOWED_PREFIXES_LIMIT = 20
#: [AWS Direct Connect quotas](https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html) and [RFC 6996]
#: (https://www.rfc-editor.org/rfc/rfc6996): autonomous system numbers for private use, 16 and 32 bits.
PRIVATE_ASN = (range(64512, 65535), range(4200000000, 4294967295))


class DirectConnectSettings(Settings):
    """The `direct_connect` block: a connection to the corporate network through a Direct Connect gateway."""

    corporate_cidrs: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        min_length=1,
        examples=[["10.128.0.0/9"]],
        description="The ranges of the corporate network, which the VPC must not overlap.",
    )
    gateway_id: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        description="The ID of an existing Direct Connect gateway; without it, one is created.",
    )
    amazon_side_asn: int = Field(
        default=64512,
        description="The private autonomous system number (ASN) for the Amazon side of BGP, other than that of the "
        "corporate router.",
    )
    allowed_prefixes: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        default=(),
        max_length=ALLOWED_PREFIXES_LIMIT,
        description="The prefixes advertised to the corporate network; the VPC's own range by default.",
    )

    @model_validator(mode="after")
    def _private_asn(self) -> "DirectConnectSettings":
        if not any(self.amazon_side_asn in private for private in PRIVATE_ASN):
            raise_findings(
                [
                    Finding(
                        ("amazon_side_asn",),
                        self.amazon_side_asn,
                        "is not a private autonomous system number",
                        "write one from 64512 to 65534, or from 4200000000 to 4294967294",
                    )
                ]
            )
        return self
