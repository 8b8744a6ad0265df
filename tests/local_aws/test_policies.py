"""The evaluation of resource policies, without a server."""

from typing import Any

import pytest

from ops.local_aws.policies import applies, condition_holds, effects

CONTEXT = {
    "aws:securetransport": "true",
    "aws:principalaccount": "333333333333",
    "aws:principalarn": "arn:aws:iam::333333333333:role/groundwork",
    "aws:sourceip": "127.0.0.1",
    "s3:max-keys": "10",
}


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "holds"),
    [
        ("Bool", "aws:SecureTransport", ["true"], True),
        ("Bool", "aws:SecureTransport", ["false"], False),
        ("Bool", "aws:Absent", ["false"], False),
        ("BoolIfExists", "aws:Absent", ["false"], True),
        ("StringEquals", "AWS:PrincipalAccount", ["1", "333333333333"], True),
        ("StringEquals", "aws:Absent", ["x"], False),
        ("StringNotEquals", "aws:PrincipalAccount", ["1", "2"], True),
        ("StringNotEquals", "aws:PrincipalAccount", ["1", "333333333333"], False),
        ("StringNotEquals", "aws:Absent", ["x"], True),
        ("StringNotEqualsIfExists", "aws:Absent", ["x"], True),
        ("StringLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/ground?ork"], True),
        ("StringLike", "aws:PrincipalArn", ["arn:aws:iam::[3]*"], False),
        ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::333333333333:role/*"], True),
        ("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::333333333333:role/*"], False),
        ("NumericLessThanEquals", "s3:max-keys", ["10"], True),
        ("NumericGreaterThan", "s3:max-keys", ["10"], False),
        ("IpAddress", "aws:SourceIp", ["127.0.0.0/8"], True),
        ("NotIpAddress", "aws:SourceIp", ["127.0.0.0/8", "10.0.0.0/8"], False),
        ("Null", "aws:Absent", ["true"], True),
        ("Null", "aws:SourceIp", ["true"], False),
    ],
)
def test_conditions(operator: str, key: str, wanted: list[str], holds: bool) -> None:
    assert condition_holds(operator, key, wanted, CONTEXT) is holds


def test_an_unknown_operator_is_no_guess() -> None:
    with pytest.raises(NotImplementedError, match="DateLessThan"):
        condition_holds("DateLessThan", "aws:CurrentTime", ["2026-01-01"], CONTEXT)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"Action": "s3:Get*"}, True),
        ({"Action": ["S3:getobject"]}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": None, "NotAction": "s3:PutObject"}, True),
        ({"Action": None, "NotAction": "s3:*"}, False),
        ({"Resource": "arn:aws:s3:::b/other"}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::b/other"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": "333333333333"}}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::333333333333:root"]}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}, False),
        ({"Principal": {"Service": "logging.s3.amazonaws.com"}}, False),
        ({"Principal": None, "NotPrincipal": {"AWS": "333333333333"}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}, "Null": {"aws:SourceIp": True}}}, False),
    ],
)
def test_statements(change: dict[str, Any], expected: bool) -> None:
    usual = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    statement = {name: value for name, value in {**usual, **change}.items() if value is not None}
    assert applies(statement, "s3:GetObject", "arn:aws:s3:::b/key", CONTEXT) is expected


def test_effects_of_one_statement_that_is_not_in_a_list() -> None:
    policy = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
    assert effects(policy, "s3:GetObject", "arn:aws:s3:::b/key", CONTEXT) == {"Allow"}
