"""AWS managed policies, from Moto."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data


def managed_policy(arn: str) -> Mapping[str, Any]:
    """Return the document of an AWS managed policy, `arn:aws:iam::aws:policy/service-role/...`."""
    document: Mapping[str, Any] = _all()[arn.rpartition("/")[2]]["Document"]
    return document


@cache
def _all() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return data
