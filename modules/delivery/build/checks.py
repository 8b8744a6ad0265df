"""Checks of `build` blocks against the blocks that they name, and against the network."""

from collections.abc import Iterator

from modules.compute.keys.images import is_public
from modules.delivery.blocks import DeliveryBlocks
from modules.delivery.build.settings import BuildSettings
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_subnets, unreachable, unreachable_by_programs


def findings(blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield unknown names, events that arrive elsewhere, and AWS services that builds cannot reach."""
    for label, settings in blocks.build.items():
        for finding in (*_name_findings(settings, blocks), *_network_findings(settings, blocks)):
            yield finding.under("build", label)


def _name_findings(settings: BuildSettings, blocks: DeliveryBlocks) -> Iterator[Finding]:
    if settings.eks:
        yield from unknown_names(("eks", "cluster"), "eks", [settings.eks.cluster], blocks.eks)
    if not settings.repository:
        return
    if blocks.registry is None:
        yield from unknown_names(("repository",), "repository", [settings.repository], blocks.repository)
    elif settings.tags:
        # [Amazon ECR User Guide, Amazon ECR events and EventBridge]
        # (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html).
        rule = (
            f"would start no build: ECR sends its events in account {blocks.registry.account_id}, which has the images"
        )
        yield Finding(
            ("tags",), list(settings.tags), rule, "remove them; the application's pipeline can start the build"
        )
    elif settings.builds_images:
        rule = "cannot push: the repository belongs to another account"
        yield Finding(("builds_images",), True, rule, "build the image in the environment that has the repository")


def _network_findings(settings: BuildSettings, blocks: DeliveryBlocks) -> Iterator[Finding]:
    network = blocks.network
    if network is None:
        yield needs_subnets((), "app")
        return
    # CodeBuild itself pulls the image; AWS's own ones it has.
    if settings.image and not is_public(settings.image):
        yield from unreachable(("image",), ["ecr.api", "ecr.dkr"], network)
    called = ["logs", *(["eks"] if settings.eks else []), *(["ecr.api", "ecr.dkr"] if settings.builds_images else [])]
    yield from unreachable_by_programs((), called, network)
