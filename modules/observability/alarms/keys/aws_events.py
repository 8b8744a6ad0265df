"""Events of AWS services that notify somebody, as patterns of EventBridge rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.edge.blocks import EdgeBlocks
from modules.foundation.names import Names
from modules.observability.alarms.keys.alarm import Severity

Pattern = Mapping[str, Any]


@dataclass(frozen=True)
class AwsEvent:
    """An event that a rule sends to the topic of its severity."""

    severity: Severity
    source: str
    detail_types: tuple[str, ...]
    matches: Callable[[Names], Pattern]
    """The rest of the event pattern, restricted to resources of the environment by their names if it has any."""
    only_if: Callable[[EdgeBlocks], bool]
    description: str
    state: str | None = None
    """The state of the rule, if it is not ENABLED."""

    def pattern(self, names: Names) -> dict[str, Any]:
        """Return the event pattern."""
        return {"source": [self.source], "detail-type": list(self.detail_types), **self.matches(names)}


def _has_services(blocks: EdgeBlocks) -> bool:
    return bool(blocks.service)


def _has_databases(blocks: EdgeBlocks) -> bool:
    return bool(blocks.database)


def _has_instances(blocks: EdgeBlocks) -> bool:
    return bool(blocks.eks) or any(cluster.ec2 for cluster in blocks.ecs.values())


def _has_spot_instances(blocks: EdgeBlocks) -> bool:
    return any(group.capacity == "spot" for cluster in blocks.eks.values() for group in cluster.managed.values())


def _has_sessions_in_production(blocks: EdgeBlocks) -> bool:
    return blocks.tier == "production" and (blocks.developers is not None or blocks.has_session_hosts)


def _has_delivery(_: EdgeBlocks) -> bool:
    """Return False: the delivery module, which is above, creates the rule if the environment has such a block."""
    return False


def _begins(names: Names, prefix: str = "") -> list[dict[str, str]]:
    """Return the match of names, or of ARNs after `prefix`, that begin with the product and the environment."""
    return [{"prefix": f"{prefix}{names.of('')}"}]


def _database_events(*categories: str) -> Callable[[Names], Pattern]:
    return lambda names: {"detail": {"EventCategories": list(categories), "SourceIdentifier": _begins(names)}}


def _failed_deployments(names: Names) -> Pattern:
    services = f"arn:aws:ecs:{names.region}:{names.account_id}:service/"
    return {"resources": _begins(names, services), "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}}


def _failed_tasks(names: Names) -> Pattern:
    detail = {
        "clusterArn": _begins(names, f"arn:aws:ecs:{names.region}:{names.account_id}:cluster/"),
        "lastStatus": ["STOPPED"],
        # A service starts another task; if none can run, the alarm on missing tasks notifies once.
        "group": [{"anything-but": {"prefix": "service:"}}],
        "$or": [
            {"stopCode": ["TaskFailedToStart"]},
            {"stopCode": ["EssentialContainerExited"], "containers": {"exitCode": [{"anything-but": [0]}]}},
        ],
    }
    return {"detail": detail}


def _findings(names: Names) -> Pattern:
    detail = {
        "scan-status": ["COMPLETE"],
        "repository-name": [{"prefix": f"{names.product}/"}],
        "$or": [
            {"finding-severity-counts": {"CRITICAL": [{"exists": True}]}},
            {"finding-severity-counts": {"HIGH": [{"exists": True}]}},
        ],
    }
    return {"detail": detail}


def _failed_builds(names: Names) -> Pattern:
    """Return the match of builds of `build` blocks; those of pipelines are stages, whose failure the pipeline has."""
    failed = ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"]
    return {"detail": {"build-status": failed, "project-name": [{"prefix": names.of("build-")}]}}


#: By the name that `events_off` uses. The patterns are those of the pages that tests/aws_facts/events.toml cites.
EVENTS: Mapping[str, AwsEvent] = {
    "deployment_failed": AwsEvent(
        "warning",
        "aws.ecs",
        ("ECS Deployment State Change",),
        _failed_deployments,
        _has_services,
        "A deployment of a service failed, and ECS went back to the previous revision.",
    ),
    "task_failed": AwsEvent(
        "warning",
        "aws.ecs",
        ("ECS Task State Change",),
        _failed_tasks,
        lambda blocks: bool(blocks.scheduled_task) or _has_services(blocks),
        "A task that belongs to no service, for example a scheduled one, did not start or ended with an error.",
    ),
    "image_findings": AwsEvent(
        "warning",
        "aws.ecr",
        ("ECR Image Scan",),
        _findings,
        lambda blocks: bool(blocks.repository),
        "Basic scanning of an image found a vulnerability of severity critical or high; in the account that has the "
        "repositories, for all environments.",
    ),
    "build_failed": AwsEvent(
        "warning",
        "aws.codebuild",
        ("CodeBuild Build State Change",),
        _failed_builds,
        _has_delivery,
        "A build failed, or somebody stopped it. After a failed rolling update, the previous image runs.",
    ),
    "site_pipeline_failed": AwsEvent(
        "warning",
        "aws.codepipeline",
        ("CodePipeline Pipeline Execution State Change",),
        lambda names: {"detail": {"state": ["FAILED"], "pipeline": [{"prefix": names.of("site-")}]}},
        _has_delivery,
        "The pipeline of a site failed, or somebody rejected its pages: the site is as it was.",
    ),
    "database_failure": AwsEvent(
        "critical",
        "aws.rds",
        ("RDS DB Instance Event", "RDS DB Cluster Event"),
        _database_events("failure"),
        _has_databases,
        "A database has failed.",
    ),
    "database_failover": AwsEvent(
        "warning",
        "aws.rds",
        ("RDS DB Instance Event", "RDS DB Cluster Event"),
        _database_events("failover"),
        _has_databases,
        "Another instance of a database has become the writer.",
    ),
    "database_maintenance": AwsEvent(
        "info",
        "aws.rds",
        ("RDS DB Instance Event", "RDS DB Cluster Event"),
        _database_events("maintenance"),
        _has_databases,
        "AWS works on a database, or will.",
    ),
    "instance_launch_failed": AwsEvent(
        "warning",
        "aws.autoscaling",
        ("EC2 Instance Launch Unsuccessful",),
        # The groups of managed node groups have names of EKS: eks-NODEGROUP-ID.
        lambda names: {"detail": {"AutoScalingGroupName": [*_begins(names), {"prefix": "eks-"}]}},
        _has_instances,
        "An Auto Scaling group could not launch an instance, for example for lack of capacity; of managed node groups, "
        "also those of other environments in the account.",
    ),
    "spot_interruption": AwsEvent(
        "info",
        "aws.ec2",
        ("EC2 Spot Instance Interruption Warning",),
        lambda _: {},
        _has_spot_instances,
        "EC2 takes a Spot Instance back in two minutes; of any environment in the account.",
    ),
    "backup_failed": AwsEvent(
        "warning",
        "aws.backup",
        ("Backup Job State Change",),
        lambda names: {"detail": {"state": ["FAILED", "ABORTED", "EXPIRED"], "backupVaultName": _begins(names)}},
        lambda blocks: blocks.backup is not None,
        "A backup was not made.",
    ),
    "backup_copy_failed": AwsEvent(
        "warning",
        "aws.backup",
        ("Copy Job State Change",),
        lambda _: {"detail": {"state": ["FAILED"]}},
        lambda blocks: blocks.backup is not None and blocks.backup.copy_to_region is not None,
        "A backup was not copied to the other Region; of any environment in the account.",
    ),
    "session_started": AwsEvent(
        "info",
        "aws.ssm",
        ("AWS API Call via CloudTrail",),
        lambda _: {"detail": {"eventName": ["StartSession"]}},
        _has_sessions_in_production,
        "Somebody opened a session with an instance or a task of production; of any environment in the account. "
        "EventBridge gets this event only if the account has a CloudTrail trail.",
    ),
    "key_deletion": AwsEvent(
        "critical",
        "aws.kms",
        ("AWS API Call via CloudTrail",),
        lambda _: {"detail": {"eventName": ["ScheduleKeyDeletion", "DisableKey"]}},
        lambda _: True,
        "Somebody disabled a KMS key or scheduled its deletion, which makes all that it encrypts unreadable; of any "
        "environment in the account. EventBridge gets this event only if the account has a CloudTrail trail.",
    ),
}
