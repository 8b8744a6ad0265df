"""Route 53: query logs require a resource policy."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import ACCOUNT

REGION = "us-east-1"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/route53/public"


@pytest.fixture
def route53(client: Callable[..., Any]) -> Any:
    return client("route53")


@pytest.fixture
def logs(client: Callable[..., Any]) -> Iterator[Any]:
    logs = client("logs", region_name=REGION)
    logs.create_log_group(logGroupName="/route53/public")
    yield logs
    logs.delete_log_group(logGroupName="/route53/public")
    for policy in logs.describe_resource_policies()["resourcePolicies"]:
        logs.delete_resource_policy(policyName=policy["policyName"])


@pytest.fixture
def zone_id(route53: Any) -> str:
    created = route53.create_hosted_zone(Name="agora.example", CallerReference=str(uuid4()))
    return str(created["HostedZone"]["Id"]).removeprefix("/hostedzone/")


def let(logs: Any, zone_id: str, *actions: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "route53.amazonaws.com"},
        "Action": actions,
        "Resource": f"{ARN}:*",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{zone_id}"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    logs.put_resource_policy(policyName="query-logs", policyDocument=document)


@pytest.mark.parametrize("arn", [ARN, f"{ARN}:*"])
def test_query_log_arn_is_returned_in_the_given_form(route53: Any, logs: Any, zone_id: str, arn: str) -> None:
    let(logs, zone_id, "logs:CreateLogStream", "logs:PutLogEvents")
    created = route53.create_query_logging_config(HostedZoneId=zone_id, CloudWatchLogsLogGroupArn=arn)
    read = route53.get_query_logging_config(Id=created["QueryLoggingConfig"]["Id"])["QueryLoggingConfig"]
    assert (read["HostedZoneId"], read["CloudWatchLogsLogGroupArn"]) == (zone_id, arn)
    route53.delete_query_logging_config(Id=read["Id"])


@pytest.mark.parametrize(
    ("zone", "actions"),
    [
        ("", ("logs:CreateLogStream", "logs:PutLogEvents")),
        ("same", ("logs:CreateLogStream",)),
        ("same", ("logs:PutLogEvents",)),
        ("none", ()),
    ],
)
def test_query_log_without_a_policy_fails(
    route53: Any, logs: Any, zone_id: str, zone: str, actions: tuple[str, ...]
) -> None:
    if actions:
        let(logs, zone_id if zone == "same" else "ZOTHER", *actions)
    with pytest.raises(ClientError) as error:
        route53.create_query_logging_config(HostedZoneId=zone_id, CloudWatchLogsLogGroupArn=ARN)
    assert error.value.response["Error"]["Code"] == "InsufficientCloudWatchLogsResourcePolicy"
    logged = route53.list_query_logging_configs()["QueryLoggingConfigs"]
    assert zone_id not in [each["HostedZoneId"] for each in logged]


def test_query_log_without_a_log_group_fails(route53: Any, zone_id: str) -> None:
    with pytest.raises(ClientError) as error:
        route53.create_query_logging_config(HostedZoneId=zone_id, CloudWatchLogsLogGroupArn=f"{ARN}-2")
    assert error.value.response["Error"]["Code"] == "NoSuchCloudWatchLogsLogGroup"
