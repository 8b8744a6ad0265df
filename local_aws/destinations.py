"""Destinations of what an AWS service sends: topics and functions, by their ARNs."""

from collections.abc import Mapping
from typing import Any


def publish(topic_arn: str, message: str, subject: str | None = None) -> None:
    """Publish a message to a topic."""
    from moto.sns.models import sns_backends

    region, account = topic_arn.split(":")[3:5]
    sns_backends[account][region].publish(message, arn=topic_arn, subject=subject)


def invoke(function_arn: str, event: Mapping[str, Any]) -> None:
    """Invoke a function asynchronously."""
    from moto.awslambda.utils import get_backend

    from local_aws.lambda_events import later

    region, account = function_arn.split(":")[3:5]
    later(get_backend(account, region).get_function(function_arn), event)
