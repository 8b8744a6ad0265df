"""RDS: parameter groups that are read back, subnet groups that change, and event subscriptions.

- AWS: DescribeDBParameters and DescribeDBClusterParameters return the source of each value (`user` if it was set), and
  only values of the requested source. Moto 5.2.5 returns no source, so that the provider never finds its own
  parameters. Added: values that were set have the source `user`. The engine's own parameters, hundreds per family, are
  not listed.
- AWS: ResetDBParameterGroup and ResetDBClusterParameterGroup restore defaults. Moto has neither. Added.
- AWS: ModifyDBSubnetGroup changes a group. Moto loses the group. Added: it is kept.
- AWS: ModifyEventSubscription, and subscriptions are enabled by default. Moto has no such operation and the opposite
  default. Added: both.
"""

from collections.abc import Callable, Iterable
from typing import Any

from local_aws.extend import add, respond


def install() -> None:
    """Correct Moto's groups and subscriptions."""
    from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, RDSBackend
    from moto.rds.responses import RDSResponse

    add(DBParameterGroup, update_parameters)
    add(DBClusterParameterGroup, update_cluster_parameters)
    add(RDSResponse, describe_db_parameters, describe_db_cluster_parameters)
    add(RDSResponse, reset_db_parameter_group, reset_db_cluster_parameter_group, modify_event_subscription)
    add(RDSBackend, _staying(RDSBackend.modify_db_subnet_group))
    add(RDSBackend, _enabled(RDSBackend.create_event_subscription))


def update_parameters(group: Any, new_parameters: Iterable[dict[str, Any]]) -> None:
    """Set parameters of an instance parameter group."""
    for parameter in new_parameters:
        group.parameters[parameter["ParameterName"]].update(parameter, Source="user", IsModifiable=True)


def update_cluster_parameters(group: Any, new_parameters: Iterable[dict[str, Any]]) -> None:
    """Set parameters of a cluster parameter group."""
    update_parameters(group, new_parameters)


def describe_db_parameters(response: Any) -> Any:
    """DescribeDBParameters: only parameters that were set."""
    return _parameters(response, _group(response))


def describe_db_cluster_parameters(response: Any) -> Any:
    """DescribeDBClusterParameters: only parameters that were set."""
    return _parameters(response, _cluster_group(response))


def reset_db_parameter_group(response: Any) -> Any:
    """ResetDBParameterGroup."""
    group = _group(response)
    _reset(response, group)
    return respond({"DBParameterGroupName": group.name})


def reset_db_cluster_parameter_group(response: Any) -> Any:
    """ResetDBClusterParameterGroup."""
    group = _cluster_group(response)
    _reset(response, group)
    return respond({"DBClusterParameterGroupName": group.name})


def modify_event_subscription(response: Any) -> Any:
    """ModifyEventSubscription: topic, source type, categories, and whether it is enabled."""
    params = response.params
    (subscription,) = response.backend.describe_event_subscriptions(params["SubscriptionName"])
    changes = {
        "sns_topic_arn": params.get("SnsTopicArn"),
        "source_type": params.get("SourceType"),
        "event_categories": params.get("EventCategories"),
        "enabled": params.get("Enabled"),
    }
    for attribute, value in changes.items():
        if value is not None:
            setattr(subscription, attribute, value)
    return respond({"EventSubscription": subscription})


def _staying(modify: Callable[..., Any]) -> Callable[..., Any]:
    def modify_db_subnet_group(backend: Any, subnet_name: str, description: str, subnets: list[Any]) -> Any:
        group = modify(backend, subnet_name, description, subnets)
        backend.subnet_groups[subnet_name] = group
        return group

    return modify_db_subnet_group


def _enabled(create: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def create_event_subscription(backend: Any, kwargs: Any) -> Any:
        subscription = create(backend, kwargs)
        subscription.enabled = kwargs.get("enabled") is not False
        return subscription

    return create_event_subscription


def _group(response: Any) -> Any:
    from moto.rds.exceptions import DBParameterGroupNotFoundError

    name = response.params["DBParameterGroupName"]
    if name not in response.backend.db_parameter_groups:
        raise DBParameterGroupNotFoundError(name)
    return response.backend.db_parameter_groups[name]


def _cluster_group(response: Any) -> Any:
    (group,) = response.backend.describe_db_cluster_parameter_groups(response.params["DBClusterParameterGroupName"])
    return group


def _parameters(response: Any, group: Any) -> Any:
    source = response.params.get("Source") or "user"
    found = [parameter for parameter in group.parameters.values() if parameter["Source"] == source]
    return respond({"Parameters": found})


def _reset(response: Any, group: Any) -> None:
    if response.params.get("ResetAllParameters"):
        group.parameters.clear()
    for parameter in response.params.get("Parameters") or []:
        group.parameters.pop(parameter["ParameterName"], None)
