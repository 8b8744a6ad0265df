"""Delivery of documents to OpenSearch domains."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_stream import CloudwatchLogStream
from cdktf_cdktf_provider_aws.kinesis_firehose_delivery_stream import (
    KinesisFirehoseDeliveryStream,
    KinesisFirehoseDeliveryStreamOpensearchConfiguration,
    KinesisFirehoseDeliveryStreamOpensearchConfigurationCloudwatchLoggingOptions,
    KinesisFirehoseDeliveryStreamOpensearchConfigurationDocumentIdOptions,
    KinesisFirehoseDeliveryStreamOpensearchConfigurationS3Configuration,
    KinesisFirehoseDeliveryStreamOpensearchConfigurationS3ConfigurationCloudwatchLoggingOptions,
    KinesisFirehoseDeliveryStreamOpensearchConfigurationVpcConfig,
    KinesisFirehoseDeliveryStreamServerSideEncryption,
)
from constructs import Construct

from modules.data.search.settings import SearchSettings
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.roles import Role
from modules.network.vpc.security_groups import HTTPS, SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: [CreateDeliveryStream, DeliveryStreamName]
#: (https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html).
STREAM_NAME_LIMIT = 64
#: The prefix of the indices: Firehose appends the day of arrival in UTC, `logs-2026-02-25` ([Configure index rotation
#: for OpenSearch Service](https://docs.aws.amazon.com/firehose/latest/dev/es-index-rotation.html)).
INDEX = "logs"
#: The maximum: [AmazonopensearchserviceRetryOptions, DurationInSeconds]
#: (https://docs.aws.amazon.com/firehose/latest/APIReference/API_AmazonopensearchserviceRetryOptions.html). A new
#: cluster accepts no documents before the function `search` has set it up, which takes an hour at most.
RETRY_SECONDS = 7200
#: [AmazonopensearchserviceBufferingHints, SizeInMBs]
#: (https://docs.aws.amazon.com/firehose/latest/APIReference/API_AmazonopensearchserviceBufferingHints.html), the
#: default; a bulk request must be smaller than 10 MiB for the smallest instance types.
BUFFERING_MIB = 5
#: [VpcConfiguration, RoleARN](https://docs.aws.amazon.com/firehose/latest/APIReference/API_VpcConfiguration.html):
#: Firehose creates network interfaces in the VPC with the stream's role.
READ_VPC = (
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkInterfaces",
)
CHANGE_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
)
#: The paths that Firehose reads: [Controlling access with Amazon Data Firehose, Grant Firehose access to a public
#: OpenSearch Service destination](https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-es).
READ_PATHS = (
    "_all/_settings",
    "_cluster/stats",
    f"{INDEX}*/_mapping/*",
    "_nodes",
    "_nodes/stats",
    "_nodes/*/stats",
    "_stats",
    f"{INDEX}*/_stats",
)


class Delivery(Construct):
    """The Firehose stream of a domain: one document for each record, in an index for each day.

    Creates: security group, log group and log stream for its errors, role, the stream. Documents that the domain does
    not accept for two hours are in the log bucket, with the reason.

    CloudWatch Logs cannot send to such a stream: [Send CloudWatch Logs to Firehose]
    (https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html) says that a record would have
    several log events, and OpenSearch accepts one document in each. The function `log_documents` separates them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        label: str,
        settings: SearchSettings,
        domain_arn: str,
        domain: ITerraformDependable,
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = label
        self._domain_arn = domain_arn
        self._foundation = foundation
        self._make = foundation.resources(self, "search")
        self.name = foundation.names.of(f"search-{label}", STREAM_NAME_LIMIT)
        names = foundation.names
        self.arn = f"arn:aws:firehose:{names.region}:{names.account_id}:deliverystream/{self.name}"
        self._prefix = f"search/{label}/"
        self._group = self._create_security_group(network)
        self.security_group_id = self._group.id
        self._log_group = foundation.log_group(f"search/{label}/delivery")
        self.role = self._create_role()
        self._create_stream(settings, network, domain)

    @property
    def metrics(self) -> MetricSource:
        """The stream's metrics."""
        return MetricSource("AWS/Firehose", {"DeliveryStreamName": self.name})

    def allow_egress_to(self, security_group_id: str) -> None:
        """Allow Firehose to connect to the domain."""
        destination = members_of(security_group_id)
        self._group.allow_egress_to(f"{self._label}_delivery_to_domain", destination, HTTPS, "To the domain")

    def grant_put(self, role: Role) -> None:
        """Allow a role to put records, each of which is one document."""
        role.add_statements(allow("PutDocuments", actions=["firehose:PutRecordBatch"], resources=[self.arn]))

    def _create_security_group(self, network: Network) -> SecurityGroup:
        return SecurityGroup(
            self._make,
            f"{self._label}_delivery",
            name=self._foundation.names.of(f"search-{self._label}-delivery"),
            description=f"Firehose to search {self._label}: out to the domain",
            vpc_id=network.vpc_id,
        )

    def _create_role(self) -> Role:
        names = self._foundation.names
        return Role(
            self._make,
            f"{self._label}_delivery",
            names=names,
            name=f"search-{self._label}-delivery",
            description=f"Firehose delivers documents to search {self._label}",
            # [Controlling access with Amazon Data Firehose, Allow Firehose to assume an IAM role]
            # (https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#firehose-assume-role) names no
            # condition that a request of Firehose would satisfy.
            trust_policy=assumed_by("firehose.amazonaws.com", None),
            policy_name="deliver",
            statements=[*self._index_statements(), *self._failure_statements(), *_interface_statements()],
        )

    def _index_statements(self) -> list[Statement]:
        """Allow documents to be written (see READ_PATHS)."""
        domain = self._domain_arn
        describe = ["es:DescribeDomain", "es:DescribeDomains", "es:DescribeDomainConfig"]
        return [
            allow("Describe", actions=describe, resources=[domain]),
            allow("Write", actions=["es:ESHttpPost", "es:ESHttpPut"], resources=[f"{domain}/*"]),
            allow("Read", actions=["es:ESHttpGet"], resources=[f"{domain}/{path}" for path in READ_PATHS]),
        ]

    def _failure_statements(self) -> list[Statement]:
        """Allow failed documents to be stored, and errors to be logged.

        "Controlling access with Amazon Data Firehose, Grant Firehose access to an Amazon S3 destination".
        """
        bucket = self._foundation.log_bucket.bucket.arn
        read = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        store = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
        return [
            allow("FindBucket", actions=read, resources=[bucket]),
            allow("StoreFailed", actions=store, resources=[f"{bucket}/{self._prefix}*"]),
            allow("Log", actions=["logs:PutLogEvents"], resources=[f"{self._log_group.arn}:log-stream:*"]),
        ]

    def _create_stream(self, settings: SearchSettings, network: Network, domain: ITerraformDependable) -> None:
        errors = self._make(
            CloudwatchLogStream,
            f"{self._label}_delivery",
            name="errors",
            log_group_name=self._log_group.name,
            depends_on=[self._log_group.ready],
        )
        self._make(
            KinesisFirehoseDeliveryStream,
            self._label,
            name=self.name,
            destination="opensearch",
            server_side_encryption=KinesisFirehoseDeliveryStreamServerSideEncryption(
                enabled=True, key_type="CUSTOMER_MANAGED_CMK", key_arn=self._foundation.message_key.arn
            ),
            opensearch_configuration=self._destination(settings, network, errors.name),
            depends_on=[domain, *self.role.ready],
        )

    def _destination(
        self, settings: SearchSettings, network: Network, errors: str
    ) -> KinesisFirehoseDeliveryStreamOpensearchConfiguration:
        return KinesisFirehoseDeliveryStreamOpensearchConfiguration(
            domain_arn=self._domain_arn,
            role_arn=self.role.arn,
            index_name=INDEX,
            index_rotation_period="OneDay",
            buffering_interval=settings.buffering_interval_seconds,
            buffering_size=BUFFERING_MIB,
            retry_duration=RETRY_SECONDS,
            # A document that is delivered twice keeps its ID, so it is stored once.
            document_id_options=KinesisFirehoseDeliveryStreamOpensearchConfigurationDocumentIdOptions(
                default_document_id_format="FIREHOSE_DEFAULT"
            ),
            s3_backup_mode="FailedDocumentsOnly",
            s3_configuration=KinesisFirehoseDeliveryStreamOpensearchConfigurationS3Configuration(
                bucket_arn=self._foundation.log_bucket.bucket.arn,
                role_arn=self.role.arn,
                prefix=self._prefix,
                compression_format="GZIP",
                cloudwatch_logging_options=(
                    KinesisFirehoseDeliveryStreamOpensearchConfigurationS3ConfigurationCloudwatchLoggingOptions(
                        enabled=True, log_group_name=self._log_group.name, log_stream_name=errors
                    )
                ),
            ),
            cloudwatch_logging_options=KinesisFirehoseDeliveryStreamOpensearchConfigurationCloudwatchLoggingOptions(
                enabled=True, log_group_name=self._log_group.name, log_stream_name=errors
            ),
            vpc_config=KinesisFirehoseDeliveryStreamOpensearchConfigurationVpcConfig(
                role_arn=self.role.arn,
                subnet_ids=network.app.all_ids(),
                security_group_ids=[self.security_group_id],
            ),
        )


def _interface_statements() -> Sequence[Statement]:
    return [
        allow("ReadVpc", actions=READ_VPC, resources=["*"]),
        allow("Interfaces", actions=CHANGE_INTERFACES, resources=["*"]),
    ]
