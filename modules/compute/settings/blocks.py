"""The compute wing's chapter of an environment file."""

from modules.foundation.settings import Settings


class ComputeBlocks(Settings):
    """The blocks that the compute wing builds."""
