"""Private S3 buckets: the base of every bucket in an environment."""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResource
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_notification import (
    S3BucketNotification,
    S3BucketNotificationLambdaFunction,
    S3BucketNotificationQueue,
    S3BucketNotificationTopic,
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

from modules.foundation.kms import Key
from modules.foundation.notifications import Notification
from modules.foundation.policies import PolicyDocument, Statement, deny
from modules.foundation.resources import Resources, address_of, kept_if

#: Days after which the parts of an incomplete multipart upload are deleted; they cost money, and no listing shows them.
ABORT_UPLOADS_AFTER_DAYS = 7


class PrivateBucket(Construct):
    """An encrypted bucket without public access that accepts requests over TLS only.

    Creates: bucket, versioning, encryption (with the KMS key, or with S3 managed keys), public access block, ownership
    controls (no ACLs), one lifecycle configuration, one bucket policy, to which `add_statements` adds, and one
    notification configuration, to which `notify` and `notify_event_bridge` add.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        purpose: str,
        name: str,
        key: Key | None,
        expire_after_days: int | None,
        expire_old_versions_after_days: int,
        protected: bool,
        force_destroy: bool,
        versioned: bool = True,
        infrequent_access_after_days: int | None = None,
        abort_uploads_after_days: int = ABORT_UPLOADS_AFTER_DAYS,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._make = make
        self._purpose = purpose
        self.name = name
        self.arn = f"arn:aws:s3:::{name}"
        self._document = PolicyDocument(f"bucket {name}", [_tls_only(self.arn)])
        bucket = make(
            S3Bucket,
            purpose,
            bucket=name,
            force_destroy=force_destroy,
            lifecycle=kept_if(protected),
            tags=dict(tags) if tags else None,
        )
        self.id = bucket.id
        self._block_public_access()
        self._version(versioned)
        self._encrypt(key)
        self._expire(
            expire_after_days, expire_old_versions_after_days, infrequent_access_after_days, abort_uploads_after_days
        )
        self._policy = make(S3BucketPolicy, purpose, bucket=self.id, policy=self._document.json())
        self._notifications: list[Notification] = []
        self._notification: S3BucketNotification | None = None
        self._after: list[str] = []

    @property
    def ready(self) -> ITerraformDependable:
        """The dependency of services that deliver into the bucket: its policy."""
        return self._policy

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the bucket policy; earlier statements stay. Raises ValueError for a duplicate Sid."""
        self._document.add_statements(*statements)
        self._policy.policy = self._document.json()

    def replace_statement(self, statement: Statement) -> None:
        """Replace the statement with the same Sid, or add the statement if there is none."""
        self._document.replace_statement(statement)
        self._policy.policy = self._document.json()

    def notify(self, notification: Notification, after: Sequence[TerraformResource] = ()) -> None:
        """Add to the bucket's notification configuration; earlier notifications stay.

        S3 validates the destination when the configuration is written: `after` has the resources that allow S3 to send
        there: a function's permission, or the policy of a queue or topic. Raises ValueError for a duplicate name or an
        overlap.
        """
        for other in self._notifications:
            if other.name == notification.name:
                raise ValueError(f"bucket {self.name}: there is already a notification {other.name}")
            if other.overlaps(notification):
                raise ValueError(
                    f"bucket {self.name}: S3 sends each event to one destination; {other.name} and {notification.name} "
                    "overlap, give them different prefixes or suffixes, or send the events to one topic"
                )
        self._notifications.append(notification)
        # `fqn` is a token, and an attribute that is set after construction does not accept tokens.
        self._after += [address_of(each) for each in after]
        self._write_notification()

    def notify_event_bridge(self) -> None:
        """Let S3 send all events to EventBridge too; EventBridge rules select from them."""
        self._notification_configuration().eventbridge = True

    def _notification_configuration(self) -> S3BucketNotification:
        if self._notification is None:
            self._notification = self._make(S3BucketNotification, self._purpose, bucket=self.id)
        return self._notification

    def _write_notification(self) -> None:
        configuration = self._notification_configuration()
        functions, queues, topics = _by_kind(self._notifications)
        if functions:
            configuration.put_lambda_function(functions)
        if queues:
            configuration.put_queue(queues)
        if topics:
            configuration.put_topic(topics)
        if self._after:
            configuration.depends_on = self._after

    def _block_public_access(self) -> None:
        self._make(
            S3BucketPublicAccessBlock,
            self._purpose,
            bucket=self.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        self._make(
            S3BucketOwnershipControls,
            self._purpose,
            bucket=self.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )

    def _version(self, versioned: bool) -> None:
        # Once versioning has been enabled, S3 can only suspend it.
        self._make(
            S3BucketVersioningA,
            self._purpose,
            bucket=self.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(
                status="Enabled" if versioned else "Suspended"
            ),
        )

    def _encrypt(self, key: Key | None) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
        )
        rule = S3BucketServerSideEncryptionConfigurationRuleA(
            apply_server_side_encryption_by_default=default,
            # A bucket key encrypts many objects: fewer requests to KMS, which cost money.
            bucket_key_enabled=True if key else None,
        )
        self._make(S3BucketServerSideEncryptionConfigurationA, self._purpose, bucket=self.id, rule=[rule])

    def _expire(
        self,
        after_days: int | None,
        old_versions_after_days: int,
        infrequent_access_after_days: int | None,
        abort_uploads_after_days: int,
    ) -> None:
        rule = S3BucketLifecycleConfigurationRule(
            id="expire",
            status="Enabled",
            filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            transition=[
                S3BucketLifecycleConfigurationRuleTransition(
                    days=infrequent_access_after_days, storage_class="STANDARD_IA"
                )
            ]
            if infrequent_access_after_days
            else None,
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=after_days)] if after_days else None,
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=old_versions_after_days)
            ],
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                    days_after_initiation=abort_uploads_after_days
                )
            ],
        )
        self._make(S3BucketLifecycleConfiguration, self._purpose, bucket=self.id, rule=[rule])


def _by_kind(
    notifications: Sequence[Notification],
) -> tuple[list[S3BucketNotificationLambdaFunction], list[S3BucketNotificationQueue], list[S3BucketNotificationTopic]]:
    """Return the notifications by destination, as the provider needs them: functions, queues, topics."""
    functions, queues, topics = [], [], []
    for each in notifications:
        prefix, suffix, events = each.prefix or None, each.suffix or None, list(each.events)
        if each.function_arn:
            functions.append(
                S3BucketNotificationLambdaFunction(
                    id=each.name,
                    events=events,
                    filter_prefix=prefix,
                    filter_suffix=suffix,
                    lambda_function_arn=each.function_arn,
                )
            )
        if each.queue_arn:
            queues.append(
                S3BucketNotificationQueue(
                    id=each.name, events=events, filter_prefix=prefix, filter_suffix=suffix, queue_arn=each.queue_arn
                )
            )
        if each.topic_arn:
            topics.append(
                S3BucketNotificationTopic(
                    id=each.name, events=events, filter_prefix=prefix, filter_suffix=suffix, topic_arn=each.topic_arn
                )
            )
    return functions, queues, topics


def _tls_only(arn: str) -> Statement:
    return deny(
        "TlsOnly",
        principal="*",
        actions=["s3:*"],
        resources=[arn, f"{arn}/*"],
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )
