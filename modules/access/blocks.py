"""HCL blocks of the access module."""

from pydantic import Field

from modules.access.sign_in.settings import SignInSettings
from modules.access.vpn.settings import VpnSettings
from modules.network.blocks import NetworkBlocks


class AccessBlocks(NetworkBlocks):
    """The blocks that the access module builds."""

    sign_in: SignInSettings | None = Field(default=None, description="The product's users and how they sign in.")
    vpn: VpnSettings | None = Field(
        default=None, description="An OpenVPN server, through which people reach databases and other private endpoints."
    )
