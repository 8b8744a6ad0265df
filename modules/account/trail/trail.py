"""CloudTrail trail of an account."""

from collections.abc import Iterator
from typing import Any

from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
)
from constructs import Construct

from modules.account.trail.settings import DataEvents, TrailSettings
from modules.foundation.foundation import Foundation
from modules.foundation.kms import Key
from modules.foundation.policies import Condition, allow, assumed_by
from modules.foundation.resources import kept_if
from modules.foundation.roles import Role

#: [CreateTrail, Name](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html).
TRAIL_NAME_LIMIT = 128
_TYPES: dict[DataEvents, str] = {"objects": "AWS::S3::Object", "functions": "AWS::Lambda::Function"}


class Trail(Construct):
    """The `trail` block.

    Creates: the trail, its KMS key, and the statements with which CloudTrail writes to the log bucket; by choice, a log
    group and the role with which CloudTrail writes there. In production, Terraform does not delete the trail.
    """

    def __init__(self, scope: Construct, id: str, *, settings: TrailSettings, foundation: Foundation) -> None:
        super().__init__(scope, id)
        names = foundation.names
        self._foundation = foundation
        self._make = foundation.resources(self, "account")
        self.name = names.of("trail", TRAIL_NAME_LIMIT)
        #: In plain text, since the policies name the trail and must exist before it.
        self.arn = f"arn:aws:cloudtrail:{names.region}:{names.account_id}:trail/{self.name}"
        log_bucket = foundation.log_bucket
        prefix = log_bucket.grant_trail_delivery(self.arn)
        self._make(
            Cloudtrail,
            "trail",
            name=self.name,
            s3_bucket_name=log_bucket.bucket.id,
            s3_key_prefix=prefix,
            kms_key_id=self._create_key().arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selector=list(self._selectors(settings)),
            lifecycle=kept_if(foundation.is_production),
            **self._logs(settings),
        )

    def _create_key(self) -> Key:
        """Return the key of log files, which readers need too.

        [AWS CloudTrail User Guide, Configure AWS KMS key policies for CloudTrail]
        (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html).
        """
        names, foundation = self._foundation.names, self._foundation
        key = Key(self, "key", make=self._make, names=names, purpose="trail", protected=foundation.is_production)
        cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
        of_the_trail: Condition = {"StringEquals": {"aws:SourceArn": self.arn}}
        context = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{names.account_id}:trail/*"}
        key.add_statements(
            allow(
                "Encrypt",
                principal=cloudtrail,
                actions=["kms:GenerateDataKey*"],
                resources=["*"],
                condition={**of_the_trail, "StringLike": context},
            ),
            allow(
                "Describe",
                principal=cloudtrail,
                actions=["kms:DescribeKey"],
                resources=["*"],
                condition=of_the_trail,
            ),
        )
        return key

    def _selectors(self, settings: TrailSettings) -> Iterator[CloudtrailAdvancedEventSelector]:
        yield _selector("Management events", ("eventCategory", {"equal_to": ["Management"]}))
        for each in settings.data_events:
            fields: list[tuple[str, dict[str, Any]]] = [
                ("eventCategory", {"equal_to": ["Data"]}),
                ("resources.type", {"equal_to": [_TYPES[each]]}),
            ]
            if each == "objects":
                # Each log file that is written would be an event in the next one.
                logs = f"{self._foundation.log_bucket.bucket.arn}/"
                fields.append(("resources.ARN", {"not_starts_with": [logs]}))
            yield _selector(f"Data events of {each}", *fields)

    def _logs(self, settings: TrailSettings) -> dict[str, Any]:
        """Return the arguments for CloudWatch Logs, and what the trail depends on.

        [AWS CloudTrail User Guide, Role policy document for CloudTrail to use CloudWatch Logs for monitoring]
        (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html)
        names the log streams, and no condition of the trust policy.
        """
        bucket_policy = self._foundation.log_bucket.bucket.ready
        if not settings.log_group:
            return {"depends_on": [bucket_policy]}
        names, log_group = self._foundation.names, self._foundation.log_group("trail")
        streams = f"{log_group.arn}:log-stream:{names.account_id}_CloudTrail_{names.region}*"
        role = Role(
            self._make,
            "trail_logs",
            names=names,
            name="trail-logs",
            description="CloudTrail writes events to CloudWatch Logs",
            trust_policy=assumed_by("cloudtrail.amazonaws.com", None),
            statements=[allow("Write", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams])],
        )
        return {
            "cloud_watch_logs_group_arn": f"{log_group.arn}:*",
            "cloud_watch_logs_role_arn": role.arn,
            "depends_on": [bucket_policy, log_group.ready, *role.ready],
        }


def _selector(name: str, *fields: tuple[str, dict[str, Any]]) -> CloudtrailAdvancedEventSelector:
    return CloudtrailAdvancedEventSelector(
        name=name,
        field_selector=[CloudtrailAdvancedEventSelectorFieldSelector(field=each, **values) for each, values in fields],
    )
