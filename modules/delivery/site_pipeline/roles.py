"""Permissions of a site's pipeline and of its two CodeBuild projects."""

from modules.edge.site.site import Site
from modules.foundation.buckets import PrivateBucket
from modules.foundation.kms import Key
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, use_key_via

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_KEY = ("kms:Decrypt", "kms:GenerateDataKey")


def artifact_statements(bucket: PrivateBucket, key: Key, names: Names) -> list[Statement]:
    """Return the statements to read and write artifacts.

    [AWS CodePipeline User Guide, Manage the CodePipeline service role]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html), and [AWS CodeBuild User Guide,
    Allow CodeBuild to interact with other AWS services]
    (https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html).
    """
    actions = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
    return [
        allow("FindArtifacts", actions=actions, resources=[bucket.arn]),
        # A source from a connection is written with an ACL, which grants the bucket's owner what it has already.
        allow("Artifacts", actions=[*_READ, "s3:PutObject", "s3:PutObjectAcl"], resources=[f"{bucket.arn}/*"]),
        use_key_via("ArtifactKey", "s3", names.region, actions=_KEY, key_arns=[key.arn]),
    ]


def connection_statement(connection_arn: str, prefix: str, repository: str) -> Statement:
    """Return the statement to read one repository through a connection; `prefix` is the service in its ARN.

    [Developer Tools console User Guide, Permissions reference for connections, Using a connection]
    (https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam.html#permissions-reference-connections-use):
    connections of before 2024 have the former prefix. Only requests for a repository name one.
    """
    return allow(
        "Source",
        actions=[f"{prefix}:UseConnection"],
        resources=[connection_arn],
        condition={"StringEqualsIfExists": {f"{prefix}:FullRepositoryId": repository}},
    )


def publish_statements(site: Site, names: Names) -> list[Statement]:
    """Return the statements to write the pages of a site and to invalidate what CloudFront has cached of them.

    `aws s3 sync` lists the bucket, and compares size and time: [AWS CLI Command Reference, s3 sync]
    (https://docs.aws.amazon.com/cli/latest/reference/s3/sync.html).
    """
    pages = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject")
    key = site.key
    return [
        allow("ListPages", actions=["s3:ListBucket"], resources=[site.bucket.arn]),
        allow("WritePages", actions=pages, resources=[f"{site.bucket.arn}/*"]),
        allow("Invalidate", actions=["cloudfront:CreateInvalidation"], resources=[site.distribution_arn]),
        *([use_key_via("PageKey", "s3", names.region, actions=_KEY, key_arns=[key.arn])] if key else []),
    ]
