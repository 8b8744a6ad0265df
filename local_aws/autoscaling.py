"""EC2 Auto Scaling: instance refreshes, policies as requested, and names that are unique within a group.

- AWS: StartInstanceRefresh replaces the instances of a group one after another, DescribeInstanceRefreshes returns the
  progress, and CancelInstanceRefresh stops it. Moto 5.2.5 has none of them. Added: a refresh is complete as soon as it
  has started, since emulated instances cannot differ; therefore there is never one to cancel.
- AWS: a scaling policy is enabled by default, and only a predictive one has a predictive configuration. Moto omits the
  former and gives every policy an empty one of the latter. Added: the policy as requested.
- AWS: names of policies and of scheduled actions are unique within their group. Moto has one list of each, and a policy
  of one group replaces that of another. Added: a name belongs to its group.
- AWS: an instance that is no longer protected from scale in is terminated if the group exceeds its desired capacity.
  Moto keeps it, and a group whose instances were protected never becomes empty. Added: it is terminated immediately.
"""

import uuid
from collections.abc import Callable
from typing import Any

from local_aws.extend import add, respond

_GROUP = "AutoScalingGroupName"


def install() -> None:
    """Add the operations to Moto's Auto Scaling."""
    from moto.autoscaling.models import AutoScalingBackend
    from moto.autoscaling.responses import AutoScalingResponse

    add(AutoScalingResponse, _as_requested(AutoScalingResponse.put_scaling_policy), delete_policy)
    add(AutoScalingBackend, _unique_in_group(AutoScalingBackend.put_scaling_policy), delete_scheduled_action)
    add(AutoScalingBackend, _action_unique_in_group(AutoScalingBackend.put_scheduled_update_group_action))
    add(AutoScalingResponse, _then_scaled_in(AutoScalingResponse.set_instance_protection))
    add(AutoScalingResponse, start_instance_refresh, describe_instance_refreshes, cancel_instance_refresh)


def _as_requested(put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store whether a policy is enabled, and only configurations that it has."""

    def put_scaling_policy(response: Any) -> Any:
        answer = put(response)
        policy = response.autoscaling_backend.policies[_policy_key(response)]
        enabled = response._get_param("Enabled")
        policy.enabled = True if enabled is None else enabled
        policy.predictive_scaling_configuration = policy.predictive_scaling_configuration or None
        return answer

    return put_scaling_policy


def _unique_in_group(put: Callable[..., Any]) -> Callable[..., Any]:
    def put_scaling_policy(backend: Any, **request: Any) -> Any:
        policy = put(backend, **request)
        backend.policies[policy.auto_scaling_group_name, policy.name] = backend.policies.pop(policy.name)
        return policy

    return put_scaling_policy


def delete_policy(response: Any) -> Any:
    """DeletePolicy."""
    from moto.core.responses import EmptyResult

    response.autoscaling_backend.policies.pop(_policy_key(response), None)
    return EmptyResult()


def _policy_key(response: Any) -> tuple[str, str]:
    return response._get_param(_GROUP), response._get_param("PolicyName")


def _action_unique_in_group(put: Callable[..., Any]) -> Callable[..., Any]:
    def put_scheduled_update_group_action(backend: Any, **request: Any) -> Any:
        action = put(backend, **request)
        name = action.scheduled_action_name
        backend.scheduled_actions[action.auto_scaling_group_name, name] = backend.scheduled_actions.pop(name)
        return action

    return put_scheduled_update_group_action


def delete_scheduled_action(backend: Any, auto_scaling_group_name: str, scheduled_action_name: str) -> None:
    """DeleteScheduledAction."""
    from moto.autoscaling.exceptions import ValidationError

    if not backend.scheduled_actions.pop((auto_scaling_group_name, scheduled_action_name), None):
        raise ValidationError("Scheduled action name not found")


def _then_scaled_in(protect: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reduce a group to its desired capacity."""

    def set_instance_protection(response: Any) -> Any:
        answer = protect(response)
        backend, name = response.autoscaling_backend, response._get_param(_GROUP)
        backend.set_desired_capacity(name, backend.autoscaling_groups[name].desired_capacity)
        return answer

    return set_instance_protection


def start_instance_refresh(response: Any) -> Any:
    """StartInstanceRefresh."""
    from moto.core.utils import utcnow

    now = utcnow()
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        _GROUP: response._get_param(_GROUP),
        "Status": "Successful",
        "StartTime": now,
        "EndTime": now,
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
        "Preferences": response._get_param("Preferences") or {},
    }
    _refreshes(response).append(refresh)
    return respond({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(response: Any) -> Any:
    """DescribeInstanceRefreshes: newest first, as in AWS."""
    ids = response._get_param("InstanceRefreshIds") or []
    found = [each for each in reversed(_refreshes(response)) if not ids or each["InstanceRefreshId"] in ids]
    return respond({"InstanceRefreshes": found})


def cancel_instance_refresh(response: Any) -> Any:
    """CancelInstanceRefresh: a completed refresh cannot be canceled."""
    from moto.autoscaling.exceptions import AutoscalingClientError

    _refreshes(response)
    message = "No in progress or pending Instance Refresh found"
    raise AutoscalingClientError("ActiveInstanceRefreshNotFound", message)


def _refreshes(response: Any) -> list[dict[str, Any]]:
    """Return the refreshes of the requested group, as a mutable list."""
    from moto.autoscaling.exceptions import ValidationError

    name = response._get_param(_GROUP)
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise ValidationError("AutoScalingGroup name not found - null")
    refreshes: list[dict[str, Any]] = group.__dict__.setdefault("instance_refreshes", [])
    return refreshes
