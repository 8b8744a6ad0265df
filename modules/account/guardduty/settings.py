"""Settings of the `guardduty` block."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from modules.foundation.settings import Settings, each_once

#: [DetectorFeatureConfiguration, name]
#: (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DetectorFeatureConfiguration.html), in lowercase.
Feature = Literal[
    "s3_data_events",
    "eks_audit_logs",
    "ebs_malware_protection",
    "rds_login_events",
    "lambda_network_logs",
    "runtime_monitoring",
]
FEATURES: tuple[Feature, ...] = get_args(Feature)


class GuardDutySettings(Settings):
    """The `guardduty` block: a detector in each Region of the account's environments.

    Besides the features, GuardDuty reads CloudTrail management events, VPC flow logs, and DNS queries, of its own
    copies, and charges by their volume ([Amazon GuardDuty pricing](https://aws.amazon.com/guardduty/pricing/)); the
    first 30 days are free, and its console then shows what a month will cost. An account has one detector in a Region:
    AWS refuses a second one. If there is one, import it, or if the organization's administrator manages it, write
    `managed_by_organization`.
    """

    finding_publishing_frequency: Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"] = Field(
        default="FIFTEEN_MINUTES",
        description="How often a finding that occurs again is sent again; a new one is sent within five minutes. It "
        "costs nothing, and SIX_HOURS, the default of GuardDuty, is long during an attack.",
    )
    features: Annotated[tuple[Feature, ...], AfterValidator(each_once)] = Field(
        default=("s3_data_events", "rds_login_events", "lambda_network_logs"),
        examples=[["s3_data_events", "runtime_monitoring"]],
        description=f"Features that are enabled: {', '.join(FEATURES)}. All others are disabled explicitly, since "
        "GuardDuty enables those of a new detector that nobody mentions. By default those that read what exists in "
        "every account, without agents; each is charged by its volume.",
    )
