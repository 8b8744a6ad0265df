"""ECS: managed draining of capacity providers.

- AWS: UpdateCapacityProvider also changes managedDraining. Moto 5.2.5 keeps the value of CreateCapacityProvider, and
  returns none if that had none. Added: the change, and AWS's default, ENABLED.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Correct Moto's capacity providers."""
    from moto.ecs.models import CapacityProvider

    from local_aws.extend import add

    add(CapacityProvider, _with_draining(CapacityProvider.update))
    add(CapacityProvider, _draining_by_default(CapacityProvider._prepare_asg_provider))


def _with_draining(change: Callable[..., None]) -> Callable[..., None]:
    def update(provider: Any, asg_details: dict[str, Any]) -> None:
        change(provider, asg_details)
        if "managedDraining" in asg_details:
            provider.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]

    return update


def _draining_by_default(prepare: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def _prepare_asg_provider(provider: Any, asg_details: dict[str, Any]) -> dict[str, Any]:
        return {"managedDraining": "ENABLED", **prepare(provider, asg_details)}

    return _prepare_asg_provider
