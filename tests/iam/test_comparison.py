"""Policy comparison, regardless of Sids and order."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.comparison import Principal, beyond, grants
from iam.evaluation import is_allowed
from iam.patterns import includes, matches

READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::content/*"}


def gained(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Return the number of new grants of a policy with one statement."""
    return len(beyond(grants([after], "Allow"), grants([before], "Allow")))


@pytest.mark.parametrize(
    "same",
    [
        {"Sid": "Read"},
        {"Action": ["s3:getobject"]},
        {"Resource": ["arn:aws:s3:::content/*", "arn:aws:s3:::content/public/*"]},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "333333333333"}}},
    ],
)
def test_equal_or_narrower_statement_is_not_new(same: dict[str, Any]) -> None:
    assert gained(READ, {**READ, **same}) == 0


@pytest.mark.parametrize(
    "more",
    [
        {"Action": "s3:Get*"},
        {"Action": ["s3:GetObject", "s3:PutObject"]},
        {"Resource": "*"},
        {"Principal": "*"},
        {"NotAction": "s3:DeleteObject"},
    ],
)
def test_broader_statement_is_new(more: dict[str, Any]) -> None:
    without = {key: value for key, value in READ.items() if not (key == "Action" and "NotAction" in more)}
    assert gained(READ, {**without, **more}) == 1


@pytest.mark.parametrize(
    ("before", "after", "is_new"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, True),
        ({}, {"StringEquals": {"aws:SourceAccount": "1"}}, False),
        ({"StringEquals": {"aws:SourceAccount": ["1", "2"]}}, {"StringEquals": {"AWS:SourceAccount": "1"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}, True),
        ({"StringLike": {"x:sub": "a:*"}}, {"StringLike": {"x:sub": "a:b:*"}}, False),
        ({"StringLike": {"x:sub": "a:b:*"}}, {"StringLike": {"x:sub": "a:*"}}, True),
        ({"StringLike": {"x:sub": "a:*"}}, {"StringEquals": {"x:sub": "a:b"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:x"}}, {"ArnEquals": {"aws:SourceArn": "arn:x"}}, False),
        ({"StringEquals": {"x:sub": "a"}}, {"StringEqualsIfExists": {"x:sub": "a"}}, True),
        ({"StringEqualsIfExists": {"x:sub": "a"}}, {"StringEquals": {"x:sub": "a"}}, False),
        ({"StringNotEquals": {"x:sub": "a"}}, {"StringNotEquals": {"x:sub": ["a", "b"]}}, False),
        ({"StringNotEquals": {"x:sub": ["a", "b"]}}, {"StringNotEquals": {"x:sub": "a"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"IpAddress": {"aws:SourceIp": "203.0.113.7/32"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"IpAddress": {"aws:SourceIp": "203.0.0.0/16"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, {"Bool": {"aws:SecureTransport": "true"}}, False),
    ],
)
def test_conditions_are_compared_by_the_requests_that_meet_them(before: Any, after: Any, is_new: bool) -> None:
    assert gained({**READ, "Condition": before}, {**READ, "Condition": after}) == is_new


def test_account_includes_its_roles() -> None:
    account = Principal("AWS", "arn:aws:iam::333333333333:root")
    assert account.includes(Principal("AWS", "arn:aws:iam::333333333333:role/x"))
    assert not account.includes(Principal("AWS", "arn:aws:iam::444444444444:role/x"))
    assert not Principal("AWS", "*").includes(Principal("Service", "s3.amazonaws.com"))


patterns = st.text("ab*?", max_size=5)


@given(patterns, patterns, st.text("ab", max_size=6))
def test_wider_pattern_matches_everything_that_a_narrower_one_matches(wide: str, narrow: str, value: str) -> None:
    if includes(wide, narrow) and matches(narrow, value):
        assert matches(wide, value)


actions = st.sampled_from(["s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "*"])
resources = st.sampled_from(["*", "arn:a/*", "arn:a/b", "arn:c"])
policy = st.lists(
    st.builds(lambda a, r: {"Effect": "Allow", "Action": a, "Resource": r}, actions, resources), max_size=3
)


@given(
    policy, policy, st.sampled_from(["s3:GetObject", "s3:PutObject"]), st.sampled_from(["arn:a/b", "arn:a/x", "arn:c"])
)
def test_request_that_is_newly_allowed_is_a_new_grant(before: Any, after: Any, action: str, resource: str) -> None:
    if is_allowed(after, action, resource, {}) and not is_allowed(before, action, resource, {}):
        assert beyond(grants(after, "Allow"), grants(before, "Allow"))
