"""Alarms on sites, the firewall, and the network's way out."""

from typing import Annotated

from pydantic import Field

from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Condition, Count, PartOfRequests
from modules.observability.alarms.keys.compute import CERTIFICATE_ALARM, CERTIFICATE_DAYS

ALL_REQUESTS = "requests"
#: Percent of the requests that fail, unless there are fewer than `minimum_requests`.
FAILED_PERCENT = "IF(requests >= {minimum_requests}, errors, 0)"
FAILED_REQUESTS = {"requests": "Requests Sum", "errors": "5xxErrorRate Average"}


class SiteAlarms(BlockAlarms):
    """Alarms of `site` blocks, in us-east-1, where CloudFront publishes its metrics."""

    error_percent: Annotated[
        PartOfRequests,
        Alarm(
            severity="critical",
            of="distribution",
            metrics=FAILED_REQUESTS,
            expression=FAILED_PERCENT,
            breaches="above",
            datapoints=5,
        ),
    ] = Field(
        default=5,
        description="Percent of requests answered with a status of 500 or above, for five minutes, of an origin or of "
        "CloudFront itself.",
    )
    minimum_requests: int = Field(default=20, ge=1, description="Requests a minute below which errors raise no alarm.")
    certificate_days: Annotated[int, Field(ge=1, le=29), CERTIFICATE_ALARM] = Field(
        default=CERTIFICATE_DAYS,
        description="Days until the certificate expires. ACM renews it a month or more before: less means that renewal "
        "fails.",
    )


class FirewallAlarms(BlockAlarms):
    """Alarms of the `firewall` block, one for each Region that has a web ACL."""

    blocked_percent: Annotated[
        PartOfRequests,
        Alarm(
            severity="warning",
            of="web_acls",
            metrics={"blocked": "BlockedRequests Sum", "allowed": "AllowedRequests Sum"},
            expression="IF(FILL(blocked, 0) >= {minimum_blocked}, "
            "100 * blocked / (FILL(blocked, 0) + FILL(allowed, 0)), 0)",
            breaches="above",
            datapoints=5,
        ),
    ] = Field(
        default=20,
        description="Percent of requests that the firewall blocks, for five minutes: an attack, or a rule that blocks "
        "real users.",
    )
    minimum_blocked: int = Field(
        default=100, ge=1, description="Blocked requests a minute below which there is no alarm."
    )


class NetworkAlarms(BlockAlarms):
    """Alarms of the `network` block."""

    nat_port_errors: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="nat_gateways",
            metrics={"errors": "ErrorPortAllocation Sum"},
            breaches="above",
            datapoints=3,
            out_of=5,
            only_if=Condition(lambda watched: watched.settings.nat != "none", "the network has NAT gateways"),
        ),
    ] = Field(
        default=0,
        description="Connections a minute for which a NAT gateway has no source port, in 3 of 5 minutes; each failed. "
        "A gateway has 55,000 connections to one destination.",
    )
