"""Defaults of an account: S3, EBS, instance metadata, ECR, and ECS."""

from collections.abc import Iterable
from typing import Any

from cdktf_cdktf_provider_aws.ebs_encryption_by_default import EbsEncryptionByDefault
from cdktf_cdktf_provider_aws.ec2_instance_metadata_defaults import Ec2InstanceMetadataDefaults
from cdktf_cdktf_provider_aws.ecr_registry_scanning_configuration import (
    EcrRegistryScanningConfiguration,
    EcrRegistryScanningConfigurationRule,
    EcrRegistryScanningConfigurationRuleRepositoryFilter,
)
from cdktf_cdktf_provider_aws.ecs_account_setting_default import EcsAccountSettingDefault
from cdktf_cdktf_provider_aws.s3_account_public_access_block import S3AccountPublicAccessBlock
from constructs import Construct

from modules.account.defaults.settings import DefaultsSettings
from modules.account.regions import suffix_of
from modules.foundation.foundation import Foundation

#: [PutRegistryScanningConfiguration]
#: (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html): enhanced
#: scanning can repeat the scan when new vulnerabilities are known, basic scanning scans only a push.
_FREQUENCIES = {"basic": "SCAN_ON_PUSH", "enhanced": "CONTINUOUS_SCAN"}


class Defaults(Construct):
    """The `defaults` block.

    Creates: the public access block of the account; in each Region, encryption of EBS volumes, defaults of instance
    metadata, the scanning configuration of the registry, and settings of ECS. Without a resource, Terraform restores
    AWS's default.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: DefaultsSettings, regions: Iterable[str], foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._make = foundation.resources(self, "account")
        self._settings = settings
        if settings.block_public_buckets:
            self._make(
                S3AccountPublicAccessBlock,
                "public_access",
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            )
        for region in regions:
            self._set_in(region)

    def _set_in(self, region: str) -> None:
        settings, make, suffix = self._settings, self._make, suffix_of(region, self._foundation)
        there: dict[str, Any] = {"provider": self._foundation.providers.elsewhere(region)}
        if settings.ebs_encryption:
            make(EbsEncryptionByDefault, f"ebs{suffix}", enabled=True, **there)
        if settings.http_tokens != "no-preference":
            make(Ec2InstanceMetadataDefaults, f"metadata{suffix}", http_tokens=settings.http_tokens, **there)
        if settings.ecr_scanning != "unchanged":
            make(
                EcrRegistryScanningConfiguration,
                f"images{suffix}",
                scan_type=settings.ecr_scanning.upper(),
                rule=[_scan_all(_FREQUENCIES[settings.ecr_scanning])],
                **there,
            )
        if settings.ecs_trunking:
            make(EcsAccountSettingDefault, f"trunking{suffix}", name="awsvpcTrunking", value="enabled", **there)
        if settings.container_insights:
            make(
                EcsAccountSettingDefault,
                f"container_insights{suffix}",
                name="containerInsights",
                value=settings.container_insights,
                **there,
            )


def _scan_all(frequency: str) -> EcrRegistryScanningConfigurationRule:
    every = EcrRegistryScanningConfigurationRuleRepositoryFilter(filter="*", filter_type="WILDCARD")
    return EcrRegistryScanningConfigurationRule(scan_frequency=frequency, repository_filter=[every])
