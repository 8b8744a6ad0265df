"""Private S3 buckets."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResource
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
)
from constructs import Construct

from modules.data.backup.settings import backup_tags
from modules.data.bucket.keys.access import Prefixes
from modules.data.bucket.keys.cors import CorsSettings
from modules.data.bucket.settings import BucketSettings
from modules.foundation.buckets import PrivateBucket
from modules.foundation.foundation import Foundation
from modules.foundation.notifications import Notification
from modules.foundation.policies import Statement, allow, deny, sid, use_key_via

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:DeleteObject")


class Bucket(Construct):
    """A private bucket with access for named roles.

    Creates: bucket, versioning, encryption, public access block, ownership controls, lifecycle, bucket policy.
    Optionally: CORS rules, server access logs, event notifications. A bucket has one policy and one notification
    configuration; `grant_read`, `grant_write`, and the `notify` methods add to them.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: BucketSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "bucket")
        #: The customer managed key of the objects, if any. A caller through another AWS service needs access to it too.
        self.key = foundation.object_key if settings.encryption == "kms" else None
        self._bucket = self._create_bucket()
        self.name = self._bucket.name
        self.arn = self._bucket.arn
        self.id = self._bucket.id
        self._roles: list[str] = []
        if settings.named_roles_only:
            self._deny_other_roles()
        if settings.cors:
            self._create_cors_rules(settings.cors)
        if settings.access_logs:
            self._create_access_logging()
        if settings.event_bridge:
            self._bucket.notify_event_bridge()

    @property
    def ready(self) -> ITerraformDependable:
        """The bucket policy, which must exist before the bucket is used."""
        return self._bucket.ready

    def grant(self, role_arn: str, prefixes: Prefixes, *, name: str) -> None:
        """Allow a role to read and write under the prefixes; `name` is unique among the bucket's roles."""
        for grant, granted in ((self.grant_read, prefixes.read), (self.grant_write, prefixes.write)):
            for number, prefix in enumerate(granted, 1):
                grant(role_arn, prefix, name=name if number == 1 else f"{name}-prefix-{number}")

    def grant_read(self, role_arn: str, prefix: str = "", *, name: str) -> None:
        """Allow a role to list and read objects under the prefix; `name` is unique among the bucket's readers."""
        self._name_role(role_arn)
        objects, role = [f"{self.arn}/{prefix}*"], {"AWS": role_arn}
        self._bucket.add_statements(
            allow(f"Read{sid(name)}", principal=role, actions=_READ, resources=objects),
            self._list(f"List{sid(name)}", role_arn, prefix),
        )
        self._allow_key(f"Read{sid(self._label)}{sid(name)}", role_arn, ["kms:Decrypt"])

    def grant_write(self, role_arn: str, prefix: str = "", *, name: str) -> None:
        """Allow a role to write and delete objects under the prefix, but not to read them."""
        self._name_role(role_arn)
        objects, role = [f"{self.arn}/{prefix}*"], {"AWS": role_arn}
        self._bucket.add_statements(allow(f"Write{sid(name)}", principal=role, actions=_WRITE, resources=objects))
        # Decrypt too: S3 reads the parts of a multipart upload to complete it.
        actions = ["kms:GenerateDataKey", "kms:Decrypt"]
        self._allow_key(f"Write{sid(self._label)}{sid(name)}", role_arn, actions)

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the bucket policy, for example read access for one CloudFront distribution."""
        self._bucket.add_statements(*statements)

    def notify(self, notification: Notification, after: Sequence[TerraformResource] = ()) -> None:
        """Notify a queue or a topic; `after` is its policy that allows S3 to send (see `PrivateBucket.notify`)."""
        self._bucket.notify(notification, after)

    def notify_function(
        self,
        function_arn: str,
        events: Sequence[str],
        *,
        name: str,
        qualifier: str | None = None,
        prefix: str = "",
        suffix: str = "",
    ) -> None:
        """Notify a function, and allow S3 to invoke it for this bucket in this account only.

        `qualifier` is the alias to invoke, by default none.
        """
        permission = self._make(
            LambdaPermission,
            f"{self._label}_{name}",
            statement_id=f"{self._foundation.names.of(self._label, 60)}-{name}",
            action="lambda:InvokeFunction",
            function_name=function_arn,
            qualifier=qualifier,
            principal="s3.amazonaws.com",
            source_arn=self.arn,
            # A bucket's ARN has no account ID, and any account can take the name of a deleted bucket.
            source_account=self._foundation.names.account_id,
        )
        invoked = f"{function_arn}:{qualifier}" if qualifier else function_arn
        self.notify(Notification(name, tuple(events), prefix, suffix, function_arn=invoked), [permission])

    def _create_bucket(self) -> PrivateBucket:
        settings = self._settings
        return PrivateBucket(
            self,
            "bucket",
            make=self._make,
            purpose=self._label,
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
            self._deny_other_roles()

    def _deny_other_roles(self) -> None:
        """Deny access to objects to all except the named roles and AWS services, whatever a role's own policy allows.

        Deletion is not denied with `force_destroy`, because Terraform then deletes the objects with the role that runs
        it. Expiration is not affected: "You can't use a bucket policy to prevent deletions or transitions by an S3
        Lifecycle rule" ([Amazon S3 User Guide, Expiring objects]
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html)). Bucket
        configuration is not denied, or Terraform would lose access to the bucket.
        """
        other_roles = {"ArnNotLike": {"aws:PrincipalArn": list(self._roles)}} if self._roles else {}
        delete = [] if self._settings.force_destroy else ["s3:DeleteObject*"]
        self._bucket.replace_statement(
            deny(
                "NamedRolesOnly",
                principal="*",
                actions=["s3:GetObject*", "s3:PutObject*", *delete],
                resources=[f"{self.arn}/*"],
                # AWS services such as CloudFront have statements of their own (for one distribution).
                condition={"Bool": {"aws:PrincipalIsAWSService": "false"}, **other_roles},
            )
        )

    def _create_cors_rules(self, cors: CorsSettings) -> None:
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

    def _create_access_logging(self) -> None:
        log_bucket = self._foundation.log_bucket
        log_bucket.log_access_to(self._bucket, self._label, make=self._make, address=self._label)

    def _list(self, sid: str, role_arn: str, prefix: str) -> Statement:
        return allow(
            sid,
            principal={"AWS": role_arn},
            actions=["s3:ListBucket"],
            resources=[self.arn],
            condition={"StringLike": {"s3:prefix": f"{prefix}*"}},
        )

    def _allow_key(self, sid: str, role_arn: str, actions: Sequence[str]) -> None:
        """Allow the role to use the key through S3 for this bucket; a Bucket Key's context is the bucket's ARN."""
        if self.key is None:
            return
        self.key.add_statements(
            use_key_via(
                sid,
                "s3",
                self._foundation.names.region,
                principal={"AWS": role_arn},
                actions=actions,
                key_arns=["*"],
                condition={"ArnLike": {"kms:EncryptionContext:aws:s3:arn": [self.arn, f"{self.arn}/*"]}},
            )
        )
