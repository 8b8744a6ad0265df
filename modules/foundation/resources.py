"""Resources under addresses that people read: `aws_subnet.network_public_a`, the module first, no hash behind.

An address is a promise: Terraform knows a resource by it, so another address is another resource, and the old one
is destroyed. CDKTF's own addresses end in a hash of the construct's path and change when a construct moves.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from cdktf import TerraformElement, TerraformResourceLifecycle
from constructs import Construct

Arguments = ParamSpec("Arguments")
Element = TypeVar("Element", bound=TerraformElement)


def kept_if(lasting: bool) -> TerraformResourceLifecycle | None:
    """Return the lifecycle of a resource whose loss cannot be mended: Terraform refuses to destroy it.

    It protects nothing once the resource's own block is gone; the guard on the plan is for that.
    """
    return TerraformResourceLifecycle(prevent_destroy=True) if lasting else None


class DuplicateAddressError(ValueError):
    """Two resources of a stack were given one address: one of them would be lost without a word."""


class Addresses:
    """All addresses of one stack."""

    def __init__(self) -> None:
        self._taken: set[tuple[object, str]] = set()

    def claim(self, kind: object, name: str) -> str:
        """Return the name, now taken for this kind of resource. Raises DuplicateAddressError."""
        if (kind, name) in self._taken:
            kind_name = getattr(kind, "__name__", kind)
            raise DuplicateAddressError(f"{kind_name} {name} is made twice in this stack; give the second another name")
        self._taken.add((kind, name))
        return name

    def under(self, scope: Construct, prefix: str) -> "Resources":
        """Return a maker of resources in this scope, whose addresses begin with the prefix."""
        return Resources(self, scope, prefix)


class Resources:
    """Makes resources: `make(Subnet, "public_a", cidr_block=...)` is `aws_subnet.network_public_a`."""

    def __init__(self, addresses: Addresses, scope: Construct, prefix: str) -> None:
        self._addresses = addresses
        self._scope = scope
        self._prefix = prefix

    def __call__(
        self,
        kind: Callable[Concatenate[Construct, str, Arguments], Element],
        name: str,
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Element:
        """Return a new resource (or data source, or output) of this kind."""
        address = self._addresses.claim(kind, f"{self._prefix}_{name}".replace("-", "_"))
        # Resources of several kinds bear one name (an address, a gateway, a route); construct ids may not repeat.
        element = kind(self._scope, f"{getattr(kind, '__name__', kind)}-{name}", *args, **kwargs)
        element.override_logical_id(address)
        return element
