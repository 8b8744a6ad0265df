"""Terraform AWS providers: one for the environment's Region, and one for each other Region."""

from dataclasses import replace

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from modules.foundation.names import Names
from modules.foundation.settings import REGIONS


class Providers:
    """The AWS providers of one stack, all restricted to its account and with the same default tags.

    Every Region has a provider, used or not: when a resource is removed from the configuration, Terraform destroys it
    with the provider that created it, which must still be configured. Terraform does not start unused providers.
    """

    def __init__(self, stack: TerraformStack, *, names: Names, tags: dict[str, str]) -> None:
        self._stack = stack
        self._names = names
        #: The default tags, for resources that AWS creates by itself and Terraform does not tag.
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
        """Return the provider of a Region; its alias is the Region's name, except for the environment's own Region."""
        return self._own if region == self._names.region else self._others[region]

    def elsewhere(self, region: str) -> AwsProvider | None:
        """Return the provider of a Region, or None for the environment's own, which resources use without naming it."""
        return self._others.get(region)

    def _use(self, names: Names, alias: str | None = None) -> AwsProvider:
        return AwsProvider(
            self._stack,
            f"aws-{alias}" if alias else "aws",
            alias=alias,
            region=names.region,
            # Separates environments: Terraform rejects credentials of another account before it plans anything.
            allowed_account_ids=[names.account_id],
            default_tags=[AwsProviderDefaultTags(tags=self.tags)],
        )
