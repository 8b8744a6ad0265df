"""Address ranges that together are more than anybody means."""

import ipaddress
from collections.abc import Iterable

#: The largest blocks that registries give away are /8: [IANA IPv4 Address Space Registry]
#: (https://www.iana.org/assignments/ipv4-address-space/ipv4-address-space.xhtml). What is larger is no office's.
WIDEST = 8


def too_wide(ranges: Iterable[ipaddress.IPv4Network]) -> list[ipaddress.IPv4Network]:
    """Return what the ranges make together that is larger than a /8, as both halves of everything are."""
    return [each for each in ipaddress.collapse_addresses(ranges) if each.prefixlen < WIDEST]
