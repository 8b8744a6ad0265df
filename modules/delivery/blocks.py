"""HCL blocks of the delivery module."""

from dataclasses import replace

from pydantic import Field

from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.state.settings import StateSettings
from modules.foundation.names import Names
from modules.observability.blocks import ObservabilityBlocks


class DeliveryBlocks(ObservabilityBlocks):
    """The blocks of the delivery module."""

    state: StateSettings = Field(default=StateSettings(), description="Where the Terraform state is stored.")
    pipeline: PipelineSettings | None = Field(
        default=None,
        description="The GitLab project that may plan and apply; `make bootstrap` creates its roles.",
    )

    @property
    def names(self) -> Names:
        """The names of the environment's resources in AWS."""
        return replace(super().names, has_boundary=self.pipeline is not None)
