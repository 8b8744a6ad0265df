"""The access module of one environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.access.blocks import AccessBlocks
from modules.access.sign_in.sign_in import SignIn
from modules.access.vpn.vpn import Vpn
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule


class AccessModule(Construct):
    """Sign-in of the product's users, and the VPN of the team."""

    def __init__(
        self, scope: Construct, id: str, *, blocks: AccessBlocks, network: NetworkModule, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._sign_in: SignIn | None = None
        if blocks.sign_in:
            self._sign_in = SignIn(self, "sign-in", settings=blocks.sign_in, network=network, foundation=foundation)
            self._create_outputs(self._sign_in)
        #: The VPN, or None without a `vpn` block.
        self.vpn: Vpn | None = None
        if blocks.vpn:
            self.vpn = Vpn(self, "vpn", settings=blocks.vpn, network=network, foundation=foundation)
            TerraformOutput(
                TerraformStack.of(self), "vpn", value=self.vpn.outputs(), description="The VPN server and its instance."
            )

    @property
    def sign_in(self) -> SignIn:
        """The users. The checks have already rejected blocks that need them without a `sign_in` block."""
        assert self._sign_in is not None, "there is no sign_in block"
        return self._sign_in

    def _create_outputs(self, sign_in: SignIn) -> None:
        value = {
            "user_pool_id": sign_in.user_pool_id,
            "issuer": sign_in.issuer,
            "url": sign_in.url,
            "client_ids": sign_in.client_ids,
        }
        TerraformOutput(
            TerraformStack.of(self),
            "sign_in",
            value=value,
            description="User sign-in: what applications and services need to know about the user pool.",
        )
