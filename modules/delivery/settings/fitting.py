"""Whether the delivery wing's blocks fit what they stand on."""

from collections.abc import Iterator

from modules.compute.settings.blocks import ComputeBlocks
from modules.delivery.settings.blocks import DeliveryBlocks
from modules.foundation.refusals import Finding


def findings(blocks: DeliveryBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield the projects whose pipelines would be let in, where no server's tokens are trusted."""
    if blocks.pipeline:
        return
    named = [
        *((("service", name, "deployed_by"), each.deployed_by) for name, each in compute.service.items()),
        *((("repository", name, "pushed_by"), each.pushed_by) for name, each in compute.repository.items()),
    ]
    for at, project in named:
        if project:
            rule = "would be let in by tokens of a GitLab server, and the environment names none"
            yield Finding(at, project, rule, 'write `pipeline { project = "..." }`, or take it out')
