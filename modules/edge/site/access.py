"""What CloudFront may read: objects, on behalf of one distribution."""

from collections.abc import Sequence

from modules.foundation.policies import Condition, Statement, allow

_CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}


def may_read(sid: str, distribution_arn: str, objects: Sequence[str]) -> Statement:
    """Return the bucket policy's statement of [CloudFront Developer Guide, Restrict access to an Amazon S3 origin]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html).

    It is for a service and not for everyone, so S3 takes it with all four public-access blocks on.
    """
    return allow(
        sid,
        principal=_CLOUDFRONT,
        actions=["s3:GetObject"],
        resources=objects,
        condition=_for(distribution_arn),
    )


def may_decrypt(sid: str, distribution_arn: str) -> Statement:
    """Return the key policy's statement of the same page, for reading only."""
    return allow(sid, principal=_CLOUDFRONT, actions=["kms:Decrypt"], resources=["*"], condition=_for(distribution_arn))


def _for(distribution_arn: str) -> Condition:
    return {"StringEquals": {"aws:SourceArn": distribution_arn}}
