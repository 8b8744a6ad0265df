"""What the pipeline of an application may do with its site."""

from typing import TYPE_CHECKING

from modules.delivery.pipeline.recording import recording_statements
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, use_key_via

if TYPE_CHECKING:
    # For the type checker only, so that an environment without sites does not import the site constructs.
    from modules.edge.site.site import Site


def publish_statements(site: "Site", names: Names) -> list[Statement]:
    """Return the statements to publish one site: its bucket, its distribution's invalidations, one audit stream.

    Not the bucket's configuration, nor noncurrent versions: what was replaced or deleted can be restored.
    """
    bucket = site.bucket.arn
    statements = [
        allow("Files", actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources=[f"{bucket}/*"]),
        # Without s3:ListBucket, S3 answers 403 for an object that does not exist ([HeadObject]
        # (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html)). The bucket's policy names the
        # distribution, so the role need not list those of the account.
        allow("FindFiles", actions=["s3:GetBucketPolicy", "s3:ListBucket"], resources=[bucket]),
        # [Actions, resources, and condition keys for Amazon CloudFront]
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html).
        allow(
            "Invalidate",
            actions=["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
            resources=[site.distribution_arn],
        ),
        *recording_statements(names, "publish"),
    ]
    if site.key:
        statements.append(
            use_key_via(
                "UseKey",
                "s3",
                names.region,
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                key_arns=[site.key.arn],
                # With an S3 Bucket Key, the context is the bucket's ARN.
                condition={"ArnLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]}},
            )
        )
    return statements
