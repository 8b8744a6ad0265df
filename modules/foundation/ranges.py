"""Address ranges that together are implausibly large."""

import ipaddress
from collections.abc import Iterable

#: The largest blocks that IANA allocates are /8: [IANA IPv4 Address Space Registry]
#: (https://www.iana.org/assignments/ipv4-address-space/ipv4-address-space.xhtml). A larger range is not an office's.
WIDEST = 8


def too_wide(ranges: Iterable[ipaddress.IPv4Network]) -> list[ipaddress.IPv4Network]:
    """Return the combined ranges that are larger than a /8, for example 0.0.0.0/1 and 128.0.0.0/1 together."""
    return [each for each in ipaddress.collapse_addresses(ranges) if each.prefixlen < WIDEST]
