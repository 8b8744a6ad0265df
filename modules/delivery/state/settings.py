"""The `state` block: where the environment's Terraform state lies."""

from pydantic import Field

from modules.foundation.settings import Region, Settings


class StateSettings(Settings):
    """The `state` block; without it the state lies in the environment's region under a key of its own."""

    key: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/._-]{0,200}$",
        examples=["agora/dev/terraform.tfstate"],
        description="The state's object in the account's state bucket; <product>/<environment>/terraform.tfstate "
        "by default. To change it is to move the state.",
    )
    region: Region | None = Field(
        default=None,
        description="The state bucket's region, the same for all environments of an account; their region by default.",
    )
