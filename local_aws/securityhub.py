"""Security Hub: standards.

- AWS: BatchEnableStandards, BatchDisableStandards, and GetEnabledStandards ([AWS Security Hub API Reference]
  (https://docs.aws.amazon.com/securityhub/1.0/APIReference/Welcome.html)). Moto 5.2.5 has none of them. Added: all. A
  standard is READY at once; nothing is checked.
- AWS: UpdateSecurityHubConfiguration changes what DescribeHub returns. Moto returns fixed values, and has no such
  operation. Added: it is accepted, and the values are returned.
"""

import json
from collections.abc import Callable
from typing import Any

from local_aws.extend import add

_PATHS = ("standards/register", "standards/deregister", "standards/get")


def install() -> None:
    """Add the operations to Moto's Security Hub."""
    from moto.securityhub import urls
    from moto.securityhub.models import SecurityHubBackend
    from moto.securityhub.responses import SecurityHubResponse

    for path in _PATHS:
        urls.url_paths[f"{{0}}/{path}$"] = SecurityHubResponse.dispatch
    add(SecurityHubResponse, batch_enable_standards, batch_disable_standards, get_enabled_standards)
    add(SecurityHubResponse, update_security_hub_configuration)
    add(SecurityHubBackend, _with_configuration(SecurityHubBackend.describe_hub))


def batch_enable_standards(response: Any) -> str:
    """BatchEnableStandards."""
    enabled = []
    for each in json.loads(response.body)["StandardsSubscriptionRequests"]:
        arn = each["StandardsArn"]
        name = arn.partition("standards/")[2]
        own = f"arn:aws:securityhub:{response.region}:{response.current_account}:subscription/{name}"
        subscription = {
            "StandardsSubscriptionArn": own,
            "StandardsArn": arn,
            "StandardsInput": each.get("StandardsInput", {}),
            "StandardsStatus": "READY",
        }
        _subscriptions(response)[own] = subscription
        enabled.append(subscription)
    return json.dumps({"StandardsSubscriptions": enabled})


def batch_disable_standards(response: Any) -> str:
    """BatchDisableStandards."""
    arns = json.loads(response.body)["StandardsSubscriptionArns"]
    ended = [_subscriptions(response).pop(arn) for arn in arns if arn in _subscriptions(response)]
    return json.dumps({"StandardsSubscriptions": [{**each, "StandardsStatus": "DELETING"} for each in ended]})


def get_enabled_standards(response: Any) -> str:
    """GetEnabledStandards."""
    arns = json.loads(response.body or "{}").get("StandardsSubscriptionArns")
    found = [each for arn, each in _subscriptions(response).items() if not arns or arn in arns]
    return json.dumps({"StandardsSubscriptions": found})


def update_security_hub_configuration(response: Any) -> str:
    """UpdateSecurityHubConfiguration."""
    _configuration(response.securityhub_backend).update(json.loads(response.body))
    return "{}"


def _with_configuration(describe: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def describe_hub(backend: Any, hub_arn: str | None = None) -> dict[str, Any]:
        return {**describe(backend, hub_arn), **_configuration(backend)}

    return describe_hub


def _configuration(backend: Any) -> dict[str, Any]:
    configuration: dict[str, Any] = backend.__dict__.setdefault("hub_configuration", {})
    return configuration


def _subscriptions(response: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = response.securityhub_backend.__dict__.setdefault("standards_subscriptions", {})
    return found
