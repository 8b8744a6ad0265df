"""What the fault of an experiment acts on, in the terms of AWS FIS."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf_cdktf_provider_aws.fis_experiment_template import (
    FisExperimentTemplateTargetFilter,
    FisExperimentTemplateTargetResourceTag,
)

from modules.compute.module import ComputeModule
from modules.compute.task.keys.fault_injection import TAG
from modules.data.module import DataModule
from modules.foundation.names import Names
from modules.foundation.policies import Condition, Statement, allow
from modules.network.module import NetworkModule
from modules.observability.experiment.keys.faults import (
    ANY,
    API_ERRORS,
    CUT_OFF_SUBNETS,
    FAIL_OVER_CLUSTER,
    REBOOT_INSTANCES,
    SLOW_CALLS,
    STOP_TASKS,
    TERMINATE_INSTANCES,
    TERMINATE_NODES,
    Fault,
)
from modules.observability.experiment.settings import (
    ApiErrorsSettings,
    CutOffZoneSettings,
    ExperimentSettings,
    FailOverSettings,
    SlowDatabaseSettings,
    StopTasksSettings,
    TerminateInstancesSettings,
    TerminateNodesSettings,
)

#: "AWS FIS Actions reference, aws:ecs:task-network-latency": the SSM document, which belongs to AWS.
LATENCY_DOCUMENT = "AWSFIS-Run-Network-Latency-ECS"


@dataclass(frozen=True)
class Context:
    """The constructs that have the targets."""

    names: Names
    network: NetworkModule
    data: DataModule
    compute: ComputeModule

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in the environment's account and Region."""
        return f"arn:aws:{service}:{self.names.region}:{self.names.account_id}:{resource}"


@dataclass(frozen=True)
class Target:
    """The resources of a fault."""

    fault: Fault
    chosen_by: Mapping[str, Any]
    """The arguments of the target that say which resources: ARNs, tags with filters, or parameters."""
    arns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The resources of the role's statements, by the names that the fault has for them."""
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    """What restricts these statements further, by the same names."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the action, without its duration."""
    selection_mode: str = "ALL"

    def statements(self) -> list[Statement]:
        """Return the permissions that the fault needs, for these resources."""
        return [
            allow(
                permission.sid,
                actions=permission.actions,
                resources=["*"] if permission.on == ANY else self.arns[permission.on],
                condition=permission.condition or self.conditions.get(permission.on),
            )
            for permission in self.fault.permissions
        ]


def target_of(experiment: ExperimentSettings, context: Context) -> Target:
    """Return what the experiment's fault acts on."""
    settings = getattr(experiment, experiment.fault)
    return _TARGETS[type(settings)](settings, context)


def _tasks(settings: StopTasksSettings, context: Context) -> Target:
    service = context.compute.services[settings.service]
    cluster = context.compute.clusters[service.settings.cluster]
    return Target(
        STOP_TASKS,
        {"parameters": {"cluster": cluster.name, "service": service.name}},
        arns={
            "all_tasks": [context.arn("ecs", f"task/{cluster.name}/*")],
            "tasks": [context.arn("ecs", f"task/{cluster.name}/*")],
        },
        # [Amazon ECS Developer Guide, Tagging Amazon ECS resources]
        # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html): ECS tags the tasks of a
        # service with its name.
        conditions={"tasks": {"StringEquals": {"aws:ResourceTag/aws:ecs:serviceName": service.name}}},
        selection_mode=settings.selection_mode,
    )


def _instances(settings: TerminateInstancesSettings, context: Context) -> Target:
    instances = context.compute.clusters[settings.ecs].instances
    assert instances is not None, "checked by the block"
    zone = settings.availability_zone
    filters = {
        "State.Name": "running",
        **({"Placement.AvailabilityZone": f"{context.names.region}{zone}"} if zone else {}),
    }
    return Target(
        TERMINATE_INSTANCES,
        {
            "resource_tag": [FisExperimentTemplateTargetResourceTag(key="Name", value=instances.name)],
            "filter": [FisExperimentTemplateTargetFilter(path=path, values=[value]) for path, value in filters.items()],
        },
        selection_mode=settings.selection_mode,
        **_named(instances.name, context),
    )


def _nodes(settings: TerminateNodesSettings, context: Context) -> Target:
    group = context.compute.eks[settings.eks].managed[settings.managed]
    named = _named(group.name, context)
    return Target(
        TERMINATE_NODES,
        {"resource_arns": [group.arn]},
        arns={**named["arns"], "groups": [group.arn]},
        conditions=named["conditions"],
        parameters={"instanceTerminationPercentage": str(settings.percent)},
    )


def _named(name: str, context: Context) -> dict[str, Any]:
    """Return the ARNs and conditions of instances that the launch template gives this name."""
    return {
        "arns": {"instances": [context.arn("ec2", "instance/*")]},
        "conditions": {"instances": {"StringEquals": {"aws:ResourceTag/Name": name}}},
    }


def _subnets(settings: CutOffZoneSettings, context: Context) -> Target:
    vpc, zone = context.network.vpc, settings.availability_zone
    tiers = (vpc.public, vpc.app, vpc.data, vpc.endpoint)
    subnets = [context.arn("ec2", f"subnet/{tier.ids[zone]}") for tier in tiers if tier]
    return Target(
        CUT_OFF_SUBNETS,
        {"resource_arns": subnets},
        arns={
            "subnets": subnets,
            "vpc": [context.arn("ec2", f"vpc/{vpc.vpc_id}")],
            "access_lists": [context.arn("ec2", "network-acl/*")],
            "prefix_lists": [context.arn("ec2", "prefix-list/*")],
        },
        parameters={"scope": settings.scope},
    )


def _database(settings: FailOverSettings, context: Context) -> Target:
    database = context.data.databases[settings.database]
    kind = "cluster" if database.settings.is_aurora else "db"
    arns = [context.arn("rds", f"{kind}:{database.identifier}")]
    return Target(
        FAIL_OVER_CLUSTER if database.settings.is_aurora else REBOOT_INSTANCES,
        {"resource_arns": arns},
        arns={"databases": arns},
        parameters={} if database.settings.is_aurora else {"forceFailover": "true"},
    )


def _slow(settings: SlowDatabaseSettings, context: Context) -> Target:
    service, database = context.compute.services[settings.service], context.data.databases[settings.database]
    cluster = context.compute.clusters[service.settings.cluster]
    return Target(
        SLOW_CALLS,
        {"parameters": {"cluster": cluster.name, "service": service.name}},
        arns={
            "tasks": [context.arn("ecs", f"task/{cluster.name}/*")],
            "container_instances": [context.arn("ecs", f"container-instance/{cluster.name}/*")],
            "documents": [f"arn:aws:ssm:{context.names.region}::document/{LATENCY_DOCUMENT}"],
            "managed_instances": [context.arn("ssm", "managed-instance/*")],
        },
        conditions={"managed_instances": {"StringEquals": {f"aws:ResourceTag/{TAG[0]}": TAG[1]}}},
        parameters={
            "delayMilliseconds": str(settings.delay_milliseconds),
            "jitterMilliseconds": str(settings.jitter_milliseconds),
            "flowsPercent": str(settings.percent),
            "sources": database.host,
            # "Use the AWS FIS aws:ecs:task actions, Requirements": always on Fargate.
            "useEcsFaultInjectionEndpoints": "true",
        },
    )


def _calls(settings: ApiErrorsSettings, context: Context) -> Target:
    role = context.compute.services[settings.service].task.task_role
    return Target(
        API_ERRORS[settings.error],
        {"resource_arns": [role.arn]},
        arns={"experiments": [context.arn("fis", "experiment/*")]},
        # [AWS Fault Injection Service policy examples]
        # (https://docs.aws.amazon.com/fis/latest/userguide/security_iam_id-based-policy-examples.html).
        conditions={"experiments": {"StringEquals": {"fis:Service": "kinesis"}}},
        parameters={
            "service": "kinesis",
            "operations": ",".join(settings.operations),
            "percentage": str(settings.percent),
        },
    )


_TARGETS: Mapping[type, Callable[[Any, Context], Target]] = {
    StopTasksSettings: _tasks,
    TerminateInstancesSettings: _instances,
    TerminateNodesSettings: _nodes,
    CutOffZoneSettings: _subnets,
    FailOverSettings: _database,
    SlowDatabaseSettings: _slow,
    ApiErrorsSettings: _calls,
}
