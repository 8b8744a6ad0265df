"""Resources with readable addresses: `aws_subnet.network_public_a`, the module first, without a hash.

Terraform identifies a resource by its address: with another address, it destroys the resource and creates a new one.
CDKTF's own addresses end in a hash of the construct's path, and change when a construct moves.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from cdktf import TerraformElement, TerraformResource, TerraformResourceLifecycle
from constructs import Construct

Arguments = ParamSpec("Arguments")
Element = TypeVar("Element", bound=TerraformElement)


def address_of(resource: TerraformResource) -> str:
    """Return the address of a resource as text, for arguments that accept no reference after construction."""
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"


def kept_if(lasting: bool) -> TerraformResourceLifecycle | None:
    """Return the lifecycle of a resource that cannot be restored: Terraform will not destroy it.

    It no longer protects the resource once the resource is removed from the configuration; the guard on the plan does.
    """
    return TerraformResourceLifecycle(prevent_destroy=True) if lasting else None


class DuplicateAddressError(ValueError):
    """Two resources of a stack have the same address: one of them would be lost silently."""


class Addresses:
    """All addresses of one stack."""

    def __init__(self) -> None:
        self._taken: set[tuple[object, str]] = set()

    @property
    def types(self) -> frozenset[str]:
        """Terraform's types of the stack's resources and data sources."""
        found = {getattr(kind, "TF_RESOURCE_TYPE", None) for kind, _ in self._taken}
        return frozenset(each for each in found if each)

    def claim(self, kind: object, name: str) -> str:
        """Reserve the name for this type of resource and return it. Raises DuplicateAddressError."""
        if (kind, name) in self._taken:
            kind_name = getattr(kind, "__name__", kind)
            raise DuplicateAddressError(f"{kind_name} {name} is in this stack twice; give the second another name")
        self._taken.add((kind, name))
        return name

    def under(self, scope: Construct, prefix: str) -> "Resources":
        """Return a factory of resources in this scope, whose addresses begin with the prefix."""
        return Resources(self, scope, prefix)


class Resources:
    """Factory of resources: `make(Subnet, "public_a", cidr_block=...)` creates `aws_subnet.network_public_a`."""

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
        """Return a new resource (or data source, or output) of this type."""
        address = self._addresses.claim(kind, f"{self._prefix}_{name}".replace("-", "_"))
        # Resources of several types share a name (an address, a gateway, a route); construct IDs must be unique.
        element = kind(self._scope, f"{getattr(kind, '__name__', kind)}-{name}", *args, **kwargs)
        element.override_logical_id(address)
        return element
