"""Settings of the `security_hub` block."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.foundation.settings import Settings, each_once

#: Standards, each with the end of its ARN ([AWS Security Hub User Guide, Standards reference]
#: (https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html)).
Standard = Literal["foundational", "cis"]
STANDARDS: dict[Standard, str] = {
    "foundational": "standards/aws-foundational-security-best-practices/v/1.0.0",
    "cis": "standards/cis-aws-foundations-benchmark/v/3.0.0",
}


class SecurityHubSettings(Settings):
    """The `security_hub` block: Security Hub CSPM checks all resources against standards, in each Region.

    It needs the `config` block. Each check of a resource is charged, as is what AWS Config records for it ([AWS
    Security Hub pricing](https://aws.amazon.com/security-hub/pricing/)); the first 30 days are free, and its console
    then shows what a month will cost. Much of it, `python -m ops scan` checks before an apply, free of charge.
    """

    standards: Annotated[tuple[Standard, ...], AfterValidator(each_once)] = Field(
        default=("foundational",),
        min_length=1,
        description="Standards whose controls are checked: foundational, AWS's own, or cis, the CIS AWS Foundations "
        "Benchmark 3.0. A control of both is checked once.",
    )
