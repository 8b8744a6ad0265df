"""The web application firewall (AWS WAF)."""

from collections.abc import Sequence
from functools import cached_property

from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.edge.firewall.settings import CLOUDFRONT_REGION, FirewallSettings
from modules.edge.firewall.web_acl import Place, WebAcl
from modules.events.log_search import LogSearch
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup
from modules.foundation.metrics import MetricSource


class Firewall(Construct):
    """One set of rules for load balancers and distributions.

    Creates: a web ACL in the environment's Region on the first call of `protect`; a web ACL in us-east-1 on the first
    use of `for_cloudfront`; an association for each load balancer. The logs of the environment's Region are sent to
    `log_search`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: FirewallSettings,
        log_search: LogSearch | None = None,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._log_search = log_search
        self._foundation = foundation
        self._make = foundation.resources(self, "firewall")
        self._web_acls: list[WebAcl] = []

    def protect(self, load_balancer: LoadBalancer, name: str) -> None:
        """Associate the web ACL with a load balancer; `name` is the label of its block."""
        self._make(
            Wafv2WebAclAssociation, name, resource_arn=load_balancer.arn, web_acl_arn=self.for_load_balancers.arn
        )

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are: the web ACLs that are in use."""
        return {"web_acls": [web_acl.metrics for web_acl in self._web_acls]}

    @property
    def log_groups(self) -> dict[Place, LogGroup]:
        """The log groups of the web ACLs that are in use."""
        return {web_acl.place: web_acl.log_group for web_acl in self._web_acls}

    @cached_property
    def for_load_balancers(self) -> WebAcl:
        """The web ACL in the environment's Region."""
        return self._create_web_acl("regional", self._foundation.names.region)

    @cached_property
    def for_cloudfront(self) -> WebAcl:
        """The web ACL for distributions."""
        return self._create_web_acl("cloudfront", CLOUDFRONT_REGION)

    def _create_web_acl(self, place: Place, region: str) -> WebAcl:
        web_acl = WebAcl(self, place, place=place, region=region, settings=self._settings, foundation=self._foundation)
        self._web_acls.append(web_acl)
        if self._log_search and region == self._foundation.names.region:
            self._log_search.subscribe(web_acl.log_group, f"firewall-{place}")
        return web_acl
