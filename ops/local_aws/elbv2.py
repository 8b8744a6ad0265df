"""Elastic Load Balancing: a load balancer that is there at once, and one that is protected.

- AWS: CreateLoadBalancer answers `provisioning`, and after some minutes the load balancer is `active`. Moto 5.2.5
  says `provisioning` to the first question and `active` to the next, and the provider waits a minute between two.
  Added: `active` from the start.
- AWS: DeleteLoadBalancer refuses while deletion protection is on. Moto keeps the attribute and deletes. Added: the
  refusal.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let Moto's load balancers be active, and stay as long as they are protected."""
    from moto.elbv2.models import ELBv2Backend

    from ops.local_aws.extend import add

    add(ELBv2Backend, _active(ELBv2Backend.create_load_balancer))
    add(ELBv2Backend, _unless_protected(ELBv2Backend.delete_load_balancer))


def _active(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_load_balancer(backend: Any, *arguments: Any, **request: Any) -> Any:
        load_balancer = create(backend, *arguments, **request)
        load_balancer.activate()
        return load_balancer

    return create_load_balancer


def _unless_protected(delete: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_load_balancer(backend: Any, arn: str) -> None:
        from moto.elbv2.exceptions import ELBClientError

        load_balancer = backend.load_balancers.get(arn)
        if load_balancer and load_balancer.attrs.get("deletion_protection.enabled") == "true":
            told = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", told)
        delete(backend, arn)

    return delete_load_balancer
