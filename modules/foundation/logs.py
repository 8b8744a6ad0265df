"""Log groups, and the log bucket to which AWS services deliver."""

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from constructs import Construct

from modules.foundation.buckets import PrivateBucket
from modules.foundation.kms import Key
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, document, sid
from modules.foundation.resources import Resources
from modules.foundation.settings import Tier

#: Days that logs are kept: in development long enough for a sprint and a release, in staging for an incident that is
#: found late, in production for a yearly audit. CloudWatch Logs accepts only certain numbers ([PutRetentionPolicy]
#: (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)), including these.
RETENTION_DAYS: dict[Tier, int] = {"development": 30, "staging": 90, "production": 365}
#: A noncurrent version in the log bucket exists only if someone overwrote or deleted an object.
OLD_LOG_VERSIONS_DAYS = 30


class LogGroup(Construct):
    """A CloudWatch log group with the tier's retention, encrypted with the environment's log key."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        names: Names,
        purpose: str,
        tier: Tier,
        key: Key,
        name: str | None = None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """For a log group in another Region, pass that Region's provider, names, and key."""
        super().__init__(scope, id)
        self.name = name or names.log_group(purpose)
        self.arn = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{self.name}"
        self.ready: ITerraformDependable = make(
            CloudwatchLogGroup,
            f"{purpose}_log_group".replace("/", "_"),
            name=self.name,
            retention_in_days=RETENTION_DAYS[tier],
            kms_key_id=key.arn,
            provider=provider,
        )


def log_group_statement(names: Names) -> Statement:
    """Return the key policy statement for this account's log groups.

    [CloudWatch Logs User Guide, Encrypt log data in CloudWatch Logs using AWS KMS]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
    """
    log_groups = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:*"
    return allow(
        "LogGroups",
        principal={"Service": f"logs.{names.region}.amazonaws.com"},
        actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources=["*"],
        condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    )


def delivery_policy(log_group: LogGroup, names: Names, region: str) -> str:
    """Return the resource policy that allows CloudWatch Logs to deliver an AWS service's logs to the log group.

    [CloudWatch Logs User Guide, Logs sent to CloudWatch Logs, Log group resource policy]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html).
    """
    return document(
        [
            allow(
                "Delivery",
                principal={"Service": "delivery.logs.amazonaws.com"},
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group.arn}:log-stream:*"],
                condition={
                    "StringEquals": {"aws:SourceAccount": names.account_id},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{names.account_id}:*"},
                },
            )
        ]
    )


class LogBucket(Construct):
    """The environment's bucket for logs that AWS services deliver to S3.

    It is encrypted with S3 managed keys, not with a KMS key: load balancers and S3 deliver access logs only to such
    buckets ([Access logs for your Application Load Balancer]
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html), [Amazon S3
    User Guide, Logging requests with server access logging]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html)).
    """

    def __init__(self, scope: Construct, id: str, *, make: Resources, names: Names, tier: Tier) -> None:
        super().__init__(scope, id)
        self._names = names
        self.bucket = PrivateBucket(
            self,
            "bucket",
            make=make,
            purpose="logs",
            name=names.bucket("logs"),
            key=None,
            expire_after_days=RETENTION_DAYS[tier],
            expire_old_versions_after_days=OLD_LOG_VERSIONS_DAYS,
            protected=tier == "production",
            force_destroy=tier == "development",
        )

    def grant_flow_log_delivery(self, prefix: str) -> str:
        """Allow delivery of VPC flow logs with Hive-compatible prefixes; return the ARN of the destination.

        [VPC User Guide, Amazon S3 bucket permissions for flow logs]
        (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html). If the bucket policy does not
        allow the delivery, AWS overwrites the policy when the flow log is created, and the next apply reverts that.
        """
        delivery = {"Service": "delivery.logs.amazonaws.com"}
        of_this_account = {
            "StringEquals": {"aws:SourceAccount": self._names.account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{self._names.region}:{self._names.account_id}:*"},
        }
        objects = f"{self.bucket.arn}/{prefix}/AWSLogs/aws-account-id={self._names.account_id}/*"
        write = allow(
            "FlowLogsWrite",
            principal=delivery,
            actions=["s3:PutObject"],
            resources=[objects],
            condition=of_this_account,
        )
        check = allow(
            "FlowLogsCheck",
            principal=delivery,
            actions=["s3:GetBucketAcl", "s3:ListBucket"],
            resources=[self.bucket.arn],
            condition=of_this_account,
        )
        self.bucket.add_statements(write, check)
        return f"{self.bucket.arn}/{prefix}"

    def grant_trail_delivery(self, trail_arn: str) -> str:
        """Allow delivery of a CloudTrail trail's log files and digest files; return the prefix of their keys.

        [AWS CloudTrail User Guide, Amazon S3 bucket policy for CloudTrail]
        (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html).
        CloudTrail checks the policy when the trail is created.
        """
        prefix = "trail"
        cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
        write = allow(
            "TrailWrite",
            principal=cloudtrail,
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/AWSLogs/{self._names.account_id}/*"],
            condition={"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}},
        )
        check = allow(
            "TrailCheck",
            principal=cloudtrail,
            actions=["s3:GetBucketAcl"],
            resources=[self.bucket.arn],
            condition={"StringEquals": {"aws:SourceArn": trail_arn}},
        )
        self.bucket.add_statements(write, check)
        return prefix

    def grant_config_delivery(self) -> str:
        """Allow delivery of what AWS Config records, from all Regions of the account; return the prefix of the keys.

        [AWS Config Developer Guide, Permissions for the Amazon S3 bucket for the AWS Config delivery channel]
        (https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html): with the service-linked role,
        AWS Config writes as the service.
        """
        prefix = "config"
        config = {"Service": "config.amazonaws.com"}
        of_this_account = {"aws:SourceAccount": self._names.account_id}
        write = allow(
            "ConfigWrite",
            principal=config,
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/AWSLogs/{self._names.account_id}/Config/*"],
            condition={"StringEquals": {**of_this_account, "s3:x-amz-acl": "bucket-owner-full-control"}},
        )
        check = allow(
            "ConfigCheck",
            principal=config,
            actions=["s3:GetBucketAcl", "s3:ListBucket"],
            resources=[self.bucket.arn],
            condition={"StringEquals": of_this_account},
        )
        self.bucket.add_statements(write, check)
        return prefix

    def log_access_to(self, bucket: PrivateBucket, purpose: str, *, make: Resources, address: str) -> None:
        """Deliver the bucket's server access logs here; `make` creates the resource at the address.

        [Amazon S3 User Guide, Enabling Amazon S3 server access logging]
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html): with a bucket policy,
        since the log bucket has no ACLs, and only on behalf of this bucket. `purpose` must be unique among the buckets.
        """
        prefix = f"access-logs/{purpose}/"
        write = allow(
            f"AccessLogs{sid(purpose)}",
            principal={"Service": "logging.s3.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}*"],
            condition={
                "StringEquals": {"aws:SourceAccount": self._names.account_id},
                "ArnLike": {"aws:SourceArn": bucket.arn},
            },
        )
        self.bucket.add_statements(write)
        make(
            S3BucketLoggingA,
            address,
            bucket=bucket.id,
            target_bucket=self.bucket.id,
            target_prefix=prefix,
            depends_on=[self.bucket.ready],
        )

    def grant_distribution_log_delivery(self, purpose: str) -> str:
        """Allow delivery of a CloudFront distribution's logs; return the ARN of the destination.

        [CloudWatch Logs User Guide, Logs sent to Amazon S3]
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html): CloudWatch Logs
        in us-east-1 delivers for CloudFront, whatever the Region of the bucket. [CloudFront Developer Guide,
        Configure standard logging (v2)]
        (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html): CloudFront adds no
        `AWSLogs/` if the destination has a prefix. `purpose` must be unique among the distributions.
        """
        prefix = f"sites/{purpose}"
        names = self._names
        write = allow(
            f"Site{sid(purpose)}",
            principal={"Service": "delivery.logs.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/*"],
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{names.account_id}:delivery-source:*"},
            },
        )
        self.bucket.add_statements(write)
        return f"{self.bucket.arn}/{prefix}"

    def grant_load_balancer_log_delivery(self, purpose: str) -> str:
        """Allow delivery of a load balancer's logs; return the prefix of their keys, without a trailing slash.

        [Enable access logs for your Application Load Balancer]
        (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html), and the same
        for connection logs: the log delivery service replaces the AWS account that each Region had before.
        `purpose` must be unique among the load balancers.
        """
        prefix = f"load-balancers/{purpose}"
        names = self._names
        write = allow(
            f"LoadBalancer{sid(purpose)}",
            principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/*/AWSLogs/{names.account_id}/*"],
            condition={
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:elasticloadbalancing:{names.region}:{names.account_id}:loadbalancer/*"
                }
            },
        )
        self.bucket.add_statements(write)
        return prefix
