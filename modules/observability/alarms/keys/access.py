"""Alarms on the VPN."""

from typing import Annotated

from pydantic import Field

from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Count, Percent


class VpnAlarms(BlockAlarms):
    """Alarms of the `vpn` block. Nothing that users see depends on it, so none is critical."""

    failed_status_checks: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="host",
            metrics={"failed": "StatusCheckFailed Maximum"},
            breaches="above",
            datapoints=5,
            # An instance that is stopped has no checks.
            missing="breaching",
        ),
    ] = Field(
        default=0,
        description="1 if a status check of the instance fails, or it is stopped, for five minutes: nobody can "
        "connect.",
    )
    cpu_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="host",
            metrics={"cpu": "CPUUtilization Maximum"},
            breaches="above",
            datapoints=3,
            period=300,
        ),
    ] = Field(
        default=90,
        description="CPU utilization of the instance, for 15 minutes: the VPN is slow, and a burstable instance costs "
        "more.",
    )
