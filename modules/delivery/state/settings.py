"""The `state` block: where the environment's Terraform state is stored."""

from pydantic import Field

from modules.foundation.settings import Region, Settings


class StateSettings(Settings):
    """The `state` block: the object key of the state, and the Region of the account's state bucket."""

    key: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/._-]{0,200}$",
        examples=["agora/dev/terraform.tfstate"],
        description="The key of the state in the account's state bucket; <product>/<environment>/terraform.tfstate by "
        "default. A change moves the state.",
    )
    region: Region | None = Field(
        default=None,
        description="The Region of the state bucket, the same for all environments of an account; the environment's "
        "Region by default.",
    )
