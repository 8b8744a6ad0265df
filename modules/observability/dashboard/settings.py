"""The `dashboard` block: what a person on call looks at first."""

from pydantic import Field

from modules.foundation.names import Names
from modules.foundation.settings import Settings


class DashboardSettings(Settings):
    """The `dashboard` block: one CloudWatch dashboard with the metrics of all blocks, beside the alarms' thresholds.

    A dashboard costs 3 USD a month ([Amazon CloudWatch pricing](https://aws.amazon.com/cloudwatch/pricing/)).
    """

    range_hours: int = Field(
        default=3,
        ge=1,
        le=168,
        description="Hours that the graphs show at first: 3, so that the time before an alarm is visible too.",
    )
    costs: bool = Field(
        default=True,
        description="Whether the account's estimated charges are shown. CloudWatch has them only after billing alerts "
        "were enabled in the account's billing preferences, or in those of the account that pays for it.",
    )


def dashboard_name(names: Names) -> str:
    """Return the name of an environment's dashboard."""
    return names.of("overview")
