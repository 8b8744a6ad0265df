"""Resources that an account has in each of its Regions."""

from modules.foundation.foundation import Foundation


def suffix_of(region: str, foundation: Foundation) -> str:
    """Return what an address in the Region ends in: nothing in the Region of the state bucket."""
    return "" if region == foundation.names.region else f"_{region}"
