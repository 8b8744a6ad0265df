"""Roles with which the pipelines of applications push images and deploy services."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from constructs import Construct

from modules.compute.keys.images import Registry, repository_arn
from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.pipeline.trust import provider_arn, trust_policy
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow
from modules.foundation.resources import Resources
from modules.foundation.roles import Role

if TYPE_CHECKING:
    # For the type checker only, so that an environment without services does not import the service constructs.
    from modules.compute.service.service import Service

#: [Amazon ECR User Guide, IAM permissions for pushing an image to an Amazon ECR private repository]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html).
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


class ApplicationRoles(Construct):
    """Roles that jobs of an application's project assume with GitLab's tokens, one per service and repository.

    Creates: a role with one policy for each call of a method. The OIDC provider belongs to the account;
    `make bootstrap` creates it.
    """

    def __init__(self, scope: Construct, id: str, *, pipeline: PipelineSettings, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._pipeline = pipeline
        self._foundation = foundation

    def deploy(self, name: str, service: "Service", project: str) -> str:
        """Allow the project's releases to deploy this service; return the role's ARN."""
        return self._create_role(
            self._foundation.resources(self, "service"),
            f"{name}_deploy",
            name=f"service-{name}-deploy",
            description=f"GitLab jobs of {project} that roll out the service {name}",
            subjects=self._pipeline.deploys_from(project),
            statements=deploy_statements(service),
        )

    def push(self, name: str, registry: Registry, project: str) -> str:
        """Allow the project to push images to this repository; return the role's ARN."""
        return self._create_role(
            self._foundation.resources(self, "repository"),
            f"{name}_push",
            name=f"repository-{name}-push",
            description=f"GitLab jobs of {project} that push images of {name}",
            subjects=self._pipeline.builds_from(project),
            statements=push_statements(name, registry),
        )

    def _create_role(
        self,
        make: Resources,
        address: str,
        *,
        name: str,
        description: str,
        subjects: Sequence[str],
        statements: Sequence[Statement],
    ) -> str:
        names = self._foundation.names
        # A literal ARN, not a reference: job configurations need it before anything is applied.
        return Role(
            make,
            address,
            names=names,
            name=name,
            description=description,
            trust_policy=trust_policy(provider_arn(self._pipeline.gitlab, names), self._pipeline.gitlab, subjects),
            policy_name="pipeline",
            statements=statements,
        ).plain_arn


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


def push_statements(name: str, registry: Registry) -> list[Statement]:
    """Return the statements to push images to one repository, whose tags are immutable."""
    return [
        # The token grants no permission by itself. The action has no resource types.
        allow("LogInToRegistries", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        allow("PushImages", actions=_PUSH, resources=[repository_arn(name, registry)]),
    ]
