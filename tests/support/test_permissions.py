"""The evaluation of policies for the tests of least privilege."""

from typing import Any

import pytest

from tests.support.permissions import allows

BUCKET = "arn:aws:s3:::agora"


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": ["s3:GetObject"], "Resource": [f"{BUCKET}/*"], **elements}


def test_request_that_no_statement_allows_is_not_allowed() -> None:
    assert not allows([], "s3:GetObject", f"{BUCKET}/a")
    assert not allows([statement()], "s3:PutObject", f"{BUCKET}/a")
    assert not allows([statement()], "s3:GetObject", "arn:aws:s3:::other/a")
    assert allows([statement()], "s3:GetObject", f"{BUCKET}/a/b")


def test_actions_ignore_case_and_resources_do_not() -> None:
    assert allows([statement()], "s3:getobject", f"{BUCKET}/a")
    assert not allows([statement()], "s3:GetObject", f"{BUCKET.upper()}/a")


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("s3:*", "s3:DeleteBucket", True),
        ("s3:Get*", "s3:GetObjectVersion", True),
        ("s3:Get*", "s3:PutObject", False),
        ("s3:GetObjec?", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("*", "iam:CreateUser", True),
        ("s3:Get.*", "s3:GetObject", False),
    ],
)
def test_wildcards(pattern: str, action: str, expected: bool) -> None:
    assert allows([statement(Action=pattern, Resource="*")], action, "x") is expected


def test_deny_overrides_every_allow() -> None:
    deny = statement("Deny", Action="s3:*", Resource=f"{BUCKET}/secret/*")
    for statements in ([statement(), deny], [deny, statement()]):
        assert not allows(statements, "s3:GetObject", f"{BUCKET}/secret/a")
        assert allows(statements, "s3:GetObject", f"{BUCKET}/open/a")


def test_not_action_and_not_resource() -> None:
    others = {"Effect": "Deny", "NotAction": ["sts:*"], "NotResource": [f"{BUCKET}/*"]}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert allows([everything, others], "sts:GetCallerIdentity", "x")
    assert allows([everything, others], "s3:GetObject", f"{BUCKET}/a")
    assert not allows([everything, others], "s3:GetObject", "x")


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"kms:ViaService": "s3"}}, {"kms__ViaService": "s3"}, True),
        ({"StringEquals": {"kms:ViaService": ["rds", "s3"]}}, {"kms__ViaService": "s3"}, True),
        ({"StringEquals": {"kms:ViaService": "s3"}}, {"kms__ViaService": "sqs"}, False),
        ({"StringEquals": {"kms:ViaService": "s3"}}, {}, False),
        ({"StringEquals": {"KMS:viaservice": "s3"}}, {"kms__ViaService": "s3"}, True),
        ({"StringEqualsIfExists": {"kms:ViaService": "s3"}}, {}, True),
        ({"StringEqualsIfExists": {"kms:ViaService": "s3"}}, {"kms__ViaService": "x"}, False),
        ({"StringNotEquals": {"kms:ViaService": "s3"}}, {}, True),
        ({"StringNotEquals": {"kms:ViaService": ["rds", "s3"]}}, {"kms__ViaService": "s3"}, False),
        ({"StringLike": {"s3:prefix": "up/*"}}, {"s3__prefix": "up/a"}, True),
        ({"StringLike": {"s3:prefix": "up/*"}}, {"s3__prefix": "other"}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:*:role/a"}}, {"aws__PrincipalArn": "arn:x:role/b"}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws__SecureTransport": "False"}, True),
        ({"StringLike": {"a:a": "x*"}, "Bool": {"a:b": "true"}}, {"a__a": "x", "a__b": "false"}, False),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], expected: bool) -> None:
    assert allows([statement(Condition=condition)], "s3:GetObject", f"{BUCKET}/a", **context) is expected


def test_unsupported_operator_raises_an_error() -> None:
    dates = {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}
    with pytest.raises(NotImplementedError, match="DateGreaterThan"):
        allows([statement(Condition=dates)], "s3:GetObject", f"{BUCKET}/a")


def test_terraform_expression_equals_only_itself() -> None:
    statements = [statement(Resource="${one(aws_rds_cluster.main.master_user_secret[*].secret_arn)}")]
    assert allows(statements, "s3:GetObject", "${one(aws_rds_cluster.main.master_user_secret[*].secret_arn)}")
    assert not allows(statements, "s3:GetObject", "${aws_secretsmanager_secret.other.arn}")
