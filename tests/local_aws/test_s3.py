"""S3: bucket policies with conditions, lifecycle rules, and access logs."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

# Moto rejects an object without a body, so that boto3 has only the status.
DENIED = "403"


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"agora-{uuid4().hex}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    return name


def test_concurrent_conditional_writes_succeed_once(s3: Any, bucket: str) -> None:
    """Terraform locks a state this way (`use_lockfile`)."""

    def create(key: str) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=b"lock", IfNoneMatch="*")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for turn in range(5):
            assert sum(pool.map(create, [f"{turn}.tflock"] * 8)) == 1


def _put_policy(s3: Any, bucket: str, *statements: dict[str, Any]) -> None:
    complete = [
        {"Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"], **statement} for statement in statements
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": complete}))


def _deny(condition: dict[str, Any], action: str = "s3:*") -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Condition": condition}


def test_deny_without_tls_allows_requests(s3: Any, bucket: str) -> None:
    _put_policy(s3, bucket, _deny({"Bool": {"aws:SecureTransport": "false"}}))
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"1")
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"2")
    assert s3.get_object(Bucket=bucket, Key="a/b")["Body"].read() == b"2"
    s3.delete_object(Bucket=bucket, Key="a/b")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_applicable_deny_rejects_the_request(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    _put_policy(s3, bucket, _deny({"Bool": {"aws:SecureTransport": "true"}}, "s3:GetObject"))
    with pytest.raises(ClientError, match=DENIED):
        s3.get_object(Bucket=bucket, Key="a")
    s3.put_object(Bucket=bucket, Key="a", Body=b"2")


def test_deny_of_other_encryption_rejects_writes(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    condition = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    _put_policy(s3, bucket, _deny(condition, "s3:PutObject"))
    with pytest.raises(ClientError, match=DENIED):
        s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    s3.put_object(Bucket=bucket, Key="a", Body=b"3", ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"3"


@pytest.mark.parametrize(
    ("account", "allowed"), [("333333333333", True), ("111111111111", False)], ids=["own", "other"]
)
def test_deny_to_other_accounts_rejects_only_them(s3: Any, bucket: str, account: str, allowed: bool) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    _put_policy(s3, bucket, _deny({"StringNotEquals": {"aws:PrincipalAccount": account}}))
    if allowed:
        s3.get_object(Bucket=bucket, Key="a")
    else:
        with pytest.raises(ClientError, match=DENIED):
            s3.get_object(Bucket=bucket, Key="a")


def test_deny_to_a_role_rejects_only_it(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    deny = {"Effect": "Deny", "Action": "s3:GetObject"}
    _put_policy(s3, bucket, {**deny, "Principal": {"AWS": "arn:aws:iam::333333333333:role/somebody-else"}})
    s3.get_object(Bucket=bucket, Key="a")
    _put_policy(s3, bucket, {**deny, "Principal": {"AWS": "arn:aws:iam::333333333333:role/groundwork"}})
    with pytest.raises(ClientError, match=DENIED):
        s3.get_object(Bucket=bucket, Key="a")


def test_lifecycle_rules_are_returned_as_they_were_put(s3: Any, bucket: str) -> None:
    rules: list[dict[str, Any]] = [
        {
            "ID": "old versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 10},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "ID": "large ones",
            "Status": "Disabled",
            "Filter": {
                "And": {
                    "Prefix": "logs/",
                    "ObjectSizeGreaterThan": 1000,
                    "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}],
                }
            },
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
            "Expiration": {"Days": 90},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    read = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert read["Rules"] == rules
    assert read["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={"Rules": rules[:1]},
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    read = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert read["Rules"] == rules[:1]
    assert read["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_access_logs_require_permission_of_the_target(s3: Any, bucket: str) -> None:
    target = f"{bucket}-logs"
    s3.create_bucket(Bucket=target, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    status = {
        "LoggingEnabled": {
            "TargetBucket": target,
            "TargetPrefix": "s3/",
            "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
        }
    }
    leave = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": ["s3:PutObject"],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "333333333333"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
        },
    }
    elsewhere = {**leave, "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}}
    for rejecting in (elsewhere, {**leave, "Resource": f"arn:aws:s3:::{target}/other/*"}):
        _put_policy(s3, target, rejecting)
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
            s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)
    _put_policy(s3, target, leave, _deny({"Bool": {"aws:SecureTransport": "false"}}))
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == status["LoggingEnabled"]
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)


def test_event_bridge_is_returned_with_other_notifications(s3: Any, client: Callable[[str], Any], bucket: str) -> None:
    queue = client("sqs").create_queue(QueueName=f"{bucket[:20]}-uploads")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    uploads = {"Id": "uploads", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}, "QueueConfigurations": [uploads]}
    )
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert found["EventBridgeConfiguration"] == {}
    assert found["QueueConfigurations"] == [uploads]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_delete_markers_send_notifications_and_can_be_deleted(
    s3: Any, bucket: str, client: Callable[[str], Any]
) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=f"heard-{uuid4().hex}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    notifications = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notifications)
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    s3.delete_object(Bucket=bucket, Key="a")
    heard = [json.loads(each["Body"]) for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    names = [record["eventName"] for each in heard for record in each.get("Records", [])]
    assert names == ["ObjectRemoved:DeleteMarkerCreated"]
    versions = s3.list_object_versions(Bucket=bucket)
    objects = [
        {"Key": each["Key"], "VersionId": each["VersionId"]}
        for each in [*versions["Versions"], *versions["DeleteMarkers"]]
    ]
    assert len(s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})["Deleted"]) == 2
    s3.delete_bucket(Bucket=bucket)
