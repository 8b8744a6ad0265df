"""ALB target groups."""

from typing import Literal

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.lb_target_group import (
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    LbTargetGroupStickiness,
)
from cdktf_cdktf_provider_aws.lb_target_group_attachment import LbTargetGroupAttachment
from constructs import Construct

from modules.compute.load_balancer.keys.target_group import TargetGroupSettings
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names
from modules.foundation.resources import Resources
from modules.network.vpc.vpc import Network

#: [CreateTargetGroup, Name]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html).
NAME_LIMIT = 32
#: The provider requires a duration even without stickiness: AWS's default, one day.
_STICKINESS_SECONDS = 86_400


class TargetGroup(Construct):
    """A target group of tasks (by IP address) or instances.

    Creates: the target group. A load balancer's `forward` sends requests to its healthy targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        purpose: str,
        port: int,
        settings: TargetGroupSettings,
        network: Network,
        foundation: Foundation,
        target_type: Literal["ip", "instance"] = "ip",
    ) -> None:
        """Use target_type "instance" for tasks that share their host's network; `purpose` is unique."""
        super().__init__(scope, id)
        group = foundation.resources(self, "target_group")(
            LbTargetGroup,
            purpose,
            # The name contains what forces a replacement: the new group is created and used before the old is deleted.
            name=foundation.names.of(f"{purpose}-{settings.protocol_version.lower()}-{port}", NAME_LIMIT),
            vpc_id=network.vpc_id,
            target_type=target_type,
            port=port,
            # TLS ends at the load balancer: its targets are in the VPC, behind two security groups.
            protocol="HTTP",
            protocol_version=settings.protocol_version,
            deregistration_delay=str(settings.deregistration_delay),
            slow_start=settings.slow_start,
            health_check=_health_check(settings),
            stickiness=LbTargetGroupStickiness(
                type="lb_cookie",
                enabled=settings.stickiness_seconds > 0,
                cookie_duration=settings.stickiness_seconds or _STICKINESS_SECONDS,
            ),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.arn = group.arn
        self.arn_suffix = group.arn_suffix


def create_function_target_group(
    make: Resources, purpose: str, *, function_arn: str, qualifier: str | None, names: Names
) -> str:
    """Create a target group of one Lambda function, and the permission with which it invokes it; return its ARN.

    `qualifier` is the alias to invoke, if the function has one.
    """
    group = make(
        LbTargetGroup,
        purpose,
        name=names.of(f"{purpose}-function", NAME_LIMIT),
        target_type="lambda",
        # Without it, the function sees only the last value of a repeated header or parameter.
        lambda_multi_value_headers_enabled=True,
    )
    permission = make(
        LambdaPermission,
        purpose,
        statement_id=names.of(f"{purpose}-load-balancer", 100),
        action="lambda:InvokeFunction",
        function_name=function_arn,
        qualifier=qualifier,
        principal="elasticloadbalancing.amazonaws.com",
        source_arn=group.arn,
    )
    make(
        LbTargetGroupAttachment,
        purpose,
        target_group_arn=group.arn,
        target_id=f"{function_arn}:{qualifier}" if qualifier else function_arn,
        # A function can be registered only after the target group may invoke it.
        depends_on=[permission],
    )
    return group.arn


def _health_check(settings: TargetGroupSettings) -> LbTargetGroupHealthCheck:
    check = settings.health_check
    return LbTargetGroupHealthCheck(
        enabled=True,
        protocol="HTTP",
        port="traffic-port",
        path=settings.health_check_path,
        matcher=settings.health_check_codes,
        interval=check.interval,
        timeout=check.timeout,
        healthy_threshold=check.healthy_threshold,
        unhealthy_threshold=check.unhealthy_threshold,
    )
