"""Buckets that an environment file names."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResource
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from constructs import Construct

from modules.data.backup.settings import backup_tags
from modules.data.bucket.keys.cors import CorsSettings
from modules.data.bucket.settings import BucketSettings
from modules.foundation.buckets import PrivateBucket
from modules.foundation.foundation import Foundation
from modules.foundation.notifications import Notification
from modules.foundation.policies import Statement, allow, deny, sid

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:DeleteObject")


class Bucket(Construct):
    """A private bucket that roles are let into by name.

    Creates: bucket, versioning, encryption, public access block, ownership controls, lifecycle, one policy; with its
    settings CORS rules, server access logs and one notification. What `grant_read`, `grant_write` and the `notify`
    methods add is collected in the one policy and the one notification.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: BucketSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "bucket")
        #: The key of its objects, where it is ours: who reads by a service of AWS has to be let in there too.
        self.key = foundation.object_key if settings.encryption == "kms" else None
        self._bucket = self._create_bucket()
        self.name = self._bucket.name
        self.arn = self._bucket.arn
        self.id = self._bucket.id
        self._roles: list[str] = []
        if settings.named_roles_only:
            self._close_to_others()
        if settings.cors:
            self._answer_other_sites(settings.cors)
        if settings.access_logs:
            self._record_access()
        if settings.event_bridge:
            self._bucket.notify_event_bridge()

    @property
    def ready(self) -> ITerraformDependable:
        """What has to be there before the bucket is used: its policy."""
        return self._bucket.ready

    def grant_read(self, role_arn: str, prefix: str = "", *, name: str) -> None:
        """Let a role list and read what lies under the prefix; `name` says who, unique among the bucket's readers."""
        self._name_role(role_arn)
        self._bucket.add_statements(
            [
                allow(
                    f"Read{sid(name)}",
                    principal={"AWS": role_arn},
                    actions=_READ,
                    resources=[f"{self.arn}/{prefix}*"],
                ),
                self._list(f"List{sid(name)}", role_arn, prefix),
            ]
        )
        self._allow_key(f"Read{sid(self._label)}{sid(name)}", role_arn, ["kms:Decrypt"])

    def grant_write(self, role_arn: str, prefix: str = "", *, name: str) -> None:
        """Let a role write and delete under the prefix; to read is another right."""
        self._name_role(role_arn)
        self._bucket.add_statements(
            [
                allow(
                    f"Write{sid(name)}",
                    principal={"AWS": role_arn},
                    actions=_WRITE,
                    resources=[f"{self.arn}/{prefix}*"],
                )
            ]
        )
        # Decrypt too: S3 reads back the parts of an upload when it puts them together.
        actions = ["kms:GenerateDataKey", "kms:Decrypt"]
        self._allow_key(f"Write{sid(self._label)}{sid(name)}", role_arn, actions)

    def add_statements(self, statements: Sequence[Statement]) -> None:
        """Add statements to the bucket's one policy: CloudFront reading for one distribution, say."""
        self._bucket.add_statements(statements)

    def notify(self, notification: Notification, after: Sequence[TerraformResource] = ()) -> None:
        """Tell a queue or a topic of events; `after` is its policy that lets S3 send (see `PrivateBucket.notify`)."""
        self._bucket.notify(notification, after)

    def notify_function(
        self, function_arn: str, events: Sequence[str], *, name: str, prefix: str = "", suffix: str = ""
    ) -> None:
        """Tell a function of events, and let S3 invoke it for this bucket and this account only."""
        permission = self._make(
            LambdaPermission,
            f"{self._label}_{name}",
            statement_id=f"{self._foundation.names.of(self._label, 60)}-{name}",
            action="lambda:InvokeFunction",
            function_name=function_arn,
            principal="s3.amazonaws.com",
            source_arn=self.arn,
            # A bucket's ARN has no account in it, and a deleted bucket's name can be taken by anyone.
            source_account=self._foundation.names.account_id,
        )
        self.notify(Notification(name, tuple(events), prefix, suffix, function_arn=function_arn), [permission])

    def _create_bucket(self) -> PrivateBucket:
        settings = self._settings
        return PrivateBucket(
            self,
            "bucket",
            make=self._make,
            what=self._label,
            name=self._foundation.names.bucket(self._label),
            key=self.key,
            versioned=settings.versioning,
            infrequent_access_after_days=settings.infrequent_access_after_days,
            expire_after_days=settings.expire_after_days,
            expire_old_versions_after_days=settings.expire_old_versions_after_days,
            abort_uploads_after_days=settings.abort_uploads_after_days,
            protected=self._foundation.is_production,
            force_destroy=settings.force_destroy,
            tags=backup_tags(settings.backup),
        )

    def _name_role(self, role_arn: str) -> None:
        if role_arn not in self._roles:
            self._roles.append(role_arn)
        if self._settings.named_roles_only:
            self._close_to_others()

    def _close_to_others(self) -> None:
        """Deny objects to all but the named roles and AWS's services, whatever a role's own policy allows.

        Deletion is allowed where a destroy deletes the objects too (`force_destroy`), which Terraform does by the role
        that runs it. Expiry goes on in any case: "You can't use a bucket policy to prevent deletions or transitions by
        an S3 Lifecycle rule" ("Expiring objects",
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html).
        Configuration is left to the roles' own policies, or Terraform would lock itself out.
        """
        others = {"ArnNotLike": {"aws:PrincipalArn": list(self._roles)}} if self._roles else {}
        delete = [] if self._settings.force_destroy else ["s3:DeleteObject*"]
        self._bucket.restate(
            deny(
                "NamedRolesOnly",
                principal="*",
                actions=["s3:GetObject*", "s3:PutObject*", *delete],
                resources=[f"{self.arn}/*"],
                # CloudFront, say, comes as a service, and its own statement says for which distribution.
                condition={"Bool": {"aws:PrincipalIsAWSService": "false"}, **others},
            )
        )

    def _answer_other_sites(self, cors: CorsSettings) -> None:
        self._make(
            S3BucketCorsConfiguration,
            self._label,
            bucket=self.id,
            cors_rule=[
                S3BucketCorsConfigurationCorsRule(
                    id="sites",
                    allowed_origins=list(cors.allowed_origins),
                    allowed_methods=list(cors.allowed_methods),
                    allowed_headers=list(cors.allowed_headers),
                    expose_headers=list(cors.expose_headers),
                    max_age_seconds=cors.max_age_seconds,
                )
            ],
        )

    def _record_access(self) -> None:
        log_bucket = self._foundation.log_bucket
        self._make(
            S3BucketLoggingA,
            self._label,
            bucket=self.id,
            target_bucket=log_bucket.bucket.id,
            target_prefix=log_bucket.grant_access_log_delivery(self._bucket, self._label),
            depends_on=[log_bucket.bucket.ready],
        )

    def _list(self, sid: str, role_arn: str, prefix: str) -> Statement:
        return allow(
            sid,
            principal={"AWS": role_arn},
            actions=["s3:ListBucket"],
            resources=[self.arn],
            condition={"StringLike": {"s3:prefix": f"{prefix}*"}},
        )

    def _allow_key(self, sid: str, role_arn: str, actions: Sequence[str]) -> None:
        """Let the role use the key, through S3 and for this bucket; a Bucket Key's context is the bucket's ARN."""
        if self.key is None:
            return
        self.key.add_statement(
            allow(
                sid,
                principal={"AWS": role_arn},
                actions=actions,
                resources=["*"],
                condition={
                    "StringEquals": {"kms:ViaService": f"s3.{self._foundation.names.region}.amazonaws.com"},
                    "ArnLike": {"kms:EncryptionContext:aws:s3:arn": [self.arn, f"{self.arn}/*"]},
                },
            )
        )
