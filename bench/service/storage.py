"""A bucket, a table, a secret, and a file system."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable, DynamodbTableAttribute
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from bench.service.network import Network
from bench.service.roles import document


class Storage(Construct):
    """Storage that is not in the VPC, except the file system."""

    def __init__(self, scope: Construct, id: str, *, service_name: str, key: KmsKey, network: Network) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.key = key
        self.network = network
        self._create_bucket()
        self._create_bucket_protections()
        self._create_table_and_files()

    def _create_bucket(self) -> None:
        self.bucket = S3Bucket(self, "bucket", bucket=f"bench-{self.service_name}", force_destroy=False)
        S3BucketPublicAccessBlock(
            self,
            "bucket_public_access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketVersioningA(
            self,
            "bucket_versioning",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )

    def _create_bucket_protections(self) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "bucket_encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    bucket_key_enabled=True,
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms", kms_master_key_id=self.key.arn
                        )
                    ),
                )
            ],
        )
        S3BucketLifecycleConfiguration(
            self,
            "bucket_lifecycle",
            bucket=self.bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="logs/")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=90)],
                )
            ],
        )
        S3BucketPolicy(
            self,
            "bucket_policy",
            bucket=self.bucket.id,
            policy=document(effect="Deny", action="s3:DeleteBucket", resource=self.bucket.arn, principal="*"),
        )

    def _create_table_and_files(self) -> None:
        secret = SecretsmanagerSecret(self, "secret", name=f"{self.service_name}/database", kms_key_id=self.key.arn)
        SecretsmanagerSecretVersion(self, "secret_version", secret_id=secret.id, secret_string="{}")
        self.table = DynamodbTable(
            self,
            "table",
            name=self.service_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attribute=[DynamodbTableAttribute(name="id", type="S")],
        )
        files = EfsFileSystem(self, "files", creation_token=self.service_name, encrypted=True)
        EfsMountTarget(self, "files_mount", file_system_id=files.id, subnet_id=self.network.data_subnet_ids[0])
