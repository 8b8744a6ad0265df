"""What the pipeline of an application may do with its service."""

from typing import TYPE_CHECKING

from modules.foundation.policies import Statement, allow

if TYPE_CHECKING:
    # For the type checker only, so that an environment without services does not import the service constructs.
    from modules.compute.service.service import Service


def deploy_statements(service: "Service") -> list[Statement]:
    """Return the statements to register and deploy revisions of this service, with its roles only."""
    task = service.task
    revisions = f"{task.family_arn}:*"
    return [
        # [Actions, resources, and condition keys for Amazon Elastic Container Service]
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html):
        # the action has no resource types. Task definitions contain no secrets.
        allow("Draft", actions=["ecs:DescribeTaskDefinition"], resources=["*"]),
        allow("Register", actions=["ecs:RegisterTaskDefinition"], resources=[revisions]),
        allow(
            "Tag",
            actions=["ecs:TagResource"],
            resources=[revisions],
            condition={"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
        ),
        allow(
            "HandRolesOn",
            actions=["iam:PassRole"],
            resources=[task.execution_role.plain_arn, task.task_role.plain_arn],
            condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        # A task definition of another family has the roles of another service.
        allow(
            "RollOut",
            actions=["ecs:UpdateService"],
            resources=[service.arn],
            condition={"ArnLikeIfExists": {"ecs:task-definition": [task.family_arn, revisions]}},
        ),
        allow("Watch", actions=["ecs:DescribeServices"], resources=[service.arn]),
    ]
