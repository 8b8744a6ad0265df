"""The evaluation of IAM policies."""

from typing import Any

import pytest

from iam.conditions import condition_holds
from iam.evaluation import applies, effects
from iam.patterns import intersect, matches

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
        ("StringLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/grou?dwork"], True),
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


@pytest.mark.parametrize(
    ("operator", "expected", "holds"),
    [
        ("StringEquals", ["alias/state"], False),
        ("ForAnyValue:StringEquals", ["alias/state"], True),
        ("ForAnyValue:StringEquals", ["alias/other"], False),
        ("ForAllValues:StringEquals", ["alias/state"], False),
        ("ForAllValues:StringLike", ["alias/*"], True),
        ("ForAnyValue:StringNotEquals", ["alias/state"], True),
        ("ForAllValues:StringNotEquals", ["alias/state"], False),
    ],
)
def test_a_multivalued_key_matches_only_with_a_set_operator(operator: str, expected: list[str], holds: bool) -> None:
    context = {"kms:resourcealiases": ["alias/state", "alias/second"]}
    assert condition_holds(operator, "kms:ResourceAliases", expected, context) is holds


def test_missing_multivalued_key_meets_for_all_values_only() -> None:
    assert condition_holds("ForAllValues:StringEquals", "aws:TagKeys", ["x"], {}) is True
    assert condition_holds("ForAnyValue:StringEquals", "aws:TagKeys", ["x"], {}) is False
    assert condition_holds("ForAnyValue:StringNotEquals", "aws:TagKeys", ["x"], {}) is False


def test_an_unknown_operator_raises_an_error() -> None:
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


def test_a_trust_policy_names_a_provider_and_no_resource() -> None:
    provider = "arn:aws:iam::333333333333:oidc-provider/gitlab.com"
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    assert applies(statement, "sts:AssumeRoleWithWebIdentity", "*", {"aws:federatedprovider": provider})
    assert not applies(
        statement, "sts:AssumeRoleWithWebIdentity", "*", {"aws:federatedprovider": f"{provider}.example"}
    )
    assert not applies(statement, "sts:AssumeRoleWithWebIdentity", "*", CONTEXT)


def test_everyone_among_aws_principals_does_not_name_a_service() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}
    assert not applies(statement, "s3:GetObject", "x", {"aws:principalservicename": "sns.amazonaws.com"})


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [("a*c", "abc", True), ("a?c", "ac", False), ("a[b]c", "abc", False), ("a*", "b", False), ("*", "", True)],
)
def test_pattern_has_two_wildcards(pattern: str, value: str, expected: bool) -> None:
    assert matches(pattern, value) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a*", "*b", True),
        ("a*", "b*", False),
        ("a?c", "abc", True),
        ("*", "", True),
        ("a?", "a", False),
        ("a*c", "a?d*c", True),
    ],
)
def test_patterns_intersect_if_a_text_matches_both(one: str, other: str, expected: bool) -> None:
    assert intersect(one, other) is expected
    assert intersect(other, one) is expected
