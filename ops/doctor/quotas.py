"""What the next apply would make, against what the account may have and has already."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ops.doctor.finding import Finding, Findings
from ops.doctor.patient import Patient, Stack


@dataclass(frozen=True)
class Quota:
    """A quota of an account in a region, by its code in Service Quotas, and what counts against it."""

    what: str
    service: str
    code: str
    kinds: tuple[str, ...]
    client: str
    operation: str
    answer: str
    counts: Callable[[dict[str, Any]], bool] = lambda _: True


#: Those that a new account reaches first. Codes: "Service Quotas User Guide, Viewing service quotas".
QUOTAS = (
    Quota("VPCs", "vpc", "L-F678F1CE", ("aws_vpc",), "ec2", "describe_vpcs", "Vpcs"),
    Quota(
        "internet gateways", "vpc", "L-A4707A72", ("aws_internet_gateway",),
        "ec2", "describe_internet_gateways", "InternetGateways",
    ),
    Quota("Elastic IPs", "ec2", "L-0263D0A3", ("aws_eip",), "ec2", "describe_addresses", "Addresses"),
    Quota(
        "application load balancers", "elasticloadbalancing", "L-53DA6B97", ("aws_lb",),
        "elbv2", "describe_load_balancers", "LoadBalancers", lambda each: each.get("Type") == "application",
    ),
    Quota("DB clusters", "rds", "L-952B80B8", ("aws_rds_cluster",), "rds", "describe_db_clusters", "DBClusters"),
    Quota(
        "DB instances", "rds", "L-7B6409FD", ("aws_db_instance", "aws_rds_cluster_instance"),
        "rds", "describe_db_instances", "DBInstances",
    ),
)  # fmt: skip


def quotas(patient: Patient, stack: Stack) -> Findings:
    """Yield the quotas that the next apply would exceed."""
    fits = []
    for quota in QUOTAS:
        new = sum(stack.is_new(kind) for kind in quota.kinds)
        if not new:
            continue
        used, limit = _used(patient, quota), _limit(patient, quota)
        if limit is None:
            yield Finding("unseen", "quotas", f"{quota.what}: {used} used, {new} more; Service Quotas has no number")
        elif used + new > limit:
            told = f"{quota.what}: {used} of {limit} used, the next apply makes {new} more"
            yield Finding("error", "quotas", told, _remedy(patient, quota, used + new))
        else:
            fits.append(f"{quota.what} {used} + {new} of {limit}")
    yield Finding("ok", "quotas", ", ".join(fits) or "nothing new that counts")


def _used(patient: Patient, quota: Quota) -> int:
    client = patient.client(quota.client)
    paged = client.can_paginate(quota.operation)
    pages = client.get_paginator(quota.operation).paginate() if paged else [getattr(client, quota.operation)()]
    return sum(quota.counts(each) for page in pages for each in page[quota.answer])


def _limit(patient: Patient, quota: Quota) -> int | None:
    """Return what the account may have; AWS's default where nobody has asked for more."""
    client = patient.client("service-quotas")
    for ask in (client.get_service_quota, client.get_aws_default_service_quota):
        try:
            return int(ask(ServiceCode=quota.service, QuotaCode=quota.code)["Quota"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchResourceException":
                raise
    return None


def _remedy(patient: Patient, quota: Quota, wanted: int) -> str:
    return (
        f"ask for more: run `aws service-quotas request-service-quota-increase --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {wanted} --region {patient.file.settings.region}`"
    )
