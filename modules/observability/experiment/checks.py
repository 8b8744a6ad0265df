"""Checks of `experiment` blocks against the blocks that they are about."""

from collections.abc import Iterator

from modules.foundation.checks import unknown_labels, unknown_names
from modules.foundation.problems import Finding
from modules.foundation.settings import Label
from modules.observability.alarms.keys.alarm import Watched, unmet
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.experiment.settings import (
    MOST_TARGETS,
    ApiErrorsSettings,
    CutOffZoneSettings,
    ExperimentSettings,
    FailOverSettings,
    SlowDatabaseSettings,
    StopTasksSettings,
    TerminateInstancesSettings,
    TerminateNodesSettings,
)


def findings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield targets that do not exist, or cannot fail this way, and steady states without an alarm."""
    for label, experiment in blocks.experiment.items():
        at = ("experiment", label)
        if not blocks.alarms:
            rule = "requires an `alarms` block: its start is announced on the alarm topics"
            yield Finding(at, None, rule, 'write alarms { functions = ["slack-alarm"] }')
        fault = experiment.fault
        yield from (each.under(*at, fault) for each in _fault_findings(getattr(experiment, fault), blocks))
        yield from (each.under(*at, "steady_state") for each in _steady_state_findings(experiment, blocks))


def warnings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield faults after which no task would be left, so that an outage is certain."""
    for label, experiment in blocks.experiment.items():
        stopped = experiment.stop_tasks
        service = blocks.service.get(stopped.service) if stopped else None
        if stopped and service and stopped.of(service.count) >= service.count:
            rule = f"stops all tasks of a service that may have only {service.count}: an outage is certain"
            yield Finding(("experiment", label, "stop_tasks"), None, rule, "run more tasks, or stop fewer of them")


def _fault_findings(fault: object, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    match fault:
        case StopTasksSettings():
            yield from _stopped_findings(fault, blocks)
        case TerminateInstancesSettings():
            yield from _instance_findings(fault, blocks)
        case TerminateNodesSettings():
            yield from _node_findings(fault, blocks)
        case CutOffZoneSettings():
            yield from _zone_findings(("availability_zone",), fault.availability_zone, blocks)
        case FailOverSettings():
            yield from _database_findings(fault, blocks)
        case SlowDatabaseSettings():
            yield from _slow_findings(fault, blocks)
        case ApiErrorsSettings():
            yield from _call_findings(fault, blocks)


def _stopped_findings(fault: StopTasksSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("service",), "service", [fault.service], blocks.service)
    service = blocks.service.get(fault.service)
    if service is None:
        return
    if service.image is None:
        rule = "has no image, so none of its tasks runs"
        yield Finding(("service",), fault.service, rule, "write its image, or name another service")
    elif fault.percent and not fault.of(service.count):
        # [Targets for AWS FIS, Selection mode](https://docs.aws.amazon.com/fis/latest/userguide/targets.html).
        rule = f"of {service.count} tasks is less than one, and FIS rounds down"
        yield Finding(("percent",), fault.percent, rule, "write count = 1")
    elif fault.of(service.most) > MOST_TARGETS:
        rule = f"of up to {service.most} tasks is more than {MOST_TARGETS}, the quota of an account"
        yield Finding(("percent",), fault.percent, rule, f"write count = {MOST_TARGETS} or less")


def _instance_findings(fault: TerminateInstancesSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("ecs",), "ecs", [fault.ecs], blocks.ecs)
    cluster = blocks.ecs.get(fault.ecs)
    if cluster and not cluster.ec2:
        rule = "runs tasks on Fargate, which has no instances"
        remedy = 'write stop_tasks { service = "..." }, or name a cluster with an `ec2` block'
        yield Finding(("ecs",), fault.ecs, rule, remedy)
    if fault.availability_zone:
        yield from _zone_findings(("availability_zone",), fault.availability_zone, blocks)


def _node_findings(fault: TerminateNodesSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("eks",), "eks", [fault.eks], blocks.eks)
    cluster = blocks.eks.get(fault.eks)
    if cluster is None:
        return
    if fault.managed in cluster.self_managed:
        # "AWS FIS Actions reference, aws:eks:terminate-nodegroup-instances".
        rule = "is a self-managed node group, which FIS does not support"
        yield Finding(("managed",), fault.managed, rule, "name a `managed` block of the cluster")
    else:
        yield from unknown_names(("managed",), "managed", [fault.managed], cluster.managed)


def _zone_findings(at: tuple[str, ...], zone: str, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    if not blocks.network:
        yield Finding(at, zone, "requires a `network` block", "write one, or remove the experiment")
    elif zone not in blocks.network.availability_zones:
        zones = ", ".join(blocks.network.availability_zones)
        yield Finding(at, zone, f"is no Availability Zone of the network, which has {zones}", "write one of them")


def _database_findings(fault: FailOverSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("database",), "database", [fault.database], blocks.database)
    database = blocks.database.get(fault.database)
    if database is None:
        return
    if database.is_aurora and database.instances < 2 and not database.replica_scaling:
        # [FailoverDBCluster](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html):
        # one of the Aurora Replicas becomes the writer.
        rule = "has one instance: no other could become the writer"
        yield Finding(("database",), fault.database, rule, "write instances = 2 in its block")
    if not database.is_aurora and not database.multi_az:
        # [RebootDBInstance, ForceFailover]
        # (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html): only with Multi-AZ.
        rule = "has no standby to fail over to"
        yield Finding(("database",), fault.database, rule, "write multi_az = true in its block")


def _slow_findings(fault: SlowDatabaseSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("service",), "service", [fault.service], blocks.service)
    yield from unknown_names(("database",), "database", [fault.database], blocks.database)
    service = blocks.service.get(fault.service)
    if service and not service.fault_injection:
        rule = "has no SSM agent in its tasks, through which FIS would delay packets"
        yield Finding(("service",), fault.service, rule, "write `fault_injection` in its block")
    if service and fault.database in blocks.database and fault.database not in service.databases:
        rule = f"is not used by service {fault.service}"
        yield Finding(("database",), fault.database, rule, "name one of its `databases`")


def _call_findings(fault: ApiErrorsSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    yield from unknown_names(("service",), "service", [fault.service], blocks.service)
    service = blocks.service.get(fault.service)
    if service and not service.streams:
        # "AWS FIS Actions reference, aws:fis:inject-api-internal-error, service".
        rule = "puts records into no stream, and FIS lets only calls to EC2 and Kinesis fail"
        yield Finding(("service",), fault.service, rule, "name a service with `streams`")


def _steady_state_findings(experiment: ExperimentSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    steady_state, expanded = experiment.steady_state, blocks.expanded()
    assert steady_state is not None, "checked by the settings"
    for kind, label, _ in steady_state.blocks:
        yield from unknown_labels((kind,), kind, [label], getattr(expanded, kind))
    for kind, label, key, alarms in steady_state.written:
        known: dict[Label, object] = getattr(expanded, kind)
        if label not in known:
            continue
        if words := unmet(alarms, Watched(kind, label, known[label], expanded)):
            rule = f"would never stop the experiment: it is measured only if {words}"
            yield Finding((kind, label, key), None, rule, "choose another threshold")
