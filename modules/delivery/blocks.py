"""HCL blocks of the delivery module."""

from pydantic import Field

from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.state.settings import StateSettings
from modules.foundation.settings import Settings


class DeliveryBlocks(Settings):
    """The blocks that say how the environment is shipped."""

    state: StateSettings = Field(default=StateSettings(), description="Where the Terraform state lies.")
    pipeline: PipelineSettings | None = Field(
        default=None, description="Which GitLab project may plan and apply; its roles come with `make bootstrap`."
    )
