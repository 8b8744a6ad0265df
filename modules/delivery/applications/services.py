"""What the pipeline of an application may do with its service."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modules.compute.keys.images import Registry, repository_arn
from modules.delivery.pipeline.recording import publishing_statements, recording_statements
from modules.foundation.names import AUDIT, Names
from modules.foundation.policies import Condition, Statement, allow

if TYPE_CHECKING:
    # For the type checker only, so that an environment without services does not import the service constructs.
    from modules.compute.service.service import Service

#: The stream of the audit log for releases.
RELEASE = "release"


def deploy_statements(
    service: "Service", registry: Registry, names: Names, *, message_key_arn: str | None
) -> list[Statement]:
    """Return the statements to release this service with `python -m ops release`, with its roles only.

    The resources and conditions are those of [Actions, resources, and condition keys for Amazon Elastic Container
    Service]
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html).
    """
    return [
        *_image_statements(service, registry),
        *_revision_statements(service),
        # A task definition of another family has the roles of another service.
        allow(
            "RollOut",
            actions=["ecs:UpdateService"],
            resources=[service.arn],
            condition={"ArnLikeIfExists": {"ecs:task-definition": [service.task.family_arn, _revisions(service)]}},
        ),
        *_watch_statements(service),
        *_history_statements(names),
        *(publishing_statements(names, "info", "critical", key_arn=message_key_arn) if message_key_arn else []),
    ]


def _image_statements(service: "Service", registry: Registry) -> Iterator[Statement]:
    """Yield the statement to read the image and what its scan found; ECS itself pulls with the execution role."""
    actions = ["ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer"]
    yield allow("Image", actions=actions, resources=[repository_arn(service.task.image, registry)])


def _revision_statements(service: "Service") -> Iterator[Statement]:
    """Yield the statements to register revisions, and to run the migration with one."""
    task = service.task
    # The action has no resource types. Task definitions contain no secrets.
    yield allow("Draft", actions=["ecs:DescribeTaskDefinition"], resources=["*"])
    yield allow("Register", actions=["ecs:RegisterTaskDefinition"], resources=[_revisions(service)])
    yield allow(
        "Tag",
        actions=["ecs:TagResource"],
        resources=[_revisions(service)],
        condition={"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
    )
    yield allow(
        "HandRolesOn",
        actions=["iam:PassRole"],
        resources=[task.execution_role.plain_arn, task.task_role.plain_arn],
        condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )
    if service.settings.migration:
        yield allow("Migrate", actions=["ecs:RunTask"], resources=[_revisions(service)], condition=_in_cluster(service))


def _watch_statements(service: "Service") -> Iterator[Statement]:
    """Yield the statements to follow a deployment."""
    yield allow("Watch", actions=["ecs:DescribeServices"], resources=[service.arn])
    # The resource type of ListTasks is the container instance; tasks are found by service, and on Fargate too.
    yield allow("FindTasks", actions=["ecs:ListTasks"], resources=["*"], condition=_in_cluster(service))
    tasks = f"{service.cluster_arn.replace(':cluster/', ':task/')}/*"
    yield allow("Tasks", actions=["ecs:DescribeTasks"], resources=[tasks])
    yield allow("Logs", actions=["logs:GetLogEvents"], resources=[f"{service.task.log_group.arn}:log-stream:task/*"])
    if service.metrics["targets"]:
        # [Actions, resources, and condition keys for AWS Elastic Load Balancing V2]
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html): the
        # action has no resource types.
        yield allow("Targets", actions=["elasticloadbalancing:DescribeTargetHealth"], resources=["*"])


def _history_statements(names: Names) -> list[Statement]:
    """Return the statements to record releases, and to read those of before."""
    group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group(AUDIT)}"
    reading = allow("Releases", actions=["logs:GetLogEvents"], resources=[f"{group}:log-stream:{RELEASE}"])
    return [*recording_statements(names, RELEASE), reading]


def _revisions(service: "Service") -> str:
    return f"{service.task.family_arn}:*"


def _in_cluster(service: "Service") -> Condition:
    return {"ArnEquals": {"ecs:cluster": service.cluster_arn}}
