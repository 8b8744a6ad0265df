"""Application Load Balancers."""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs, LbConnectionLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_listener_certificate import LbListenerCertificate
from constructs import Construct

from modules.access.sign_in.sign_in import LoadBalancerSignIn
from modules.compute.load_balancer.group import LoadBalancerGroup
from modules.compute.load_balancer.listener_rules import ListenerRules, default_action
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.load_balancer.target_group import TargetGroup, create_function_target_group
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.resources import kept_if
from modules.network.module import NetworkModule
from modules.network.zone.certificates import certificate_metrics, create_certificate
from modules.network.zone.keys.record import IPV4
from modules.network.zone.zones import part_of_address

#: [Security policies for your Application Load Balancer]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html): the default of the
#: AWS console: TLS 1.3 and 1.2, only ciphers with forward secrecy and authenticated encryption, and post-quantum key
#: exchange.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
#: [CreateLoadBalancer, Name]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html).
NAME_LIMIT = 32


class LoadBalancer(Construct):
    """An Application Load Balancer with an HTTPS listener: in public subnets, or if internal in app subnets.

    Creates: security group, load balancer with access and connection logs, a certificate for each zone of its names,
    alias records, an HTTPS listener with its rules, an HTTP listener that redirects to HTTPS. `forward` sends a rule's
    requests to tasks or instances, `forward_function` to a function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: LoadBalancerSettings,
        network: NetworkModule,
        foundation: Foundation,
        sign_in: LoadBalancerSignIn | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self.settings = settings
        self._foundation = foundation
        self._sign_in = sign_in
        self._make = foundation.resources(self, "load_balancer")
        self._group = LoadBalancerGroup(
            self, "group", name=name, settings=settings, network=network.vpc, foundation=foundation
        )
        self.security_group_id = self._group.id
        self._create_load_balancer(network)
        self._certificate_arns = self._create_certificates(network)
        self._create_listeners(self._certificate_arns)
        self._create_dns_names(network)

    def forward(
        self, rule_label: str, target: TargetGroup, *, security_group_id: str, port: int, name: str
    ) -> ITerraformDependable:
        """Forward a rule's requests to the members of a security group; return what their service depends on.

        `name` is the service's name in the rule. An ECS service can be created only after a listener uses its target
        group. Raises KeyError if there is no such rule, or if it does not forward to `name`.
        """
        rule = self._listener_rules.forward(rule_label, target.arn, name=name)
        self._group.allow_egress_to(security_group_id, port, name)
        return rule

    def forward_function(self, rule_label: str, function_arn: str, name: str, *, qualifier: str | None = None) -> None:
        """Forward a rule's requests to a function, with the permission to invoke it. Raises KeyError as `forward`.

        `qualifier` is the alias to invoke, if the function has one.
        """
        make, names = self._foundation.resources(self, "target_group"), self._foundation.names
        target_arn = create_function_target_group(
            make, f"{self._name}-{rule_label}", function_arn=function_arn, qualifier=qualifier, names=names
        )
        self._listener_rules.forward(rule_label, target_arn, name=name)

    def allow_ingress_from_cloudfront(self) -> None:
        """Allow CloudFront's servers on HTTPS, in addition to `reachable_from`."""
        self._group.allow_ingress_from_cloudfront()

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {
            "load_balancer": [MetricSource("AWS/ApplicationELB", {"LoadBalancer": self.arn_suffix})],
            "certificates": [certificate_metrics(arn) for arn in self._certificate_arns.values()],
        }

    def resource_label(self, target: TargetGroup) -> str:
        """Return the resource label of the target group's requests for a scaling policy (ALBRequestCountPerTarget)."""
        return f"{self.arn_suffix}/{target.arn_suffix}"

    def _create_load_balancer(self, network: NetworkModule) -> None:
        settings, log_bucket = self.settings, self._foundation.log_bucket
        subnets = network.vpc.app if settings.internal else network.vpc.public
        assert subnets is not None, "a network without internet: the settings do not allow that"
        logs = log_bucket.grant_load_balancer_log_delivery(self._name)
        load_balancer = self._make(
            Lb,
            self._name,
            name=self._foundation.names.of(self._name, NAME_LIMIT),
            load_balancer_type="application",
            internal=settings.internal,
            ip_address_type="ipv4",
            subnets=subnets.all_ids(),
            security_groups=[self.security_group_id],
            enable_deletion_protection=settings.deletion_protection,
            idle_timeout=settings.idle_timeout,
            client_keep_alive=settings.client_keep_alive,
            enable_http2=settings.enable_http2,
            desync_mitigation_mode=settings.desync_mitigation_mode,
            drop_invalid_header_fields=settings.drop_invalid_header_fields,
            xff_header_processing_mode=settings.xff_header_processing_mode,
            # A service sees the requested host and port, and builds correct links from them.
            preserve_host_header=True,
            # Requests fail if AWS WAF does not respond: none passes uninspected.
            enable_waf_fail_open=False,
            access_logs=LbAccessLogs(enabled=True, bucket=log_bucket.bucket.id, prefix=f"{logs}/access"),
            connection_logs=LbConnectionLogs(enabled=True, bucket=log_bucket.bucket.id, prefix=f"{logs}/connections"),
            lifecycle=kept_if(self._foundation.is_production),
            # AWS tests its permission to write the logs immediately.
            depends_on=[log_bucket.bucket.ready],
        )
        self.arn = load_balancer.arn
        self.arn_suffix = load_balancer.arn_suffix
        self.dns_name = load_balancer.dns_name
        self.zone_id = load_balancer.zone_id

    def _create_certificates(self, network: NetworkModule) -> dict[str, str]:
        """Return the ARN of a certificate for each zone of the names, the first name's zone first."""
        zones = {part_of_address(zone.name): zone for zone in map(network.zone_of, self.settings.names)}
        return {
            part: create_certificate(
                self,
                purpose=f"load_balancer_{self._name}_{part}",
                names=[name for name in self.settings.names if network.zone_of(name) is zone],
                zone=zone,
                foundation=self._foundation,
            )
            for part, zone in zones.items()
        }

    def _create_listeners(self, certificate_arns: Mapping[str, str]) -> None:
        """Create the listeners; AWS selects the certificate by the client's requested name (SNI)."""
        (_, first), *others = certificate_arns.items()
        listener = self._make(
            LbListener,
            f"{self._name}_https",
            load_balancer_arn=self.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=first,
            default_action=[default_action(self.settings.default)],
        )
        self.listener_arn = listener.arn
        for zone, arn in others:
            self._make(
                LbListenerCertificate,
                f"{self._name}_{zone}",
                listener_arn=listener.arn,
                certificate_arn=arn,
            )
        self._listener_rules = ListenerRules(
            self,
            "rules",
            name=self._name,
            settings=self.settings,
            listener=listener,
            foundation=self._foundation,
            sign_in=self._sign_in,
        )
        if self._sign_in:
            self._group.allow_egress_to_cognito()
        if self.settings.answers_http:
            self._redirect_to_https()

    def _redirect_to_https(self) -> None:
        redirect = LbListenerDefaultActionRedirect(protocol="HTTPS", port="443", status_code="HTTP_301")
        self._make(
            LbListener,
            f"{self._name}_http",
            load_balancer_arn=self.arn,
            port=80,
            protocol="HTTP",
            default_action=[LbListenerDefaultAction(type="redirect", redirect=redirect)],
        )

    def _create_dns_names(self, network: NetworkModule) -> None:
        for name in self.settings.names:
            network.zone_of(name).alias(
                f"load_balancer_{part_of_address(name.replace('*', 'any'))}",
                name,
                target=self.dns_name,
                target_zone_id=self.zone_id,
                types=IPV4,
            )
