"""Checks of `site_pipeline` blocks against the sites that they publish."""

from collections.abc import Iterator

from modules.delivery.blocks import DeliveryBlocks
from modules.foundation.checks import unknown_labels
from modules.foundation.problems import Finding


def findings(blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield pipelines of sites that do not exist, and connections of another account or Region."""
    yield from unknown_labels(("site_pipeline",), "site", blocks.site_pipeline, blocks.site)
    for label, settings in blocks.site_pipeline.items():
        if settings.connection_arn:
            region, account_id = settings.connection_arn.split(":")[3:5]
            if (region, account_id) != (blocks.region, blocks.account_id):
                rule = f"is a connection of account {account_id} in {region}, which CodePipeline cannot use here"
                remedy = f"write one of {blocks.account_id} in {blocks.region}"
                yield Finding(("site_pipeline", label, "connection_arn"), settings.connection_arn, rule, remedy)
