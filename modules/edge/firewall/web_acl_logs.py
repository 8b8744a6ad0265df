"""Logs of a web ACL."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from modules.edge.firewall.settings import FirewallSettings
from modules.foundation.foundation import Foundation
from modules.foundation.logs import delivery_policy

#: [AWS WAF Developer Guide, CloudWatch Logs]
#: (https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html): the required prefix of the log group's
#: name.
PREFIX = "aws-waf-logs-"
#: Headers with which a reader of the logs could impersonate a signed-in user.
SECRET_HEADERS = ("authorization", "cookie")
#: [ActionCondition, Action](https://docs.aws.amazon.com/waf/latest/APIReference/API_ActionCondition.html): all actions
#: except ALLOW.
_LOGGED_ACTIONS = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT", "CAPTCHA", "CHALLENGE")


class WebAclLogs(Construct):
    """The logs of a web ACL.

    Creates: log group, resource policy for log delivery, logging configuration that redacts secret headers.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        place: str,
        region: str,
        web_acl_arn: str,
        settings: FirewallSettings,
        foundation: Foundation,
        provider: TerraformProvider | None,
    ) -> None:
        super().__init__(scope, id)
        make = foundation.resources(self, "firewall")
        self.log_group = log_group = foundation.log_group(
            f"firewall/{place}", name=f"{PREFIX}{foundation.names.of(place)}", region=region
        )
        # Otherwise AWS would create one itself, outside of Terraform.
        policy = make(
            CloudwatchLogResourcePolicy,
            place,
            policy_name=foundation.names.of(f"firewall-{place}"),
            policy_document=delivery_policy(log_group, foundation.names, region),
            provider=provider,
        )
        make(
            Wafv2WebAclLoggingConfiguration,
            place,
            resource_arn=web_acl_arn,
            log_destination_configs=[log_group.arn],
            redacted_fields=[_redacted(header) for header in SECRET_HEADERS],
            logging_filter=None if settings.logged == "all" else _blocked_or_counted(),
            depends_on=[log_group.ready, policy],
            provider=provider,
        )


def _redacted(header: str) -> Wafv2WebAclLoggingConfigurationRedactedFields:
    return Wafv2WebAclLoggingConfigurationRedactedFields(
        single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
    )


def _blocked_or_counted() -> Wafv2WebAclLoggingConfigurationLoggingFilter:
    conditions = [
        Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
            action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(action=action)
        )
        for action in _LOGGED_ACTIONS
    ]
    keep = Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
        behavior="KEEP", requirement="MEETS_ANY", condition=conditions
    )
    return Wafv2WebAclLoggingConfigurationLoggingFilter(default_behavior="DROP", filter=[keep])
