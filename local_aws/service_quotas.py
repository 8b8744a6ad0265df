"""Service Quotas: the default values of quotas other than those of VPC.

- AWS: GetServiceQuota returns the quota of the account. Moto 5.2.5 has only the quotas of VPC and fails for the rest
  (NoSuchResourceException). Added: AWS's default values of those that `python -m ops doctor` requests ([AWS service
  quotas](https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html), and the page of quotas of each
  service).
"""

from collections.abc import Callable
from typing import Any

DEFAULTS = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5.0),
    ("fargate", "L-3032A538"): ("Fargate On-Demand vCPU resource count", 6.0),
    ("fargate", "L-36FBB829"): ("Fargate Spot vCPU resource count", 6.0),
    ("elasticloadbalancing", "L-53DA6B97"): ("Application Load Balancers per Region", 50.0),
    ("rds", "L-952B80B8"): ("DB clusters", 40.0),
    ("rds", "L-7B6409FD"): ("DB instances", 40.0),
}


def install() -> None:
    """Add the quotas to Moto's."""
    from moto.servicequotas.models import ServiceQuotasBackend

    from local_aws.extend import add

    add(ServiceQuotasBackend, _with_defaults(ServiceQuotasBackend.get_service_quota))


def _with_defaults(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return our quotas, and leave the rest to Moto."""

    def get_service_quota(backend: Any, service_code: str, quota_code: str) -> dict[str, Any]:
        if (service_code, quota_code) not in DEFAULTS:
            return get(backend, service_code, quota_code)
        name, value = DEFAULTS[service_code, quota_code]
        return {
            "ServiceCode": service_code,
            "QuotaCode": quota_code,
            "QuotaName": name,
            "Value": value,
            "Adjustable": True,
            "GlobalQuota": False,
        }

    return get_service_quota
