"""Web ACLs: the firewall's rules for load balancers or for CloudFront."""

from typing import Any, Literal

from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDataProtectionConfig,
    Wafv2WebAclDataProtectionConfigDataProtection,
    Wafv2WebAclDataProtectionConfigDataProtectionField,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclVisibilityConfig,
)
from constructs import Construct

from modules.edge.firewall.settings import ALLOW, BLOCK, FirewallSettings
from modules.edge.firewall.web_acl_logs import SECRET_HEADERS, WebAclLogs
from modules.edge.firewall.web_acl_rules import rules_of
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource

Place = Literal["regional", "cloudfront"]


class WebAcl(Construct):
    """A web ACL with the firewall's rules. It allows requests that no rule blocks.

    Creates: IP sets of the allowed and the blocked ranges, web ACL, log group, logging configuration.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        place: Place,
        region: str,
        settings: FirewallSettings,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.place = place
        self._region = region
        self._names = foundation.names
        self._make = foundation.resources(self, "firewall")
        self._provider = foundation.providers.elsewhere(region)
        ip_sets = {
            name: self._create_ip_set(name, [str(each) for each in ranges])
            for name, ranges in ((ALLOW, settings.allow), (BLOCK, settings.block))
            if ranges
        }
        self.arn = self._create_web_acl(rules_of(settings, ip_sets))
        logs = WebAclLogs(
            self,
            "logs",
            place=place,
            region=region,
            web_acl_arn=self.arn,
            settings=settings,
            foundation=foundation,
            provider=self._provider,
        )
        self.log_group = logs.log_group

    @property
    def metrics(self) -> MetricSource:
        """The metrics of all rules together; those of a web ACL for CloudFront have no Region as a dimension."""
        dimensions = {"WebACL": self._metric_name, "Rule": "ALL"}
        if self.place == "cloudfront":
            return MetricSource("AWS/WAFV2", dimensions, self._region)
        return MetricSource("AWS/WAFV2", {**dimensions, "Region": self._region})

    @property
    def _scope(self) -> str:
        return self.place.upper()

    @property
    def _metric_name(self) -> str:
        return self._names.of(self.place, 128)

    def _create_ip_set(self, name: str, ranges: list[str]) -> str:
        return self._make(
            Wafv2IpSet,
            f"{self.place}_{name}",
            name=self._names.of(f"{self.place}-{name}", 128),
            scope=self._scope,
            ip_address_version="IPV4",
            addresses=ranges,
            provider=self._provider,
        ).arn

    def _create_web_acl(self, rules: list[Wafv2WebAclRule]) -> str:
        name = self._metric_name
        return self._make(
            Wafv2WebAcl,
            self.place,
            name=name,
            scope=self._scope,
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=rules,
            # Applies to logs and sampled requests; the redaction of the logging configuration applies to logs only.
            data_protection_config=Wafv2WebAclDataProtectionConfig(data_protection=[_protected_headers()]),
            visibility_config=Wafv2WebAclVisibilityConfig(
                metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
            tags={"Name": name},
            provider=self._provider,
        ).arn


def _protected_headers() -> Wafv2WebAclDataProtectionConfigDataProtection:
    field: dict[str, Any] = {"field_type": "SINGLE_HEADER", "field_keys": list(SECRET_HEADERS)}
    return Wafv2WebAclDataProtectionConfigDataProtection(
        action="SUBSTITUTION", field=Wafv2WebAclDataProtectionConfigDataProtectionField(**field)
    )
