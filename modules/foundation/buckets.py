"""The private bucket that every bucket of ours is."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from modules.foundation.keys import Key
from modules.foundation.policies import Statement, deny, document
from modules.foundation.resources import Resources, kept_if

#: Days after which the parts of an upload that was never finished are removed; they cost and no listing shows them.
ABORT_UPLOADS_AFTER_DAYS = 7


class PrivateBucket(Construct):
    """A bucket that is closed to the public, takes TLS only, is versioned and encrypted.

    Creates: bucket, versioning, encryption (the key's, or S3's own), public access block, ownership controls (no
    ACLs), lifecycle, and one policy, to which `allow` adds.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        what: str,
        name: str,
        key: Key | None,
        expire_after_days: int | None,
        expire_old_versions_after_days: int,
        protected: bool,
        force_destroy: bool,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.arn = f"arn:aws:s3:::{name}"
        self._statements: list[Statement] = [_tls_only(self.arn)]
        bucket = make(
            S3Bucket,
            what,
            bucket=name,
            force_destroy=force_destroy,
            lifecycle=kept_if(protected),
        )
        self._id = bucket.id
        self._close_to_the_public(make, what)
        self._version_and_encrypt(make, what, key)
        self._expire(make, what, expire_after_days, expire_old_versions_after_days)
        self._policy = make(S3BucketPolicy, what, bucket=self._id, policy=document(self._statements))

    @property
    def ready(self) -> ITerraformDependable:
        """What a service that delivers into the bucket has to wait for: its policy."""
        return self._policy

    def allow(self, statements: Sequence[Statement]) -> None:
        """Add statements to the bucket's one policy, beside what others added."""
        self._statements += statements
        self._policy.policy = document(self._statements)

    def _close_to_the_public(self, make: Resources, what: str) -> None:
        make(
            S3BucketPublicAccessBlock,
            what,
            bucket=self._id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        make(
            S3BucketOwnershipControls,
            what,
            bucket=self._id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )

    def _version_and_encrypt(self, make: Resources, what: str, key: Key | None) -> None:
        make(
            S3BucketVersioningA,
            what,
            bucket=self._id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
        )
        rule = S3BucketServerSideEncryptionConfigurationRuleA(
            apply_server_side_encryption_by_default=default,
            # One data key for many objects: fewer requests to KMS, which are paid for.
            bucket_key_enabled=True if key else None,
        )
        make(S3BucketServerSideEncryptionConfigurationA, what, bucket=self._id, rule=[rule])

    def _expire(self, make: Resources, what: str, after_days: int | None, old_versions_after_days: int) -> None:
        rule = S3BucketLifecycleConfigurationRule(
            id="expire",
            status="Enabled",
            filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=after_days)] if after_days else None,
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=old_versions_after_days)
            ],
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                    days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
                )
            ],
        )
        make(S3BucketLifecycleConfiguration, what, bucket=self._id, rule=[rule])


def _tls_only(arn: str) -> Statement:
    return deny(
        "TlsOnly",
        principal="*",
        actions=["s3:*"],
        resources=[arn, f"{arn}/*"],
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )
