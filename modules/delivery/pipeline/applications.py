"""Roles by which the applications' own pipelines push images and deploy services."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.compute.keys.images import Registry, repository_arn
from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.pipeline.trust import opened_by, provider_arn
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, document
from modules.foundation.resources import Resources

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
            what=f"service-{name}-deploy",
            description=f"GitLab jobs of {project} that roll out the service {name}",
            subjects=self._pipeline.deploys_from(project),
            statements=may_deploy(service),
        )

    def push(self, name: str, registry: Registry, project: str) -> str:
        """Allow the project to push images to this repository; return the role's ARN."""
        return self._create_role(
            self._foundation.resources(self, "repository"),
            f"{name}_push",
            what=f"repository-{name}-push",
            description=f"GitLab jobs of {project} that push images of {name}",
            subjects=self._pipeline.builds_from(project),
            statements=may_push(name, registry),
        )

    def _create_role(
        self,
        make: Resources,
        address: str,
        *,
        what: str,
        description: str,
        subjects: Sequence[str],
        statements: Sequence[Statement],
    ) -> str:
        names = self._foundation.names
        role = make(
            IamRole,
            address,
            name=names.role(what),
            description=description,
            assume_role_policy=opened_by(provider_arn(self._pipeline, names), self._pipeline, subjects),
        )
        make(IamRolePolicy, address, name="pipeline", role=role.name, policy=document(statements))
        # A literal ARN, not a reference: job configurations need it before anything is applied.
        return f"arn:aws:iam::{names.account_id}:role/{names.role(what)}"


def may_deploy(service: "Service") -> list[Statement]:
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


def may_push(name: str, registry: Registry) -> list[Statement]:
    """Return the statements to push images to one repository, whose tags are immutable."""
    return [
        # The token grants no permission by itself. The action has no resource types.
        allow("LogInToRegistries", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        allow("PushImages", actions=_PUSH, resources=[repository_arn(name, registry)]),
    ]
