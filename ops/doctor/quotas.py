"""What the next apply would make, against what the account may have and has already."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.compute.task.checks.fargate_peak import fargate_peak
from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding, Findings


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

FARGATE_ON_DEMAND, FARGATE_SPOT = "L-3032A538", "L-36FBB829"


def quotas(context: Context, stack: Stack) -> Findings:
    """Yield the quotas that the next apply would exceed."""
    fits = []
    for quota in QUOTAS:
        new = sum(stack.is_new(kind) for kind in quota.kinds)
        if not new:
            continue
        used, limit = _used(context, quota), _limit(context, quota.service, quota.code)
        if limit is None:
            yield Finding("unseen", "quotas", f"{quota.what}: {used} used, {new} more; Service Quotas has no number")
        elif used + new > limit:
            told = f"{quota.what}: {used} of {limit} used, the next apply makes {new} more"
            yield Finding("error", "quotas", told, _remedy(context, quota.service, quota.code, used + new))
        else:
            fits.append(f"{quota.what} {used} + {new} of {limit}")
    yield Finding("ok", "quotas", ", ".join(fits) or "nothing new that counts")


def _used(context: Context, quota: Quota) -> int:
    client = context.client(quota.client)
    paged = client.can_paginate(quota.operation)
    pages = client.get_paginator(quota.operation).paginate() if paged else [getattr(client, quota.operation)()]
    return sum(quota.counts(each) for page in pages for each in page[quota.answer])


def fargate(context: Context) -> Findings:
    """Yield a warning where the services may come to need more of Fargate than the account may have.

    "Amazon ECS endpoints and quotas, AWS Fargate service quotas": a new account starts with few vCPUs, and the tasks
    beyond them are not placed, at the very moment when users come.
    """
    peak = fargate_peak(context.file.settings)
    for what, code, vcpus in (("on demand", FARGATE_ON_DEMAND, peak.on_demand), ("Spot", FARGATE_SPOT, peak.spot)):
        needed = math.ceil(vcpus)
        limit = _limit(context, "fargate", code) if needed else None
        if limit is not None and needed > limit:
            told = f"Fargate vCPUs, {what}: {limit} may run, this environment needs up to {needed}"
            yield Finding("warning", "fargate", told, _remedy(context, "fargate", code, needed))
        elif needed:
            told = f"{what} up to {needed} vCPUs of {'an unknown number' if limit is None else limit}"
            yield Finding("unseen" if limit is None else "ok", "fargate", told)


def _limit(context: Context, service: str, code: str) -> int | None:
    """Return what the account may have; AWS's default where nobody has asked for more."""
    client = context.client("service-quotas")
    for ask in (client.get_service_quota, client.get_aws_default_service_quota):
        try:
            return int(ask(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchResourceException":
                raise
    return None


def _remedy(context: Context, service: str, code: str, wanted: int) -> str:
    return (
        f"ask for more: run `aws service-quotas request-service-quota-increase --service-code {service} "
        f"--quota-code {code} --desired-value {wanted} --region {context.file.settings.region}`"
    )
