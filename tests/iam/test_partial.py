"""Evaluation of a request of which not everything is known."""

import pytest

from iam.evaluation import Statement
from iam.partial import may_be_allowed
from modules.foundation.policies import allow, deny

KNOWN = ("iam:passedtoservice",)
ALLOW = allow("Allow", actions=["s3:*"], resources=["arn:aws:s3:::own"])


@pytest.mark.parametrize(
    ("statements", "resource", "expected"),
    [
        ([ALLOW], "arn:aws:s3:::own", True),
        ([ALLOW], "arn:aws:s3:::other", False),
        ([ALLOW], None, True),
        ([], None, False),
        ([ALLOW, deny("Deny", actions=["s3:*"], resources=["arn:aws:s3:::own"])], "arn:aws:s3:::own", False),
        ([ALLOW, deny("Deny", actions=["s3:*"], resources=["arn:aws:s3:::own"])], None, True),
        ([ALLOW, deny("Deny", actions=["s3:*"], resources=["*"])], None, False),
    ],
)
def test_unknown_resource_is_allowed_by_any_statement(
    statements: list[Statement], resource: str | None, expected: bool
) -> None:
    assert may_be_allowed(statements, "s3:GetObject", resource, {}, KNOWN) is expected


def test_unknown_condition_key_is_met_in_an_allow_and_not_in_a_deny() -> None:
    unknown = {"StringEquals": {"aws:ResourceTag/team": "x"}}
    allowed = allow("A", actions=["s3:*"], resources=["*"], condition=unknown)
    denied = deny("D", actions=["s3:*"], resources=["*"], condition=unknown)
    assert may_be_allowed([allowed, denied], "s3:GetObject", "arn:aws:s3:::own", {}, KNOWN)


def test_known_condition_key_is_compared() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    statement = allow("Pass", actions=["iam:PassRole"], resources=["*"], condition=condition)
    for context, expected in ({"iam:passedtoservice": "ec2.amazonaws.com"}, True), ({}, False):
        assert may_be_allowed([statement], "iam:PassRole", "*", context, KNOWN) is expected
