"""EKS: the Auto Scaling group of each managed node group.

- AWS: the nodes of a managed node group are an Auto Scaling group named `eks-<node group>-<id>`, with the tags
  `eks:cluster-name` and `eks:nodegroup-name` ([AWS Managed Policy Reference, AWSServiceRoleForAmazonEKSNodegroup]
  (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSServiceRoleForAmazonEKSNodegroup.html) allows EKS
  to create no other). It is deleted with the node group, and DescribeNodegroup returns its current sizes, even if
  somebody else changed them ([NodegroupScalingConfig, desiredSize]
  (https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html)). Moto 5.2.5 names a group that
  does not exist. Added: the group, without instances.
- AWS: CreateNodegroup and UpdateNodegroupConfig reject a minimum above the desired size, and a desired size above the
  maximum. Moto accepts any. Added: the errors.
"""

from collections.abc import Callable, Mapping
from typing import Any

_Sizes = Mapping[str, int]


def install() -> None:
    """Give Moto's node groups their Auto Scaling groups."""
    from moto.eks.models import EKSBackend, Nodegroup

    from local_aws.extend import add, replace

    replace(Nodegroup, "scaling_config", property(_sizes, _request))
    add(EKSBackend, _with_group(EKSBackend.create_nodegroup), _with_its_group(EKSBackend.delete_nodegroup))
    add(EKSBackend, _resized(EKSBackend.update_nodegroup_config))


def _sizes(nodes: Any) -> _Sizes:
    """Return the sizes of the Auto Scaling group; before it exists, the requested ones."""
    group = nodes.__dict__.get("group")
    if group is None:
        requested: _Sizes = nodes.requested_sizes
        return requested
    return {"minSize": group.min_size, "maxSize": group.max_size, "desiredSize": group.desired_capacity}


def _request(nodes: Any, sizes: _Sizes) -> None:
    nodes.requested_sizes = sizes


def _with_group(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_nodegroup(backend: Any, **request: Any) -> Any:
        if request.get("scaling_config"):
            _require_order(request["scaling_config"])
        nodes = create(backend, **request)
        nodes.group = _group(nodes, backend.account_id)
        nodes.resources = {**nodes.resources, "autoScalingGroups": [{"name": nodes.group.name}]}
        return nodes

    return create_nodegroup


def _with_its_group(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_nodegroup(backend: Any, **request: Any) -> Any:
        nodes = delete(backend, **request)
        _autoscaling(backend.account_id, nodes.region).delete_auto_scaling_group(nodes.group.name)
        return nodes

    return delete_nodegroup


def _resized(update: Callable[..., Any]) -> Callable[..., Any]:
    def update_nodegroup_config(backend: Any, **request: Any) -> Any:
        nodes = backend.describe_nodegroup(request["cluster_name"], request["nodegroup_name"])
        sizes = {**nodes.scaling_config, **(request.get("scaling_config") or {})}
        _require_order(sizes)
        group = nodes.group
        group.min_size, group.max_size, group.desired_capacity = (
            sizes["minSize"],
            sizes["maxSize"],
            sizes["desiredSize"],
        )
        return update(backend, **request)

    return update_nodegroup_config


def _require_order(sizes: _Sizes) -> None:
    from moto.eks.exceptions import InvalidParameterException

    least, desired, most = sizes["minSize"], sizes["desiredSize"], sizes["maxSize"]
    if least > desired:
        raise InvalidParameterException(
            message=f"Minimum capacity {least} can't be greater than desired size {desired}"
        )
    if desired > most:
        raise InvalidParameterException(message=f"desired capacity {desired} can't be greater than max size {most}")


def _group(nodes: Any, account_id: str) -> Any:
    """Return the new Auto Scaling group of a node group."""
    backend = _autoscaling(account_id, nodes.region)
    sizes = nodes.requested_sizes
    group = _group_without_instances()(
        name=f"eks-{nodes.nodegroup_name}-{nodes.uuid}",
        availability_zones=[],
        desired_capacity=sizes["desiredSize"],
        max_size=sizes["maxSize"],
        min_size=sizes["minSize"],
        launch_config_name="",
        launch_template={},
        vpc_zone_identifier=",".join(nodes.subnets),
        default_cooldown=None,
        health_check_period=300,
        health_check_type=None,
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=[],
        autoscaling_backend=backend,
        ec2_backend=backend.ec2_backend,
        tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in _tags(nodes).items()],
        mixed_instances_policy=None,
        capacity_rebalance=False,
    )
    backend.autoscaling_groups[group.name] = group
    return group


def _tags(nodes: Any) -> dict[str, str]:
    """Return the tags that EKS gives the group, with which the Cluster Autoscaler finds it too."""
    cluster = nodes.cluster_name
    return {
        "eks:cluster-name": cluster,
        "eks:nodegroup-name": nodes.nodegroup_name,
        f"kubernetes.io/cluster/{cluster}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{cluster}": "owned",
    }


def _group_without_instances() -> type:
    from moto.autoscaling.models import FakeAutoScalingGroup

    class Nodes(FakeAutoScalingGroup):
        """An Auto Scaling group whose size is only a number: a managed node group's template has no image."""

        def set_desired_capacity(self, new_capacity: int | None) -> None:
            self.desired_capacity = self.min_size if new_capacity is None else new_capacity

    return Nodes


def _autoscaling(account_id: str, region: str) -> Any:
    from moto.autoscaling.models import autoscaling_backends

    return autoscaling_backends[account_id][region]
