"""Replication of images to other Regions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cdktf_cdktf_provider_aws.ecr_replication_configuration import (
    EcrReplicationConfiguration,
    EcrReplicationConfigurationReplicationConfiguration,
    EcrReplicationConfigurationReplicationConfigurationRule,
    EcrReplicationConfigurationReplicationConfigurationRuleDestination,
    EcrReplicationConfigurationReplicationConfigurationRuleRepositoryFilter,
)
from constructs import Construct

from modules.compute.keys.images import repository_name
from modules.compute.repository.repository import Copy, Repository
from modules.compute.repository.settings import RepositorySettings
from modules.foundation.foundation import Foundation
from modules.foundation.kms import Key


class Replication(Construct):
    """Replication of every pushed image to the Regions that its repository names.

    Creates: for each Region a key and the repositories, which ECR would otherwise create without their settings; the
    registry's one replication configuration.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Mapping[str, RepositorySettings], foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._make = foundation.resources(self, "repository")
        copied = {
            region: [label for label, each in settings.items() if region in each.replicate_to_regions]
            for region in sorted({region for each in settings.values() for region in each.replicate_to_regions})
        }
        repositories = [
            Repository(
                self, f"{label}-{copy.region}", name=label, settings=settings[label], foundation=foundation, copy=copy
            )
            for copy in map(self._copy_to, copied)
            for label in copied[copy.region]
        ]
        self._make(
            EcrReplicationConfiguration,
            "copies",
            replication_configuration=EcrReplicationConfigurationReplicationConfiguration(
                rule=[self._rule(region, labels) for region, labels in copied.items()]
            ),
            depends_on=[repository.ready for repository in repositories],
        )

    def _copy_to(self, region: str) -> Copy:
        provider = self._foundation.providers.in_region(region)
        key = Key(
            self,
            f"key-{region}",
            make=self._foundation.resources(self, f"repository_{region}"),
            names=replace(self._foundation.names, region=region),
            purpose="images",
            protected=self._foundation.is_production,
            provider=provider,
        )
        return Copy(region, provider, key)

    def _rule(self, region: str, labels: Iterable[str]) -> EcrReplicationConfigurationReplicationConfigurationRule:
        names = self._foundation.names
        return EcrReplicationConfigurationReplicationConfigurationRule(
            destination=[
                EcrReplicationConfigurationReplicationConfigurationRuleDestination(
                    region=region, registry_id=names.account_id
                )
            ],
            repository_filter=[
                EcrReplicationConfigurationReplicationConfigurationRuleRepositoryFilter(
                    filter=repository_name(label, names.product), filter_type="PREFIX_MATCH"
                )
                for label in labels
            ],
        )
