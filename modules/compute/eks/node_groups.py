"""Managed node groups, self-managed node groups, and Fargate profiles."""

import base64

from cdktf import Fn, ITerraformDependable, TerraformLocal, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupTag,
)
from cdktf_cdktf_provider_aws.eks_fargate_profile import EksFargateProfile, EksFargateProfileSelector
from cdktf_cdktf_provider_aws.eks_node_group import (
    EksNodeGroup,
    EksNodeGroupLaunchTemplate,
    EksNodeGroupScalingConfig,
    EksNodeGroupTaint,
    EksNodeGroupUpdateConfig,
)
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate
from constructs import Construct

from modules.autoscaling.groups import GroupScaling
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.eks.keys.fargate import FargateProfileSettings
from modules.compute.eks.keys.nodes import ManagedSettings, NodesSettings, SelfManagedSettings
from modules.compute.eks.launch_templates import OwnNodes, make_template
from modules.compute.eks.prerequisites import NodePrerequisites
from modules.compute.eks.user_data import user_data
from modules.compute.keys.instance_types import Architecture
from modules.foundation.names import replaceable

#: [Create nodes with optimized Amazon Linux AMIs]
#: (https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html): AMI types of EKS.
AMI_TYPES: dict[Architecture, str] = {"arm64": "AL2023_ARM_64_STANDARD", "x86_64": "AL2023_x86_64_STANDARD"}
#: Names of taint effects in the EKS API.
EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}


class ManagedNodes(Construct):
    """A managed node group, whose nodes EKS starts, drains, and replaces.

    Creates: launch template, node group; with a `scaling` block its policies and schedules.

    The name includes everything that EKS cannot change (UpdateNodegroupConfig and UpdateNodegroupVersion do not accept
    it). The nodes of a new group start before those of the old one are drained. It starts with as many nodes, because
    EKS waits at most five minutes for a node to drain ([Delete a managed node group from your cluster]
    (https://docs.aws.amazon.com/eks/latest/userguide/delete-managed-node-group.html)).
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: ManagedSettings, prerequisites: NodePrerequisites
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._prerequisites = prerequisites
        self._make = prerequisites.foundation.resources(self, "eks")
        self._address = f"{prerequisites.label}_{name}"
        #: The name of the launch template and of the nodes.
        self.name = prerequisites.foundation.names.of(f"eks-{prerequisites.label}-{name}")
        group = self._create_group(name)
        self.arn = group.arn
        self.ready: ITerraformDependable = group

    def _create_group(self, name: str) -> EksNodeGroup:
        settings, prerequisites = self._settings, self._prerequisites
        fewest, most = settings.bounds
        ami_type, capacity_type = AMI_TYPES[settings.architecture], settings.capacity.upper()
        fixed = {
            "ami_type": ami_type,
            "capacity_type": capacity_type,
            "instance_types": settings.instance_types,
            "zones": prerequisites.zones(settings.availability_zones),
        }
        template = self._create_template()
        group = self._make(
            EksNodeGroup,
            self._address,
            cluster_name=prerequisites.plane.cluster.name,
            node_group_name=replaceable(name, fixed),
            node_role_arn=prerequisites.managed_role.arn,
            subnet_ids=prerequisites.subnet_ids(settings.availability_zones),
            version=prerequisites.version,
            release_version=settings.release_version,
            ami_type=ami_type,
            capacity_type=capacity_type,
            instance_types=list(settings.instance_types),
            labels=dict(settings.labels) or None,
            taint=[
                EksNodeGroupTaint(key=taint.key, value=taint.value or None, effect=EFFECTS[taint.effect])
                for taint in settings.taint
            ],
            launch_template=EksNodeGroupLaunchTemplate(
                id=template.id, version=template.get_string_attribute("latest_version")
            ),
            scaling_config=EksNodeGroupScalingConfig(
                min_size=fewest, max_size=most, desired_size=prerequisites.running.desired_size(name, fewest, most)
            ),
            update_config=EksNodeGroupUpdateConfig(max_unavailable_percentage=settings.max_unavailable_percentage),
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                # Schedules also change min_size and max_size; a change here takes effect when the next schedule ends.
                ignore_changes=["scaling_config"] if _is_scheduled(settings) else None,
            ),
            depends_on=[*prerequisites.managed_role.ready, *prerequisites.before_nodes],
        )
        if settings.scaling:
            self._scale(group)
        return group

    def _create_template(self) -> LaunchTemplate:
        text = user_data(self._settings, joining=None, proxy=self._prerequisites.proxy_variables)
        return make_template(
            self._make,
            self._address,
            name=self.name,
            settings=self._settings,
            user_data=base64.b64encode(text.encode()).decode(),
            foundation=self._prerequisites.foundation,
        )

    def _scale(self, group: EksNodeGroup) -> None:
        assert self._settings.scaling is not None
        GroupScaling(
            self,
            "scaling",
            settings=self._settings.scaling,
            group_name=group.resources.get(0).autoscaling_groups.get(0).name,
            make=self._make,
            names=self._prerequisites.foundation.names,
            name=self._address,
        )


class SelfManagedNodes(Construct):
    """A self-managed node group.

    Creates: launch template, Auto Scaling group; with a `scaling` block its policies and schedules.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: SelfManagedSettings, prerequisites: NodePrerequisites
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._prerequisites = prerequisites
        self._make = prerequisites.foundation.resources(self, "eks")
        self._address = f"{prerequisites.label}_{name}"
        self._name = prerequisites.foundation.names.of(f"eks-{prerequisites.label}-{name}")
        self.ready: ITerraformDependable = self._create_group()
        if settings.scaling:
            self._scale(settings.scaling)

    def _create_group(self) -> AutoscalingGroup:
        settings, prerequisites = self._settings, self._prerequisites
        fewest, most = settings.bounds
        template = self._create_template()
        return self._make(
            AutoscalingGroup,
            self._address,
            name=self._name,
            min_size=fewest,
            max_size=most,
            vpc_zone_identifier=prerequisites.subnet_ids(settings.availability_zones),
            launch_template=AutoscalingGroupLaunchTemplate(
                id=template.id, version=template.get_string_attribute("latest_version")
            ),
            instance_refresh=_one_after_another() if settings.instance_refresh else None,
            tag=self._tags(),
            lifecycle=TerraformResourceLifecycle(ignore_changes=_ignored_changes(settings)),
            # Nodes need the access entry of the role to join, and the add-ons to be ready.
            depends_on=[*prerequisites.own_role.ready, prerequisites.own_entry, *prerequisites.before_nodes],
        )

    def _create_template(self) -> LaunchTemplate:
        prerequisites, settings = self._prerequisites, self._settings
        own = OwnNodes(
            image_id=settings.ami_id or newest_image(prerequisites.version, settings.architecture),
            instance_type=settings.instance_type,
            profile_arn=prerequisites.own_profile_arn,
            security_group_id=prerequisites.plane.node_group_id,
        )
        # A local value: as the argument of a function, it would have to be quoted for Terraform.
        text = self._make(
            TerraformLocal,
            f"{self._address}_user_data",
            user_data(settings, joining=prerequisites.joining, proxy=prerequisites.proxy_variables),
        )
        return make_template(
            self._make,
            self._address,
            name=self._name,
            settings=settings,
            user_data=Fn.base64encode(text.as_string),
            foundation=prerequisites.foundation,
            own=own,
        )

    def _tags(self) -> list[AutoscalingGroupTag]:
        """Return the group's tags: it does not get those of the provider, and its nodes use the launch template's."""
        cluster = self._prerequisites.plane.name
        own = {**self._prerequisites.foundation.providers.tags, "Name": self._name}
        if self._settings.scaling is None:
            # [Cluster Autoscaler on AWS, Auto-Discovery Setup]
            # (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#auto-discovery-setup);
            # EKS sets them on managed node groups.
            own |= {"k8s.io/cluster-autoscaler/enabled": "true", f"k8s.io/cluster-autoscaler/{cluster}": "owned"}
        tags = [AutoscalingGroupTag(key=key, value=value, propagate_at_launch=False) for key, value in own.items()]
        # [Create self-managed Amazon Linux nodes]
        # (https://docs.aws.amazon.com/eks/latest/userguide/launch-workers.html): the tag with which the cluster
        # identifies its nodes.
        return [
            *tags,
            AutoscalingGroupTag(key=f"kubernetes.io/cluster/{cluster}", value="owned", propagate_at_launch=True),
        ]

    def _scale(self, settings: ScalingSettings) -> None:
        GroupScaling(
            self,
            "scaling",
            settings=settings,
            group_name=self._name,
            make=self._make,
            names=self._prerequisites.foundation.names,
            name=self._address,
        )


class FargatePods(Construct):
    """A Fargate profile in the app subnets; Fargate does not accept subnets with a route to an internet gateway.

    Creates: Fargate profile.

    Profiles are immutable ([CreateFargateProfile]
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html)), so the name includes all
    settings. The new profile exists before the old one is deleted; EKS then deletes the pods of the old one, and they
    are scheduled on the new one ([Delete a Fargate profile]
    (https://docs.aws.amazon.com/eks/latest/userguide/delete-fargate-profile.html)).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: FargateProfileSettings,
        prerequisites: NodePrerequisites,
    ) -> None:
        super().__init__(scope, id)
        make = prerequisites.foundation.resources(self, "eks")
        fixed = {
            "selectors": [each.model_dump() for each in settings.selector],
            "zones": prerequisites.zones(settings.availability_zones),
        }
        self.ready: ITerraformDependable = make(
            EksFargateProfile,
            f"{prerequisites.label}_{name}",
            cluster_name=prerequisites.plane.cluster.name,
            fargate_profile_name=replaceable(name, fixed),
            pod_execution_role_arn=prerequisites.fargate_role.arn,
            subnet_ids=prerequisites.subnet_ids(settings.availability_zones),
            selector=[
                EksFargateProfileSelector(namespace=each.namespace, labels=dict(each.labels) or None)
                for each in settings.selector
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            depends_on=[*prerequisites.fargate_role.ready],
        )


def newest_image(version: str, architecture: Architecture) -> str:
    """Return a reference to the latest AMI, which EC2 resolves at each launch.

    A new AMI therefore changes no plan and no running node. [Retrieve recommended Amazon Linux AMI IDs]
    (https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html).
    """
    path = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/standard/recommended/image_id"
    return f"resolve:ssm:{path}"


def _is_scheduled(settings: NodesSettings) -> bool:
    return settings.scaling is not None and settings.scaling.is_scheduled


def _ignored_changes(settings: SelfManagedSettings) -> list[str]:
    """Return what changes outside of Terraform: the desired capacity, and with schedules the minimum and maximum.

    [UpdateAutoScalingGroup, MinSize]
    (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html): a minimum above the
    desired capacity raises the desired capacity.
    """
    return ["desired_capacity", *(("min_size", "max_size") if _is_scheduled(settings) else ())]


def _one_after_another() -> AutoscalingGroupInstanceRefresh:
    """Return an instance refresh after a change of the launch template, of at most a tenth of the nodes at once."""
    return AutoscalingGroupInstanceRefresh(
        strategy="Rolling", preferences=AutoscalingGroupInstanceRefreshPreferences(min_healthy_percentage=90)
    )
