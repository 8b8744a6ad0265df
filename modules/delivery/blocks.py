"""HCL blocks of the delivery module."""

from pydantic import Field

from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.state.settings import StateSettings
from modules.observability.blocks import ObservabilityBlocks


class DeliveryBlocks(ObservabilityBlocks):
    """The blocks of the delivery module."""

    state: StateSettings = Field(default=StateSettings(), description="Where the Terraform state is stored.")
    pipeline: PipelineSettings | None = Field(
        default=None,
        description="The GitLab project that may plan and apply; `make bootstrap` creates its roles.",
    )
