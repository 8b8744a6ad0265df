"""The check of the account's quotas against what it has and what the next apply would create."""

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
    """A quota of an account in a Region, by its code in Service Quotas, and what counts against it."""

    name: str
    service: str
    code: str
    kinds: tuple[str, ...]
    client: str
    operation: str
    answer: str
    counts: Callable[[dict[str, Any]], bool] = lambda _: True


#: The quotas that a new account reaches first. Codes: "Service Quotas User Guide, Viewing service quotas".
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
            yield Finding("unseen", "quotas", f"{quota.name}: {used} used, {new} more; Service Quotas has no limit")
        elif used + new > limit:
            message = f"{quota.name}: {used} of {limit} used, and the next apply creates {new} more"
            yield Finding("error", "quotas", message, _remedy(context, quota.service, quota.code, used + new))
        else:
            fits.append(f"{quota.name} {used} + {new} of {limit}")
    yield Finding("ok", "quotas", ", ".join(fits) or "the next apply creates nothing that counts")


def _used(context: Context, quota: Quota) -> int:
    client = context.client(quota.client)
    paged = client.can_paginate(quota.operation)
    pages = client.get_paginator(quota.operation).paginate() if paged else [getattr(client, quota.operation)()]
    return sum(quota.counts(each) for page in pages for each in page[quota.answer])


def fargate(context: Context) -> Findings:
    """Yield a warning if the services can scale beyond the account's Fargate quota.

    "Amazon ECS endpoints and quotas, AWS Fargate service quotas": a new account starts with few vCPUs, and tasks beyond
    the quota are not placed, which happens exactly when the load is high.
    """
    peak = fargate_peak(context.file.settings)
    for name, code, vcpus in (("on demand", FARGATE_ON_DEMAND, peak.on_demand), ("Spot", FARGATE_SPOT, peak.spot)):
        needed = math.ceil(vcpus)
        limit = _limit(context, "fargate", code) if needed else None
        if limit is not None and needed > limit:
            message = f"Fargate vCPUs, {name}: the quota is {limit}, this environment needs up to {needed}"
            yield Finding("warning", "fargate", message, _remedy(context, "fargate", code, needed))
        elif needed:
            message = f"{name}: up to {needed} vCPUs of {'an unknown quota' if limit is None else limit}"
            yield Finding("unseen" if limit is None else "ok", "fargate", message)


def _limit(context: Context, service: str, code: str) -> int | None:
    """Return the account's quota, which is AWS's default unless an increase was requested."""
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
        f"request an increase: run `aws service-quotas request-service-quota-increase --service-code {service} "
        f"--quota-code {code} --desired-value {wanted} --region {context.file.settings.region}`"
    )
