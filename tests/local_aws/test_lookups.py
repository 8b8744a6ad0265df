"""Every operation with which an import ID is looked up, on the embedded AWS."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.recovery.import_forms import Listed
from ops.recovery.import_ids import IMPORT_IDS
from ops.recovery.lookup import import_ids
from tests.local_aws.conftest import ACCOUNT


class Anything(str):
    """A value whose items and attributes are values too."""

    def __getitem__(self, key: Any) -> "Anything":
        return self


class Values(dict[str, Any]):
    """Planned values for any name."""

    def __missing__(self, key: str) -> Anything:
        return Anything("missing")


VALUES = Values(
    topic_arn=f"arn:aws:sns:us-east-1:{ACCOUNT}:missing",
    event_source_arn=f"arn:aws:sqs:us-east-1:{ACCOUNT}:missing",
    load_balancer_arn=f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/missing/0123456789abcdef",
    listener_arn=f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener/app/missing/0123456789abcdef/1",
    security_group_id="sg-0123456789abcdef0",
    route_table_id="rtb-0123456789abcdef0",
    scope="REGIONAL",
    # Called for each listed object: other tests use the same account.
    description="missing",
    priority=1,
    port=443,
)


@pytest.mark.parametrize("kind", [kind for kind, row in IMPORT_IDS.items() if isinstance(row, Listed)])
def test_lookup_finds_the_resource(client: Callable[[str], Any], kind: str) -> None:
    try:
        assert import_ids(kind, VALUES, client) == []
    except ClientError as error:
        # The parent is missing; an operation that the embedded AWS lacks fails with HTTP 500.
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_cloudfront_policies_and_origins_are_found_by_name(client: Callable[[str], Any]) -> None:
    cloudfront = client("cloudfront")
    cache = {"Name": "looked-up", "MinTTL": 1}
    created = cloudfront.create_cache_policy(CachePolicyConfig=cache)["CachePolicy"]["Id"]
    assert import_ids("aws_cloudfront_cache_policy", {"name": "looked-up"}, client) == [created]
    headers = {"Name": "looked-up", "Comment": ""}
    created = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=headers)["ResponseHeadersPolicy"][
        "Id"
    ]
    assert import_ids("aws_cloudfront_response_headers_policy", {"name": "looked-up"}, client) == [created]
    origin = {
        "Name": "looked-up",
        "Arn": "arn:x",
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
    }
    created = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=origin)["VpcOrigin"]["Id"]
    values = {"vpc_origin_endpoint_config": [{"name": "looked-up"}]}
    assert import_ids("aws_cloudfront_vpc_origin", values, client) == [created]
