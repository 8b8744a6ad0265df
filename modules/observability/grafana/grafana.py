"""An Amazon Managed Grafana workspace."""

import json

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.grafana_role_association import GrafanaRoleAssociation
from cdktf_cdktf_provider_aws.grafana_workspace import GrafanaWorkspace
from cdktf_cdktf_provider_aws.grafana_workspace_saml_configuration import GrafanaWorkspaceSamlConfiguration
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import assumed_by, aws_policy
from modules.foundation.roles import Role
from modules.observability.grafana.settings import GrafanaSettings, SamlSettings, workspace_name

#: [Amazon Managed Grafana User Guide, AWS managed policies for Amazon Managed Grafana]
#: (https://docs.aws.amazon.com/grafana/latest/userguide/security-iam-awsmanpol.html), and for traces [AWS X-Ray
#: Developer Guide, Identity-based policies](https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html).
READ_POLICIES = {
    "grafana_cloudwatch": aws_policy("service-role/AmazonGrafanaCloudWatchAccess"),
    "grafana_xray": aws_policy("AWSXrayReadOnlyAccess"),
}
#: Administrators may install plugins: the data source for X-Ray is one. Alarms are CloudWatch's alone, so that nobody
#: has to look for them in two places.
CONFIGURATION = {"plugins": {"pluginAdminEnabled": True}, "unifiedAlerting": {"enabled": False}}


class Grafana(Construct):
    """The `grafana` block: a workspace, what it reads, and who may use it.

    Creates: a role that reads CloudWatch and X-Ray; the workspace; the roles of groups of IAM Identity Center, or the
    configuration of SAML.

    The workspace is reachable from everywhere, after sign-in: the provider can restrict it to address ranges only
    together with VPC endpoints.
    """

    def __init__(self, scope: Construct, id: str, *, settings: GrafanaSettings, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._names = foundation.names
        self._make = foundation.resources(self, "grafana")
        workspace = self._create_workspace(self._create_role())
        for role, groups in settings.groups.items():
            self._make(
                GrafanaRoleAssociation, role.lower(), workspace_id=workspace.id, role=role, group_ids=list(groups)
            )
        if settings.saml:
            self._create_saml(workspace, settings.saml)
        url = f"https://{workspace.endpoint}"
        TerraformOutput(TerraformStack.of(self), "grafana", value=url, description="The Grafana workspace.")

    def _create_role(self) -> Role:
        # [Amazon Managed Grafana User Guide, Cross-service confused deputy prevention]
        # (https://docs.aws.amazon.com/grafana/latest/userguide/cross-service-confused-deputy-prevention.html).
        return Role(
            self._make,
            "read",
            names=self._names,
            name="grafana",
            description="Grafana reads metrics, logs, and traces",
            trust_policy=assumed_by("grafana.amazonaws.com", self._names.account_id),
            managed_policies=READ_POLICIES,
        )

    def _create_workspace(self, role: Role) -> GrafanaWorkspace:
        return self._make(
            GrafanaWorkspace,
            "workspace",
            name=workspace_name(self._names),
            description="Metrics, logs, and traces",
            account_access_type="CURRENT_ACCOUNT",
            authentication_providers=list(self._settings.authentication_providers),
            permission_type="CUSTOMER_MANAGED",
            data_sources=["CLOUDWATCH", "XRAY"],
            grafana_version=self._settings.grafana_version,
            configuration=json.dumps(CONFIGURATION, separators=(",", ":")),
            role_arn=role.arn,
            depends_on=role.ready,
        )

    def _create_saml(self, workspace: GrafanaWorkspace, saml: SamlSettings) -> None:
        self._make(
            GrafanaWorkspaceSamlConfiguration,
            "saml",
            workspace_id=workspace.id,
            idp_metadata_url=saml.idp_metadata_url,
            role_assertion=saml.role_assertion,
            admin_role_values=list(saml.admin_role_values),
            editor_role_values=list(saml.editor_role_values),
            login_validity_duration=saml.login_validity_duration,
        )
