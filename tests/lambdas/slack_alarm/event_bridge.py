"""Sample events of EventBridge as AWS documents them, with invented names; each cites its page.

All have the envelope of [AWS service event metadata]
(https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html).
"""

from collections.abc import Mapping
from typing import Any

ACCOUNT, REGION = "111111111111", "ap-northeast-2"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
DIGEST = "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd12345678"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def event(source: str, detail_type: str, detail: Mapping[str, Any], *resources: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "12345678-1234-1234-1234-123456789012",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": "2026-11-21T10:00:00Z",
        "region": REGION,
        "resources": list(resources),
        "detail": dict(detail),
    }


def stopped_task(**changed: Any) -> dict[str, Any]:
    """[Amazon ECS task state change events]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html), with the fields of a stopped
    [Task](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
    """
    task = arn("ecs", "task/agora-prod-main/c13b4cb40f1f4fe4a2971f76ae5a47ad")
    main = {"name": "main", "lastStatus": "STOPPED", "exitCode": 137, "reason": "OutOfMemoryError: Container killed"}
    detail = {
        "clusterArn": arn("ecs", "cluster/agora-prod-main"),
        "containers": [main, {"name": "proxy", "lastStatus": "STOPPED", "exitCode": 0}],
        "desiredStatus": "STOPPED",
        "group": "service:api",
        "lastStatus": "STOPPED",
        "startedBy": "ecs-svc/1234567890123456789",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "taskArn": task,
        "taskDefinitionArn": arn("ecs", "task-definition/agora-prod-api:7"),
        "version": 4,
    }
    return event("aws.ecs", "ECS Task State Change", {**detail, **changed}, task)


def image_scan(**changed: Any) -> dict[str, Any]:
    """[Amazon ECR events and EventBridge]
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html).
    """
    detail = {
        "scan-status": "COMPLETE",
        "repository-name": "agora/api",
        "finding-severity-counts": {"CRITICAL": 10, "MEDIUM": 9},
        "image-digest": DIGEST,
        "image-tags": [],
    }
    return event("aws.ecr", "ECR Image Scan", {**detail, **changed}, arn("ecr", "repository/agora/api"))


#: [EventBridge events sent for enhanced scanning in Amazon ECR]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html).
ENHANCED_SCAN = event(
    "aws.inspector2",
    "Inspector2 Scan",
    {
        "scan-status": "INITIAL_SCAN_COMPLETE",
        "repository-name": arn("ecr", "repository/agora/api"),
        "finding-severity-counts": {"CRITICAL": 7, "HIGH": 61, "MEDIUM": 62, "TOTAL": 158},
        "image-digest": DIGEST,
        "image-tags": ["1.4.0", "latest"],
    },
    arn("ecr", "repository/agora/api"),
)


def database(category: str, message: str, id: str) -> dict[str, Any]:
    """[Getting CloudWatch Events and Amazon EventBridge events for Amazon RDS]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloud-watch-events.html).
    """
    source = arn("rds", "db:agora-prod")
    detail = {
        "EventCategories": [category],
        "SourceType": "DB_INSTANCE",
        "SourceArn": source,
        "Date": "2026-11-21T10:00:00.292Z",
        "Message": message,
        "SourceIdentifier": "agora-prod",
        "EventID": id,
    }
    return event("aws.rds", "RDS DB Instance Event", detail, source)


#: [Getting CloudWatch Events and Amazon EventBridge events for Amazon Aurora]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-cloud-watch-events.html), which has no EventID.
CLUSTER_FAILOVER = event(
    "aws.rds",
    "RDS DB Cluster Event",
    {
        "EventCategories": ["failover"],
        "SourceType": "CLUSTER",
        "SourceArn": arn("rds", "cluster:agora-prod"),
        "Date": "2026-11-21T10:00:00.882Z",
        "SourceIdentifier": "rds:agora-prod",
        "Message": "Completed failover to DB instance: agora-prod-2",
    },
    arn("rds", "cluster:agora-prod"),
)

#: [Amazon EC2 Auto Scaling event reference]
#: (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html).
LAUNCH_UNSUCCESSFUL = event(
    "aws.autoscaling",
    "EC2 Instance Launch Unsuccessful",
    {
        "StatusCode": "Failed",
        "AutoScalingGroupName": "agora-prod-main",
        "ActivityId": "87654321-4321-4321-4321-210987654321",
        "Details": {"Availability Zone": "ap-northeast-2b", "Subnet ID": "subnet-12345678"},
        "RequestId": "12345678-1234-1234-1234-123456789012",
        "StatusMessage": "There is no Spot capacity available that matches your request.",
        "EndTime": "2026-11-21T10:00:00Z",
        "EC2InstanceId": "i-1234567890abcdef0",
        "StartTime": "2026-11-21T09:59:00Z",
        "Cause": "An instance was started in response to a difference between desired and actual capacity.",
    },
    arn("autoscaling", "autoScalingGroup:1234:autoScalingGroupName/agora-prod-main"),
)


def spot_interruption(action: str = "terminate") -> dict[str, Any]:
    """[Spot Instance interruption notices]
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
    """
    detail = {"instance-id": "i-1234567890abcdef0", "instance-action": action}
    return event(
        "aws.ec2", "EC2 Spot Instance Interruption Warning", detail, arn("ec2", "instance/i-1234567890abcdef0")
    )


def backup_job(state: str = "FAILED") -> dict[str, Any]:
    """[Monitoring AWS Backup events using Amazon EventBridge]
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html).
    """
    detail = {
        "backupJobId": "34176239-e96d-4e1d-9fad-529dbb3c3556",
        "backupVaultArn": arn("backup", "backup-vault:agora-prod"),
        "backupVaultName": "agora-prod",
        "bytesTransferred": "0",
        "creationDate": "2026-11-21T09:58:00.392Z",
        "resourceArn": arn("rds", "cluster:agora-prod"),
        "resourceType": "Aurora",
        "state": state,
        "statusMessage": '"Backup job failed because the vault does not exist."',
        "percentDone": 0,
    }
    return event("aws.backup", "Backup Job State Change", detail)


#: The same page.
COPY_FAILED = event(
    "aws.backup",
    "Copy Job State Change",
    {
        "copyJobId": "47C8EF56-74D8-059D-1301-C5BE1D5C926E",
        "backupSizeInBytes": 22548578304,
        "resourceArn": arn("ec2", "volume/vol-050eba21ee4d3c001"),
        "resourceType": "EBS",
        "sourceBackupVaultArn": arn("backup", "backup-vault:agora-prod"),
        "state": "FAILED",
        "statusMessage": "Access denied exception while trying to list tags",
        "destinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:agora-copies",
        "destinationRecoveryPointArn": {},
    },
    "arn:aws:ec2:ap-northeast-2::snapshot/snap-03886bc8d6ef3a1f9",
)
#: The same page.
RESTORE_FAILED = event(
    "aws.backup",
    "Restore Job State Change",
    {
        "restoreJobId": "1B234A56-789B-01CD-2A34-4567A08901FD",
        "backupSizeInBytes": "22548578304",
        "creationDate": "2026-11-21T09:58:00.303Z",
        "percentDone": 0,
        "resourceType": "EC2",
        "status": "FAILED",
        "statusMessage": "AWS Backup does not permit attaching a new instance profile to an EC2 instance.",
    },
    "arn:aws:ec2:ap-northeast-2::image/ami-12b3456dfb7f8cf90",
)


def key_call(name: str, **changed: Any) -> dict[str, Any]:
    """[ScheduleKeyDeletion](https://docs.aws.amazon.com/kms/latest/developerguide/ct-schedule-key-deletion.html) and
    [DisableKey](https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html).
    """
    detail = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/pipeline"},
        "eventTime": "2026-11-21T10:00:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "requestParameters": {"keyId": KEY},
        "responseElements": {"keyId": arn("kms", f"key/{KEY}")},
        "eventType": "AwsApiCall",
    }
    return event("aws.kms", "AWS API Call via CloudTrail", {**detail, **changed})


KEY_DELETION_SCHEDULED = key_call(
    "ScheduleKeyDeletion",
    requestParameters={"pendingWindowInDays": 20, "keyId": KEY},
    responseElements={
        "keyId": arn("kms", f"key/{KEY}"),
        "keyState": "PendingDeletion",
        "deletionDate": "Dec 11, 2026 10:00:00 AM",
    },
)
#: [Monitor KMS keys with Amazon EventBridge](https://docs.aws.amazon.com/kms/latest/developerguide/kms-events.html).
KEY_DELETED = event("aws.kms", "KMS CMK Deletion", {"key-id": KEY}, arn("kms", f"key/{KEY}"))


def certificate(what: str, **detail: Any) -> dict[str, Any]:
    """[Amazon EventBridge support for ACM](https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html)."""
    resource = arn("acm", f"certificate/{KEY}")
    return event("aws.acm", f"ACM Certificate {what}", {"CommonName": "agora.example.com", **detail}, resource)


EXPIRING = certificate("Approaching Expiration", DaysToExpiry=31)
EXPIRED = certificate(
    "Expired",
    CertificateType="AMAZON_ISSUED",
    DomainValidationMethod="DNS",
    CertificateExpirationDate="2026-11-21T10:00:00Z",
    InUse=True,
)
RENEWAL = certificate(
    "Renewal Action Required",
    CertificateType="AMAZON_ISSUED",
    DomainValidationMethod="DNS",
    RenewalStatusReason="CAA_ERROR",
    DaysToExpiry=1,
    CertificateExpirationDate="2026-11-22T10:00:00Z",
    InUse=False,
)

ALL = (
    stopped_task(),
    image_scan(),
    ENHANCED_SCAN,
    database("failure", "Database instance put into incompatible-parameters.", "RDS-EVENT-0035"),
    CLUSTER_FAILOVER,
    LAUNCH_UNSUCCESSFUL,
    spot_interruption(),
    backup_job(),
    COPY_FAILED,
    RESTORE_FAILED,
    KEY_DELETION_SCHEDULED,
    key_call("DisableKey"),
    KEY_DELETED,
    EXPIRING,
    EXPIRED,
    RENEWAL,
)
