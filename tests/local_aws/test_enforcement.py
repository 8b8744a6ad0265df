"""Requests with the credentials of a role: what its policies and its boundary allow."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.process import LocalAws
from modules.foundation.policies import allow, assumed_by, deny, document
from tests.local_aws.conftest import ACCOUNT, REGION

ROLES = f"arn:aws:iam::{ACCOUNT}:role"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/fence"


@pytest.fixture(scope="module", autouse=True)
def boundary(client: Callable[[str], Any]) -> None:
    iam = client("iam")
    statements = [allow("All", actions=["*"], resources=["*"]), deny("NoKeys", actions=["kms:*"], resources=["*"])]
    iam.create_policy(PolicyName="fence", PolicyDocument=document(statements))
    iam.create_role(RoleName="fence-function", AssumeRolePolicyDocument=assumed_by("lambda.amazonaws.com", None))


@pytest.fixture
def as_role(client: Callable[[str], Any], local_aws: LocalAws) -> Iterator[Callable[..., Callable[[str], Any]]]:
    """Return a function that creates a role with these statements, and returns a factory of its clients."""
    iam = client("iam")
    created: list[str] = []

    def create(*statements: Any, **arguments: str) -> Callable[[str], Any]:
        name = f"fence-{len(created)}"
        created.append(name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=assumed_by("ec2.amazonaws.com", None), **arguments)
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(statements))
        keys = client("sts").assume_role(RoleArn=f"{ROLES}/{name}", RoleSessionName="tests")["Credentials"]
        with patch.dict(os.environ, local_aws.environment(os.environ, sealed=True), clear=True):
            session: Any = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
        return lambda service: session.client(service, endpoint_url=local_aws.endpoint)

    yield create
    for name in created:
        iam.delete_role_policy(RoleName=name, PolicyName="own")
        iam.delete_role(RoleName=name)


#: One request in each protocol.
REQUESTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "ec2": ("ec2:DescribeVpcs", lambda client: client.describe_vpcs()),
    "sns": ("sns:ListTopics", lambda client: client.list_topics()),
    "s3": ("s3:ListAllMyBuckets", lambda client: client.list_buckets()),
    "logs": ("logs:DescribeLogGroups", lambda client: client.describe_log_groups()),
    "lambda": ("lambda:ListFunctions", lambda client: client.list_functions()),
    "sqs": ("sqs:ListQueues", lambda client: client.list_queues()),
}


@pytest.mark.parametrize("service", REQUESTS)
def test_request_without_permission_is_denied_in_the_services_protocol(service: str, as_role: Any) -> None:
    action, request = REQUESTS[service]
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}") as error:
        request(as_role(allow("Other", actions=["iam:GetRole"], resources=["*"]))(service))
    codes = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
    assert error.value.response["Error"]["Code"] in codes
    request(as_role(allow("This", actions=[action], resources=["*"]))(service))


def test_boundary_limits_what_a_policy_allows(as_role: Any) -> None:
    clients = as_role(allow("All", actions=["*"], resources=["*"]), PermissionsBoundary=BOUNDARY)
    clients("sqs").list_queues()
    with pytest.raises(ClientError, match="not authorized to perform: kms:ListKeys"):
        clients("kms").list_keys()


def test_boundary_that_does_not_exist_allows_nothing(as_role: Any) -> None:
    clients = as_role(allow("All", actions=["*"], resources=["*"]), PermissionsBoundary=f"{BOUNDARY}-missing")
    with pytest.raises(ClientError, match="AccessDenied"):
        clients("sqs").list_queues()


def test_resource_of_a_request_is_compared(as_role: Any) -> None:
    iam = as_role(allow("Own", actions=["iam:GetRole"], resources=[f"{ROLES}/fence-*"]))("iam")
    iam.get_role(RoleName="fence-function")
    with pytest.raises(ClientError, match=f"iam:GetRole on resource: {ROLES}/other"):
        iam.get_role(RoleName="other")


def test_role_is_created_only_with_the_boundary(as_role: Any, client: Callable[[str], Any]) -> None:
    condition = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    statement = allow("Bounded", actions=["iam:CreateRole"], resources=["*"], condition=condition)
    iam, trust = as_role(statement)("iam"), assumed_by("ec2.amazonaws.com", None)
    with pytest.raises(ClientError, match="iam:CreateRole"):
        iam.create_role(RoleName="unbounded", AssumeRolePolicyDocument=trust)
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=BOUNDARY)
    client("iam").delete_role(RoleName="bounded")


def test_role_is_passed_only_to_the_service_that_the_policy_names(as_role: Any) -> None:
    create = allow("Create", actions=["logs:PutSubscriptionFilter"], resources=["*"])

    def clients(service: str) -> Any:
        condition = {"StringEquals": {"iam:PassedToService": service}}
        return as_role(create, allow("Pass", actions=["iam:PassRole"], resources=["*"], condition=condition))("logs")

    given = {
        "logGroupName": "none", "filterName": "x", "filterPattern": "", "roleArn": f"{ROLES}/fence-function",
        "destinationArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/x",
    }  # fmt: skip
    with pytest.raises(ClientError, match=r"iam:PassRole on resource: .*fence-function"):
        clients("ec2.amazonaws.com").put_subscription_filter(**given)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        clients("lambda.amazonaws.com").put_subscription_filter(**given)


def test_key_is_compared_by_its_alias(as_role: Any, client: Callable[[str], Any]) -> None:
    kms = client("kms")
    ours, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName="alias/fence", TargetKeyId=ours)
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/fence"}}
    role = as_role(allow("Own", actions=["kms:GenerateDataKey"], resources=["*"], condition=condition))("kms")
    role.generate_data_key(KeyId=ours, KeySpec="AES_256")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        role.generate_data_key(KeyId=other, KeySpec="AES_256")


def test_caller_of_a_role_that_does_not_exist_may_do_everything(client: Callable[[str], Any]) -> None:
    client("sqs").list_queues()


def test_bucket_policy_that_names_the_role_allows_but_does_not_outweigh_a_denial(
    client: Callable[[str], Any], as_role: Any
) -> None:
    s3, bucket = client("s3"), "fence-bucket"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    objects = f"arn:aws:s3:::{bucket}/*"
    nothing = allow("Other", actions=["iam:GetRole"], resources=["*"])
    named, denied = as_role(nothing)("s3"), as_role(nothing, deny("No", actions=["s3:*"], resources=[objects]))("s3")
    principal = {"AWS": [f"{ROLES}/fence-{number}" for number in range(2)]}
    statement = {"Sid": "Put", "Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": objects}
    s3.put_bucket_policy(Bucket=bucket, Policy=document([statement]))
    named.put_object(Bucket=bucket, Key="a", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        named.delete_object(Bucket=bucket, Key="a")
    with pytest.raises(ClientError, match="AccessDenied"):
        denied.put_object(Bucket=bucket, Key="b", Body=b"")


def test_objects_that_are_deleted_together_are_compared_one_by_one(as_role: Any, client: Callable[[str], Any]) -> None:
    bucket = "fence-deleted-objects"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3 = as_role(allow("Some", actions=["s3:DeleteObject"], resources=[f"arn:aws:s3:::{bucket}/old/*"]))("s3")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "old/a"}, {"Key": "old/b"}]})
    with pytest.raises(ClientError, match=f"s3:DeleteObject on resource: arn:aws:s3:::{bucket}/new"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "old/a"}, {"Key": "new"}]})
    with pytest.raises(ClientError, match="s3:DeleteObjectVersion"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "old/a", "VersionId": "1"}]})
    client("s3").delete_bucket(Bucket=bucket)


def test_distribution_of_an_invalidation_is_compared(as_role: Any) -> None:
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution"
    statement = allow("Own", actions=["cloudfront:CreateInvalidation"], resources=[f"{distribution}/E1"])
    batch = {"Paths": {"Quantity": 1, "Items": ["/"]}, "CallerReference": "1"}
    cloudfront = as_role(statement)("cloudfront")
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.create_invalidation(DistributionId="E1", InvalidationBatch=batch)
    with pytest.raises(ClientError, match=f"cloudfront:CreateInvalidation on resource: {distribution}/E2"):
        cloudfront.create_invalidation(DistributionId="E2", InvalidationBatch=batch)
