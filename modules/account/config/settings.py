"""Settings of the `config` block."""

from typing import Literal

from pydantic import Field

from modules.foundation.settings import Settings


class ConfigSettings(Settings):
    """The `config` block: AWS Config records every change of a resource, in each Region of the account's environments.

    It answers "what did this security group allow last Tuesday", and Security Hub needs it. Each recorded change costs
    0.003 USD, or 0.012 USD if recorded once a day ([AWS Config pricing](https://aws.amazon.com/config/pricing/)): an
    account with 1,000 changes a day pays about 90 USD a month. AWS allows one recorder in a Region.
    """

    recording_frequency: Literal["CONTINUOUS", "DAILY"] = Field(
        default="CONTINUOUS",
        description="CONTINUOUS records every change; DAILY the state of what has changed, once a day, which costs "
        "less for a resource that changes more than four times a day. Security Hub needs CONTINUOUS to notice changes.",
    )
    exclude: tuple[str, ...] = Field(
        default=("AWS::EC2::NetworkInterface",),
        examples=[["AWS::EC2::NetworkInterface", "AWS::Backup::RecoveryPoint"]],
        description="Types of resources that are not recorded. By default network interfaces: each start of a task or "
        "function would be charged.",
    )
