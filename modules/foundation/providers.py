"""Terraform's AWS provider: one for the environment's region, one more for each other region that something is in."""

from dataclasses import replace

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from modules.foundation.names import Names


class Providers:
    """The AWS providers of one stack, all fenced into its account and tagging alike."""

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
        self._others: dict[str, AwsProvider] = {}
        self._own = self._use(names)

    def in_region(self, region: str) -> AwsProvider:
        """Return the provider for a region, the same for all that ask; another region's has its name for an alias."""
        if region == self._names.region:
            return self._own
        if region not in self._others:
            self._others[region] = self._use(replace(self._names, region=region), alias=region)
        return self._others[region]

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
