"""Recorded requests, parsed with AWS's service models."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.iam_resources import passed_roles, resource_of
from local_aws.requests import RecordedRequest, read
from tests.aws_facts.iam_actions import action_of, reads


def recorded(tmp_path: Path, service: str, *, body: str = "", **line: Any) -> RecordedRequest:
    """Return the request of one recorded line."""
    signature = f"AWS4-HMAC-SHA256 Credential=key/20261126/us-east-1/{service}/aws4_request, Signature=0"
    headers = {"authorization": signature, "user-agent": "Terraform/1.11", **line.pop("headers", {})}
    values = {"method": "POST", "path": "/", "query": "", "account": "111111111111", **line}
    encoded = base64.b64encode(body.encode()).decode()
    path = tmp_path / "requests.jsonl"
    path.write_text(json.dumps({**values, "headers": headers, "body": encoded}) + "\n")
    (found,) = read(path)
    return found


FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/x-amz-json-1.1"}


@pytest.mark.parametrize(
    ("service", "line", "expected", "action"),
    [
        ("iam", {"headers": FORM, "body": "Action=GetRole&Version=2010-05-08&RoleName=api"},
         ("iam", "GetRole", {"RoleName": "api"}), "iam:GetRole"),
        ("ec2", {"headers": FORM, "body": "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1"},
         ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}), "ec2:DescribeVpcs"),
        ("elasticloadbalancing", {"headers": FORM, "body": "Action=DescribeRules&Version=2015-12-01"},
         ("elbv2", "DescribeRules", {}), "elasticloadbalancing:DescribeRules"),
        ("logs", {"headers": {**JSON, "x-amz-target": "Logs_20140328.CreateLogGroup"}, "body": '{"logGroupName": "a"}'},
         ("logs", "CreateLogGroup", {"logGroupName": "a"}), "logs:CreateLogGroup"),
        ("lambda", {"method": "GET", "path": "/2015-03-31/functions/thumbnail"},
         ("lambda", "GetFunction", {"FunctionName": "thumbnail"}), "lambda:GetFunction"),
        ("s3", {"method": "GET", "path": "/content", "query": "lifecycle"},
         ("s3", "GetBucketLifecycleConfiguration", {"Bucket": "content"}), "s3:GetLifecycleConfiguration"),
    ],
)  # fmt: skip
def test_read_of_each_protocol_returns_operation_parameters_and_action(
    tmp_path: Path, service: str, line: dict[str, Any], expected: tuple[str, str, dict[str, Any]], action: str
) -> None:
    found = recorded(tmp_path, service, **line)
    assert (found.service, found.operation, found.parameters) == expected
    assert action_of(found) == action
    assert found.is_terraforms


def test_passed_roles_are_those_of_parameters_and_not_of_environment_variables(tmp_path: Path) -> None:
    role = "arn:aws:iam::111111111111:role/{}"
    body = {
        "FunctionName": "push",
        "Role": role.format("function"),
        "Code": {},
        "Environment": {"Variables": {"OPERATORS": role.format("operators")}},
    }
    path = "/2015-03-31/functions"
    request = recorded(
        tmp_path, "lambda", path=path, headers={"content-type": "application/json"}, body=json.dumps(body)
    )
    assert passed_roles(request) == {role.format("function")}


def test_reads_of_a_writing_action_is_false(tmp_path: Path) -> None:
    body = "Action=CreateRole&Version=2010-05-08&RoleName=api&AssumeRolePolicyDocument=x"
    request = recorded(tmp_path, "iam", headers=FORM, body=body)
    assert not reads(action_of(request))
    assert resource_of(request) == "arn:aws:iam::111111111111:role/api"
