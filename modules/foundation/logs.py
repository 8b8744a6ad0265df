"""Log groups, and the log bucket into which AWS services deliver."""

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.foundation.buckets import PrivateBucket
from modules.foundation.kms import Key
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow
from modules.foundation.resources import Resources
from modules.foundation.settings import Tier

#: Days that logs are kept: a sprint and a release in between; an incident that is found late; a year's audit.
#: CloudWatch Logs takes only certain numbers ("PutRetentionPolicy"), these among them.
RETENTION_DAYS: dict[Tier, int] = {"development": 30, "staging": 90, "production": 365}
#: An old version in the log bucket is one that somebody overwrote or deleted.
OLD_LOG_VERSIONS_DAYS = 30


class LogGroup(Construct):
    """A CloudWatch log group, kept for the tier's time, encrypted with the environment's log key."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        names: Names,
        what: str,
        tier: Tier,
        key: Key,
        name: str | None = None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Take another provider for a log group in another region, and that region's names and key."""
        super().__init__(scope, id)
        self.name = name or names.log_group(what)
        self.arn = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{self.name}"
        self.ready: ITerraformDependable = make(
            CloudwatchLogGroup,
            f"{what}_log_group".replace("/", "_"),
            name=self.name,
            retention_in_days=RETENTION_DAYS[tier],
            kms_key_id=key.arn,
            provider=provider,
        )


def log_groups_may_use(names: Names) -> Statement:
    """Return the key policy's statement for this account's log groups.

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


class LogBucket(Construct):
    """The environment's bucket for logs that AWS services deliver as files.

    S3's own encryption and no KMS key: load balancers and S3 itself deliver their access logs to no other
    ("Access logs for your Application Load Balancer", "Logging requests with server access logging").
    """

    def __init__(self, scope: Construct, id: str, *, make: Resources, names: Names, tier: Tier) -> None:
        super().__init__(scope, id)
        self._names = names
        self.bucket = PrivateBucket(
            self,
            "bucket",
            make=make,
            what="logs",
            name=names.bucket("logs"),
            key=None,
            expire_after_days=RETENTION_DAYS[tier],
            expire_old_versions_after_days=OLD_LOG_VERSIONS_DAYS,
            protected=tier == "production",
            force_destroy=tier == "development",
        )

    def grant_flow_log_delivery(self, prefix: str) -> str:
        """Let VPC flow logs with Hive-compatible prefixes be delivered below the prefix; return the destination's ARN.

        [VPC User Guide, Amazon S3 bucket permissions for flow logs]
        (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html). Where the policy does not
        allow it, AWS overwrites the whole policy when the flow log is created, and the next apply takes that back.
        """
        delivery = {"Service": "delivery.logs.amazonaws.com"}
        ours = {
            "StringEquals": {"aws:SourceAccount": self._names.account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{self._names.region}:{self._names.account_id}:*"},
        }
        objects = f"{self.bucket.arn}/{prefix}/AWSLogs/aws-account-id={self._names.account_id}/*"
        write = allow(
            "FlowLogsWrite", principal=delivery, actions=["s3:PutObject"], resources=[objects], condition=ours
        )
        check = allow(
            "FlowLogsCheck",
            principal=delivery,
            actions=["s3:GetBucketAcl", "s3:ListBucket"],
            resources=[self.bucket.arn],
            condition=ours,
        )
        self.bucket.add_statements([write, check])
        return f"{self.bucket.arn}/{prefix}"

    def grant_access_log_delivery(self, bucket: PrivateBucket, what: str) -> str:
        """Let S3 deliver the bucket's server access logs; return the prefix of their names.

        [Amazon S3 User Guide, Enabling Amazon S3 server access logging]
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html): by policy, since the
        log bucket has no ACLs; only on behalf of this bucket. `what` is unique among the buckets.
        """
        prefix = f"access-logs/{what}/"
        write = allow(
            f"AccessLogs{''.join(part.capitalize() for part in what.split('-'))}",
            principal={"Service": "logging.s3.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}*"],
            condition={
                "StringEquals": {"aws:SourceAccount": self._names.account_id},
                "ArnLike": {"aws:SourceArn": bucket.arn},
            },
        )
        self.bucket.add_statements([write])
        return prefix

    def grant_distribution_log_delivery(self, what: str) -> str:
        """Let a CloudFront distribution's logs be delivered; return the destination's ARN.

        [CloudWatch Logs User Guide, Logs sent to Amazon S3]
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html): CloudFront's
        deliveries are those of CloudWatch Logs in us-east-1, wherever the bucket is. [CloudFront Developer Guide,
        Configure standard logging (v2)]
        (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html): to a destination
        with a prefix CloudFront adds no `AWSLogs/`. `what` is unique among the distributions.
        """
        prefix = f"sites/{what}"
        names = self._names
        write = allow(
            f"Site{''.join(part.capitalize() for part in what.split('-'))}",
            principal={"Service": "delivery.logs.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/*"],
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{names.account_id}:delivery-source:*"},
            },
        )
        self.bucket.add_statements([write])
        return f"{self.bucket.arn}/{prefix}"

    def grant_load_balancer_log_delivery(self, what: str) -> str:
        """Let a load balancer's logs be delivered; return the prefix of their names, without a stroke at its end.

        [Enable access logs for your Application Load Balancer]
        (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html), and the same
        for connection logs: by the log delivery service, which replaces an account of AWS's own in each region.
        `what` is unique among the load balancers.
        """
        prefix = f"load-balancers/{what}"
        names = self._names
        write = allow(
            f"LoadBalancer{''.join(part.capitalize() for part in what.split('-'))}",
            principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"{self.bucket.arn}/{prefix}/*/AWSLogs/{names.account_id}/*"],
            condition={
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:elasticloadbalancing:{names.region}:{names.account_id}:loadbalancer/*"
                }
            },
        )
        self.bucket.add_statements([write])
        return prefix
