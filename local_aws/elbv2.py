"""Elastic Load Balancing: a load balancer that is protected.

AWS: DeleteLoadBalancer refuses while deletion protection is on. Moto 5.2.5 keeps the attribute and deletes. Added:
the refusal.

The minute that a load balancer takes is the provider's: it waits 30 seconds before it first asks whether one is
active, after making it and after setting its attributes. Moto answers `active` to the first question already.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let Moto's load balancers stay as long as they are protected."""
    from moto.elbv2.models import ELBv2Backend

    from local_aws.extend import add

    add(ELBv2Backend, _unless_protected(ELBv2Backend.delete_load_balancer))


def _unless_protected(delete: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_load_balancer(backend: Any, arn: str) -> None:
        from moto.elbv2.exceptions import ELBClientError

        load_balancer = backend.load_balancers.get(arn)
        if load_balancer and load_balancer.attrs.get("deletion_protection.enabled") == "true":
            told = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", told)
        delete(backend, arn)

    return delete_load_balancer
