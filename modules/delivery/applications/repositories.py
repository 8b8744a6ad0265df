"""What the pipeline of an application may do with its image repository."""

from modules.compute.keys.images import Registry, repository_arn
from modules.foundation.policies import Statement, allow

#: [Amazon ECR User Guide, IAM permissions for pushing an image to an Amazon ECR private repository]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html).
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    # A release has the image of its newest prerelease (`ops ci promote`).
    "ecr:ListImages",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def push_statements(name: str, registry: Registry) -> list[Statement]:
    """Return the statements to push images to one repository, whose tags are immutable."""
    return [
        # The token grants no permission by itself. The action has no resource types.
        allow("LogInToRegistries", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        allow("PushImages", actions=_PUSH, resources=[repository_arn(name, registry)]),
    ]
