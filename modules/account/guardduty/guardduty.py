"""GuardDuty detectors of an account."""

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.guardduty_detector import GuarddutyDetector
from cdktf_cdktf_provider_aws.guardduty_detector_feature import (
    GuarddutyDetectorFeature,
    GuarddutyDetectorFeatureAdditionalConfiguration,
)
from constructs import Construct

from modules.account.guardduty.settings import FEATURES, Feature, GuardDutySettings
from modules.account.regions import suffix_of
from modules.foundation.foundation import Foundation
from modules.foundation.resources import kept_if

#: The agents that GuardDuty manages for Runtime Monitoring, in the order in which it returns them.
AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


class GuardDuty(Construct):
    """The `guardduty` block.

    Creates: a detector in each Region, and its features, enabled or disabled. In production, Terraform does not delete
    the detectors: their findings would be lost.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: GuardDutySettings, regions: Iterable[str], foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._make = foundation.resources(self, "account")
        for region in regions:
            detector = self._make(
                GuarddutyDetector,
                f"guardduty{suffix_of(region, foundation)}",
                enable=True,
                finding_publishing_frequency=settings.finding_publishing_frequency,
                provider=foundation.providers.elsewhere(region),
                lifecycle=kept_if(foundation.is_production),
            )
            for feature in FEATURES:
                self._create_feature(detector, feature, region, enabled=feature in settings.features)

    def _create_feature(self, detector: GuarddutyDetector, feature: Feature, region: str, *, enabled: bool) -> None:
        status = "ENABLED" if enabled else "DISABLED"
        self._make(
            GuarddutyDetectorFeature,
            f"{feature}{suffix_of(region, self._foundation)}",
            detector_id=detector.id,
            name=feature.upper(),
            status=status,
            additional_configuration=[
                GuarddutyDetectorFeatureAdditionalConfiguration(name=agent, status=status) for agent in AGENTS
            ]
            if feature == "runtime_monitoring"
            else None,
            provider=self._foundation.providers.elsewhere(region),
        )
