"""Terraform's AWS provider: one for the environment's region, and one for each other region."""

from dataclasses import replace

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from modules.foundation.names import Names
from modules.foundation.settings import REGIONS


class Providers:
    """The AWS providers of one stack, all fenced into its account and tagging alike.

    Every region has one, used or not: a resource that is taken out of the configuration is destroyed by the provider
    that created it, which has to be there still. Terraform neither starts nor configures those that no resource uses.
    """

    def __init__(self, stack: TerraformStack, *, names: Names, tags: dict[str, str]) -> None:
        self._stack = stack
        self._names = names
        #: What every resource bears; for what AWS starts by itself, and Terraform does not tag.
        self.tags = {
            **tags,
            "product": names.product,
            "environment": names.environment,
            "managed_by": "terraform",
        }
        self._own = self._use(names)
        self._others = {
            region: self._use(replace(names, region=region), alias=region)
            for region in REGIONS
            if region != names.region
        }

    def in_region(self, region: str) -> AwsProvider:
        """Return the provider for a region, the same for all that ask; another region's has its name for an alias."""
        return self._own if region == self._names.region else self._others[region]

    def _use(self, names: Names, alias: str | None = None) -> AwsProvider:
        return AwsProvider(
            self._stack,
            f"aws-{alias}" if alias else "aws",
            alias=alias,
            region=names.region,
            # The fence between environments: credentials of another account are refused before anything is planned.
            allowed_account_ids=[names.account_id],
            default_tags=[AwsProviderDefaultTags(tags=self.tags)],
        )
