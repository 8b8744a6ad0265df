"""Permissions of a CloudFront distribution to read and decrypt objects."""

from collections.abc import Sequence

from modules.foundation.policies import Condition, Statement, allow, deny, sid

_CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}


def read_sid(site: str) -> str:
    """Return the Sid of the statement with which a site's distribution reads the site's own bucket."""
    return sid(f"site-{site}")


def hide_sid(site: str) -> str:
    """Return the Sid of the statement that hides the releases of a site from CloudFront."""
    return sid(f"site-{site}-releases")


def read_statement(sid: str, distribution_arn: str, objects: Sequence[str]) -> Statement:
    """Return the statement of a bucket policy that lets the distribution read these objects.

    [CloudFront Developer Guide, Restrict access to an Amazon S3 origin]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html).
    The principal is a service, so S3 does not treat the policy as public and accepts it with Block Public Access on.
    """
    return allow(
        sid,
        principal=_CLOUDFRONT,
        actions=["s3:GetObject"],
        resources=objects,
        condition=_for(distribution_arn),
    )


def hide_statement(sid: str, objects: Sequence[str]) -> Statement:
    """Return the statement of a bucket policy that denies CloudFront these objects, whatever others allow."""
    return deny(sid, principal=_CLOUDFRONT, actions=["s3:GetObject"], resources=objects)


def decrypt_statement(sid: str, distribution_arn: str) -> Statement:
    """Return the statement of a key policy that lets the distribution decrypt; from the same page."""
    return allow(sid, principal=_CLOUDFRONT, actions=["kms:Decrypt"], resources=["*"], condition=_for(distribution_arn))


def _for(distribution_arn: str) -> Condition:
    return {"StringEquals": {"aws:SourceArn": distribution_arn}}
