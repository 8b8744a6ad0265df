"""Elastic Load Balancing: deletion protection.

AWS: DeleteLoadBalancer fails while deletion protection is enabled. Moto 5.2.5 stores the attribute and deletes anyway.
Added: the error.

The minute that a load balancer takes is caused by the provider: it waits 30 seconds before it first checks whether a
load balancer is active, after creating it and after setting its attributes. Moto returns `active` immediately.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Apply the deletion protection of Moto's load balancers."""
    from moto.elbv2.models import ELBv2Backend

    from local_aws.extend import add

    add(ELBv2Backend, _unless_protected(ELBv2Backend.delete_load_balancer))


def _unless_protected(delete: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_load_balancer(backend: Any, arn: str) -> None:
        from moto.elbv2.exceptions import ELBClientError

        load_balancer = backend.load_balancers.get(arn)
        if load_balancer and load_balancer.attrs.get("deletion_protection.enabled") == "true":
            message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", message)
        delete(backend, arn)

    return delete_load_balancer
