"""Checks of the delivery module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.compute.blocks import ComputeBlocks
from modules.data.blocks import DataBlocks
from modules.delivery.blocks import DeliveryBlocks
from modules.delivery.pipeline.settings import PipelineSettings
from modules.foundation.problems import Finding


def findings(blocks: DeliveryBlocks, data: DataBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what the pipeline's roles would have to let in, and must not."""
    if blocks.pipeline:
        yield from _passwords_in_previews(blocks.pipeline, data)
    else:
        yield from _let_in_by_no_server(compute)


def _passwords_in_previews(pipeline: PipelineSettings, data: DataBlocks) -> Iterator[Finding]:
    """Yield previews by which jobs of any branch could read a database's password, as a plan does."""
    kept = sorted(name for name, database in data.database.items() if database.keeps_password)
    if pipeline.previews and kept:
        rule = f"would let the jobs of every branch read the password of database {', '.join(kept)}, as a plan has to"
        yield Finding(("pipeline", "previews"), True, rule, "write previews = false")


def _let_in_by_no_server(compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield the projects whose pipelines would be let in, where no server's tokens are trusted."""
    named = [
        *((("service", name, "deployed_by"), each.deployed_by) for name, each in compute.service.items()),
        *((("repository", name, "pushed_by"), each.pushed_by) for name, each in compute.repository.items()),
    ]
    for at, project in named:
        if project:
            rule = "would be let in by tokens of a GitLab server, and the environment names none"
            yield Finding(at, project, rule, 'write `pipeline { project = "..." }`, or take it out')
