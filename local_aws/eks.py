"""EKS: settings of clusters and node groups, and the updates that clients wait for.

- AWS: a cluster stores its access configuration and its upgrade policy, creates a security group for itself and its
  nodes, returns the VPC that it is in, and has its own OIDC issuer. Moto 5.2.5 drops the first two, creates no group,
  repeats the request's VPC configuration, and gives all clusters one issuer. Added: all of it.
- AWS: UpdateClusterConfig, UpdateClusterVersion, and UpdateNodegroupVersion return an update, which DescribeUpdate
  describes. Moto returns the cluster for the first, and has none of the others. Added: updates complete immediately.
- AWS: a node group stores its update configuration, and has no remote access and, with a launch template, no disk size
  unless requested. Moto drops the former and invents the others. Added: the requested settings.
- AWS: TagResource and UntagResource accept everything that belongs to a cluster. Moto accepts clusters. Added: the
  others.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from local_aws.extend import add, respond

_Answer = dict[str, Any]


def install() -> None:
    """Add the operations to Moto's EKS, and correct clusters and node groups."""
    from moto.eks.models import EKSBackend
    from moto.eks.responses import EKSResponse
    from moto.eks.urls import url_paths

    # Everything under a cluster: botocore's model of the service determines the operation.
    url_paths["{0}/clusters/(?P<name>[^/]+)/(?P<rest>.+)$"] = EKSResponse.dispatch
    add(EKSResponse, _complete(EKSResponse.create_cluster), _without_group(EKSResponse.delete_cluster))
    add(EKSResponse, update_cluster_config, update_cluster_version, describe_update)
    add(EKSResponse, _as_requested(EKSResponse.create_nodegroup), update_nodegroup_version)
    add(EKSBackend, tag_resource, untag_resource)


def below(cluster: Any, what: str) -> dict[Any, Any]:
    """Return the resources of the cluster, by key; they are deleted with the cluster."""
    found: dict[Any, Any] = cluster.__dict__.setdefault(what, {})
    return found


def update_cluster_config(response: Any) -> Any:
    """UpdateClusterConfig."""
    cluster = response.eks_backend.describe_cluster(name=response._get_param("name"))
    cluster.resources_vpc_config |= response._get_param("resourcesVpcConfig") or {}
    cluster.access_config |= response._get_param("accessConfig") or {}
    cluster.upgrade_policy |= response._get_param("upgradePolicy") or {}
    cluster.logging = response._get_param("logging") or cluster.logging
    return _updated("ConfigUpdate")


def update_cluster_version(response: Any) -> Any:
    """UpdateClusterVersion."""
    cluster = response.eks_backend.describe_cluster(name=response._get_param("name"))
    cluster.version = response._get_param("version")
    return _updated("VersionUpdate")


def update_nodegroup_version(response: Any) -> Any:
    """UpdateNodegroupVersion."""
    group = response.eks_backend.describe_nodegroup(
        cluster_name=response._get_param("name"), nodegroup_name=response._get_param("nodegroupName")
    )
    version = response._get_param("version")
    if version:
        group.version, group.release_version = version, _release(version)
    group.release_version = response._get_param("releaseVersion") or group.release_version
    group.launch_template = response._get_param("launchTemplate") or group.launch_template
    return _updated("VersionUpdate")


def describe_update(response: Any) -> Any:
    """DescribeUpdate: the update is complete."""
    return _updated("ConfigUpdate", response._get_param("updateId"))


def tag_resource(backend: Any, resource_arn: str, tags: dict[str, str]) -> None:
    """TagResource."""
    _tags(backend, resource_arn).update(tags)


def untag_resource(backend: Any, resource_arn: str, tag_keys: Any) -> None:
    """UntagResource."""
    for key in [tag_keys] if isinstance(tag_keys, str) else tag_keys:
        _tags(backend, resource_arn).pop(key, None)


def _complete(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store the settings of a new cluster that Moto drops, and create what EKS creates."""

    def create_cluster(response: Any) -> Any:
        answer = create(response)
        cluster = answer.result["cluster"]
        access = response._get_param("accessConfig") or {}
        cluster.access_config = {
            "authenticationMode": access.get("authenticationMode", "CONFIG_MAP"),
            "bootstrapClusterCreatorAdminPermissions": access.get("bootstrapClusterCreatorAdminPermissions", True),
        }
        cluster.upgrade_policy = response._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
        issuer = f"https://oidc.eks.{response.region}.amazonaws.com/id/{uuid.uuid4().hex.upper()}"
        cluster.identity = {"oidc": {"issuer": issuer}}
        cluster.resources_vpc_config = _vpc_config(response, cluster)
        return answer

    return create_cluster


def _vpc_config(response: Any, cluster: Any) -> _Answer:
    ec2 = _ec2(response)
    requested: _Answer = cluster.resources_vpc_config
    vpc_id = ec2.get_subnet(requested["subnetIds"][0]).vpc_id
    description = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes"
    group = ec2.create_security_group(f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().hex[:8]}", description, vpc_id)
    defaults = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
    return {"securityGroupIds": [], **defaults, **requested, "clusterSecurityGroupId": group.id, "vpcId": vpc_id}


def _without_group(delete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Delete the cluster's security group with it."""

    def delete_cluster(response: Any) -> Any:
        answer = delete(response)
        _ec2(response).delete_security_group(
            group_id=answer.result["cluster"].resources_vpc_config["clusterSecurityGroupId"]
        )
        return answer

    return delete_cluster


def _as_requested(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store a node group's update configuration, and only requested settings."""

    def create_nodegroup(response: Any) -> Any:
        answer = create(response)
        group = answer.result["nodegroup"]
        group.update_config = response._get_param("updateConfig") or {"maxUnavailable": 1}
        group.remote_access = response._get_param("remoteAccess")
        group.resources = {"autoScalingGroups": group.resources["autoScalingGroups"]}
        cluster = response.eks_backend.describe_cluster(name=group.cluster_name)
        group.version = response._get_param("version") or cluster.version
        group.release_version = response._get_param("releaseVersion") or _release(group.version)
        if group.launch_template:
            group.disk_size = response._get_int_param("diskSize")
        return answer

    return create_nodegroup


def _release(version: str) -> str:
    return f"{version}.0-20250101"


def _updated(kind: str, update_id: str | None = None) -> Any:
    update = {"id": update_id or str(uuid.uuid4()), "status": "Successful", "type": kind, "params": [], "errors": []}
    return respond({"update": update})


def _tags(backend: Any, arn: str) -> _Answer:
    from moto.eks.exceptions import ResourceNotFoundException

    for found, tags in _all_tags(backend):
        if found == arn:
            return tags
    raise ResourceNotFoundException(message=f"The specified resource {arn} was not found")


def _all_tags(backend: Any) -> Iterator[tuple[str, _Answer]]:
    """Yield the ARN and the tags of every resource."""
    for cluster in backend.clusters.values():
        yield cluster.arn, cluster.tags
        yield from ((group.arn, group.tags) for group in cluster.nodegroups.values())
        yield from ((each.fargate_profile_arn, each.tags) for each in cluster.fargate_profiles.values())
        for what, arn in (
            ("addons", "addonArn"),
            ("access_entries", "accessEntryArn"),
            ("associations", "associationArn"),
        ):
            yield from ((each[arn], each["tags"]) for each in below(cluster, what).values())


def _ec2(response: Any) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[response.current_account][response.region]
