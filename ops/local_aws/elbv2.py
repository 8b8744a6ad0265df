"""Elastic Load Balancing: a load balancer that is there at once.

AWS: CreateLoadBalancer answers `provisioning`, and after some minutes the load balancer is `active`. Moto 5.2.5
says `provisioning` to the first question and `active` to the next, and the provider waits a minute between two.
Added: `active` from the start.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let Moto's load balancers be active."""
    from moto.elbv2.models import ELBv2Backend

    from ops.local_aws.extend import add

    add(ELBv2Backend, _active(ELBv2Backend.create_load_balancer))


def _active(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_load_balancer(backend: Any, *arguments: Any, **request: Any) -> Any:
        load_balancer = create(backend, *arguments, **request)
        load_balancer.activate()
        return load_balancer

    return create_load_balancer
