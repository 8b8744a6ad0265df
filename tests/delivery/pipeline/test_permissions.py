"""What the apply role may do, by the types of an environment's resources."""

import json
import re

from iam.evaluation import Statement, is_allowed
from modules.delivery.pipeline.permissions import (
    MANAGED_POLICY_LIMIT,
    general_policies,
    own_access_denied,
    own_resources,
)
from modules.delivery.pipeline.rights.table import known_types, supplements
from modules.foundation.names import Names

PROD = Names("agora", "prod", "333333333333", "ap-northeast-2", has_boundary=True)
ACCOUNT = Names("agora", "account", "333333333333", "ap-northeast-2")
STATES = "arn:aws:s3:::agora-account-state-333333333333-ap-northeast-2"
IAM = "arn:aws:iam::333333333333"
BOUNDARY = {"iam:permissionsboundary": str(PROD.boundary_arn)}


def statements(*types: str) -> list[Statement]:
    general = [each for policy in general_policies(types) for each in policy]
    own = own_resources(PROD, types, str(PROD.boundary_arn))
    return [*general, *own, *own_access_denied(ACCOUNT, "gitlab.com", STATES)]


def allowed(action: str, resource: str, *types: str, **context: str) -> bool:
    return is_allowed(
        statements(*types), action, resource, {key.replace("__", ":"): value for key, value in context.items()}
    )


def test_only_types_of_the_environment_are_created_and_updated() -> None:
    for action in ("rds:CreateDBInstance", "rds:ModifyDBInstance"):
        assert allowed(action, "*", "aws_db_instance")
        assert not allowed(action, "*", "aws_sqs_queue")


def test_every_type_is_read_and_deleted_since_its_block_may_be_gone() -> None:
    for action in ("rds:DescribeDBInstances", "rds:DeleteDBInstance"):
        assert allowed(action, "*", "aws_sqs_queue")


def test_each_policy_fits_and_their_number_is_the_same_for_every_environment() -> None:
    everything, little = general_policies(known_types()), general_policies(["aws_sqs_queue"])
    assert len(everything) == len(little) <= 10
    for policy in everything:
        text = json.dumps({"Version": "2012-10-17", "Statement": policy})
        assert len(re.sub(r"\s", "", text)) <= MANAGED_POLICY_LIMIT


def test_roles_are_created_and_extended_only_with_the_boundary() -> None:
    role = f"{IAM}:role/agora-prod-service-api-task"
    types = ("aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment")
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert is_allowed(statements(*types), action, role, BOUNDARY), action
        assert not is_allowed(statements(*types), action, role, {}), action
        assert not is_allowed(statements(*types), action, f"{IAM}:role/other", BOUNDARY), action
    assert not is_allowed(statements(*types), "iam:DeleteRolePermissionsBoundary", role, BOUNDARY)


def test_roles_are_passed_only_to_services_of_the_environments_types() -> None:
    role = f"{IAM}:role/agora-prod-function-push"
    assert allowed("iam:PassRole", role, "aws_lambda_function", iam__passedtoservice="lambda.amazonaws.com")
    assert not allowed("iam:PassRole", role, "aws_sqs_queue", iam__passedtoservice="lambda.amazonaws.com")
    for service in ("ec2.amazonaws.com", "cloudformation.amazonaws.com"):
        assert not allowed("iam:PassRole", role, "aws_lambda_function", iam__passedtoservice=service)
    other = f"{IAM}:role/agora-account-prod-apply"
    assert not allowed("iam:PassRole", other, "aws_lambda_function", iam__passedtoservice="lambda.amazonaws.com")


def test_nothing_that_lets_the_pipeline_in_can_be_changed() -> None:
    every = statements(*known_types())
    for action, resource in (
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/agora-account-prod-apply"),
        ("iam:PutRolePolicy", f"{IAM}:role/agora-account-prod-apply"),
        ("iam:CreatePolicyVersion", str(PROD.boundary_arn)),
        ("iam:DeletePolicy", f"{IAM}:policy/agora-account-prod-apply-1"),
        ("iam:UpdateOpenIDConnectProviderThumbprint", f"{IAM}:oidc-provider/gitlab.com"),
        ("s3:PutBucketPolicy", STATES),
        ("iam:CreateUser", f"{IAM}:user/mina"),
        ("iam:CreateAccessKey", f"{IAM}:user/mina"),
    ):
        assert not is_allowed(every, action, resource, BOUNDARY), action
    key = {"kms:resourcealiases": ["alias/agora/account/state"]}
    for action in ("kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"):
        assert not is_allowed(every, action, "*", key), action
        assert is_allowed(every, action, "*", {"kms:resourcealiases": ["alias/agora/prod/data"]}), action


def test_keys_are_used_only_through_services() -> None:
    assert not allowed("kms:Decrypt", "*", "aws_db_instance")
    assert allowed("kms:Decrypt", "*", "aws_db_instance", kms__viaservice="rds.ap-northeast-2.amazonaws.com")
    assert not allowed("kms:CreateGrant", "*", "aws_db_instance")
    assert allowed("kms:CreateGrant", "*", "aws_db_instance", kms__grantisforawsresource="true")


def test_secrets_and_buckets_are_the_environments_own() -> None:
    secret = "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:{}-AbCdEf"
    for name, expected in (("agora/prod/token", True), ("rds!cluster-1", True), ("agora/staging/token", False)):
        assert allowed("secretsmanager:DeleteSecret", secret.format(name), "aws_secretsmanager_secret") is expected
        assert not allowed("secretsmanager:GetSecretValue", secret.format(name), "aws_secretsmanager_secret")
    assert allowed("s3:DeleteBucket", "arn:aws:s3:::agora-prod-media-333333333333-ap-northeast-2", "aws_s3_bucket")
    assert not allowed("s3:DeleteBucket", "arn:aws:s3:::agora-staging-media", "aws_s3_bucket")


def test_each_row_of_the_supplement_adds_something_and_has_a_page() -> None:
    for row in supplements():
        assert "https://docs.aws.amazon.com/" in row.page
        assert row.create or row.update or row.read or row.delete or row.passes
