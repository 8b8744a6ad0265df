"""Addresses: one resource each."""

import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway

from modules.foundation.resources import Addresses, DuplicateAddressError


def test_two_resources_with_one_address_raise() -> None:
    """CDKTF itself would silently drop one of them."""
    stack = TerraformStack(App(), "x")
    addresses = Addresses()
    make = addresses.under(stack, "network")
    make(Eip, "nat_a")
    make(InternetGateway, "nat_a")  # another kind: another address
    with pytest.raises(DuplicateAddressError, match="Eip network_nat_a is in this stack twice"):
        addresses.under(TerraformStack(App(), "y"), "network")(Eip, "nat_a")
