"""WAF: data protection is stored."""

from typing import Any
from uuid import uuid4

import pytest

VISIBLE = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "one"}
PROTECTION = {"DataProtections": [{"Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["cookie"]}, "Action": "HASH"}]}


@pytest.mark.parametrize(("scope", "region"), [("REGIONAL", "ap-northeast-2"), ("CLOUDFRONT", "us-east-1")])
def test_data_protection_is_removed_by_an_update_without_it(client: Any, scope: str, region: str) -> None:
    waf = client("wafv2", region_name=region)
    rest = {"Name": f"one-{uuid4().hex[:8]}", "Scope": scope, "VisibilityConfig": VISIBLE}
    created = waf.create_web_acl(**rest, DefaultAction={"Allow": {}}, DataProtectionConfig=PROTECTION)["Summary"]
    where = {"Name": created["Name"], "Scope": scope, "Id": created["Id"]}
    read = waf.get_web_acl(**where)
    assert read["WebACL"]["DataProtectionConfig"] == PROTECTION
    waf.update_web_acl(**rest, Id=created["Id"], LockToken=read["LockToken"], DefaultAction={"Block": {}})
    again = waf.get_web_acl(**where)["WebACL"]
    assert again["DefaultAction"] == {"Block": {}}
    assert "DataProtectionConfig" not in again
