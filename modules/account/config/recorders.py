"""AWS Config recorders of an account."""

from collections.abc import Iterable
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.config_configuration_recorder import (
    ConfigConfigurationRecorder,
    ConfigConfigurationRecorderRecordingGroup,
    ConfigConfigurationRecorderRecordingGroupExclusionByResourceTypes,
    ConfigConfigurationRecorderRecordingGroupRecordingStrategy,
    ConfigConfigurationRecorderRecordingMode,
)
from cdktf_cdktf_provider_aws.config_configuration_recorder_status import ConfigConfigurationRecorderStatus
from cdktf_cdktf_provider_aws.config_delivery_channel import ConfigDeliveryChannel
from cdktf_cdktf_provider_aws.iam_service_linked_role import IamServiceLinkedRole
from constructs import Construct

from modules.account.config.settings import ConfigSettings
from modules.account.regions import suffix_of
from modules.foundation.foundation import Foundation

#: The name that AWS gives the only recorder and the only delivery channel of a Region.
NAME = "default"


class ConfigRecorders(Construct):
    """The `config` block.

    Creates: the service-linked role of AWS Config; in each Region a recorder, its delivery channel to the log bucket,
    and its status. A recorder can only be started once it has a channel, and a channel only be deleted once the
    recorder is stopped; the dependencies are in that order.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: ConfigSettings, regions: Iterable[str], foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._make = foundation.resources(self, "account")
        self._settings = settings
        self._prefix = foundation.log_bucket.grant_config_delivery()
        self._role = self._make(IamServiceLinkedRole, "config", aws_service_name="config.amazonaws.com")
        #: The dependencies of what needs a recorder that runs, by Region.
        self.ready: dict[str, ITerraformDependable] = {region: self._record(region) for region in regions}

    def _record(self, region: str) -> ITerraformDependable:
        make, suffix = self._make, suffix_of(region, self._foundation)
        there: dict[str, Any] = {"provider": self._foundation.providers.elsewhere(region)}
        bucket = self._foundation.log_bucket.bucket
        recorder = make(
            ConfigConfigurationRecorder,
            f"config{suffix}",
            name=NAME,
            role_arn=self._role.arn,
            recording_group=self._recorded(region),
            recording_mode=ConfigConfigurationRecorderRecordingMode(
                recording_frequency=self._settings.recording_frequency
            ),
            **there,
        )
        channel = make(
            ConfigDeliveryChannel,
            f"config{suffix}",
            name=NAME,
            s3_bucket_name=bucket.id,
            s3_key_prefix=self._prefix,
            depends_on=[recorder, bucket.ready],
            **there,
        )
        return make(
            ConfigConfigurationRecorderStatus,
            f"config{suffix}",
            name=recorder.name,
            is_enabled=True,
            depends_on=[channel],
            **there,
        )

    def _recorded(self, region: str) -> ConfigConfigurationRecorderRecordingGroup:
        """Return what a Region records: users, roles, and policies of IAM, which are the same in all, in only one.

        [RecordingGroup, exclusionByResourceTypes]
        (https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html).
        """
        iam = () if region == self._foundation.names.region else _IAM
        excluded = [*self._settings.exclude, *(each for each in iam if each not in self._settings.exclude)]
        if not excluded:
            return ConfigConfigurationRecorderRecordingGroup(all_supported=True, include_global_resource_types=True)
        return ConfigConfigurationRecorderRecordingGroup(
            all_supported=False,
            exclusion_by_resource_types=[
                ConfigConfigurationRecorderRecordingGroupExclusionByResourceTypes(resource_types=excluded)
            ],
            recording_strategy=[
                ConfigConfigurationRecorderRecordingGroupRecordingStrategy(use_only="EXCLUSION_BY_RESOURCE_TYPES")
            ],
        )


_IAM = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")
