"""Security Hub CSPM in the Regions of an account."""

from collections.abc import Mapping
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.securityhub_account import SecurityhubAccount
from cdktf_cdktf_provider_aws.securityhub_standards_subscription import SecurityhubStandardsSubscription
from constructs import Construct

from modules.account.regions import suffix_of
from modules.account.security_hub.settings import STANDARDS, SecurityHubSettings
from modules.foundation.foundation import Foundation


class SecurityHub(Construct):
    """The `security_hub` block.

    Creates: Security Hub in each Region, after the recorder of AWS Config, with the standards that the block names.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: SecurityHubSettings,
        regions: Mapping[str, ITerraformDependable | None],
        foundation: Foundation,
    ) -> None:
        """`regions` are those of the account, each with the dependency on its recorder."""
        super().__init__(scope, id)
        make = foundation.resources(self, "account")
        for region, recorder in regions.items():
            suffix = suffix_of(region, foundation)
            there: dict[str, Any] = {"provider": foundation.providers.elsewhere(region)}
            hub = make(
                SecurityhubAccount,
                f"security_hub{suffix}",
                enable_default_standards=False,
                control_finding_generator="SECURITY_CONTROL",
                depends_on=[recorder] if recorder else None,
                **there,
            )
            for standard in settings.standards:
                make(
                    SecurityhubStandardsSubscription,
                    f"{standard}{suffix}",
                    standards_arn=f"arn:aws:securityhub:{region}::{STANDARDS[standard]}",
                    depends_on=[hub],
                    **there,
                )
