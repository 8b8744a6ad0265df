"""AWS's own buckets that services in the VPC read.

If one is missing from the S3 endpoint's policy, an image pull, an update, or a session inside the VPC fails with
`AccessDenied`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AwsBuckets:
    """Buckets that AWS owns, with `{region}` in their names, and what reads them."""

    reason: str
    buckets: tuple[str, ...]


#: By the Sid of the statement in the endpoint's policy.
AWS_BUCKETS: Mapping[str, AwsBuckets] = {
    # [Amazon ECR User Guide, Amazon ECR interface VPC endpoints, Minimum Amazon S3 Bucket Permissions for Amazon ECR]
    # (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
    "EcrLayers": AwsBuckets("layers of ECR images", ("prod-{region}-starport-layer-bucket",)),
    # [Amazon Linux 2023 User Guide, Manage package and operating system updates in AL2023]
    # (https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html).
    "AmazonLinux2023": AwsBuckets("packages of Amazon Linux 2023", ("al2023-repos-{region}-de612dc2",)),
    # [AWS Systems Manager User Guide, SSM Agent communications with AWS managed S3 buckets]
    # (https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html).
    "SystemsManager": AwsBuckets(
        "updates of SSM Agent, and Systems Manager documents",
        (
            "aws-ssm-{region}",
            "aws-windows-downloads-{region}",
            "amazon-ssm-{region}",
            "amazon-ssm-packages-{region}",
            "{region}-birdwatcher-prod",
            "aws-ssm-distributor-file-{region}",
            "aws-ssm-document-attachments-{region}",
            "patch-baseline-snapshot-{region}",
        ),
    ),
}
