"""The `grafana` block: an Amazon Managed Grafana workspace, and who may use it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.names import Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

#: [AWS General Reference, Amazon Managed Grafana endpoints and quotas]
#: (https://docs.aws.amazon.com/general/latest/gr/grafana-service.html).
GRAFANA_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1", "eu-west-2"),
    *("ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
)

#: [Amazon Managed Grafana API Reference, User](https://docs.aws.amazon.com/grafana/latest/APIReference/API_User.html)
#: and [IAM Identity Center Identity Store API Reference, Group]
#: (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_Group.html): the form of an ID.
GroupId = Annotated[str, Field(pattern=r"^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class SamlSettings(Settings):
    """The `saml` block: the identity provider, and which of its roles are which role in Grafana."""

    idp_metadata_url: str = Field(
        pattern=r"^https://\S+$",
        examples=["https://login.agora.example/metadata.xml"],
        description="The URL of the identity provider's metadata, which has its certificate.",
    )
    role_assertion: str = Field(
        default="role", min_length=1, description="The attribute of an assertion that has the user's roles."
    )
    admin_role_values: tuple[str, ...] = Field(
        min_length=1, examples=[["grafana-admin"]], description="Roles whose users administer the workspace."
    )
    editor_role_values: tuple[str, ...] = Field(
        min_length=1, examples=[["backend"]], description="Roles whose users edit dashboards; all others only view."
    )
    login_validity_duration: int = Field(
        default=480, ge=1, description="Minutes until a user signs in again: 480, once in a working day."
    )


class GrafanaSettings(Settings):
    """The `grafana` block: a workspace that reads this account's metrics, logs, and traces.

    `python -m ops dashboard grafana` copies the dashboard of the `dashboard` block into it. Each user costs money in
    a month in which he signs in ([Amazon Managed Grafana pricing](https://aws.amazon.com/grafana/pricing/)).
    """

    authentication_providers: tuple[Literal["AWS_SSO", "SAML"], ...] = Field(
        min_length=1,
        examples=[["AWS_SSO"]],
        description="How users sign in: with IAM Identity Center (AWS_SSO), which the account's organization must "
        "have, or another identity provider, that of the `saml` block (SAML).",
    )
    grafana_version: Literal["9.4", "10.4"] = Field(
        default="10.4",
        description="The version of Grafana. AWS upgrades a workspace in place, and never downgrades it.",
    )
    admin_groups: tuple[GroupId, ...] = Field(
        default=(),
        examples=[["906764a1c2-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"]],
        description="IDs of groups in IAM Identity Center whose members administer the workspace.",
    )
    editor_groups: tuple[GroupId, ...] = Field(default=(), description="Groups whose members edit dashboards.")
    viewer_groups: tuple[GroupId, ...] = Field(default=(), description="Groups whose members only view them.")
    saml: SamlSettings | None = Field(default=None, description="The identity provider of SAML.")

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The groups with each role of Grafana."""
        roles = {"ADMIN": self.admin_groups, "EDITOR": self.editor_groups, "VIEWER": self.viewer_groups}
        return {role: groups for role, groups in roles.items() if groups}

    @model_validator(mode="after")
    def _rules(self) -> "GrafanaSettings":
        raise_findings(
            [
                *named_twice(self, "authentication_providers"),
                *named_twice(self, "admin_groups", "editor_groups", "viewer_groups"),
                *self._provider_findings(),
                *self._role_findings(),
            ]
        )
        return self

    def _provider_findings(self) -> Iterator[Finding]:
        with_saml = "SAML" in self.authentication_providers
        if with_saml and self.saml is None:
            rule = "includes SAML, and there is no `saml` block"
            at = ("authentication_providers",)
            yield Finding(at, list(self.authentication_providers), rule, "write a `saml` block, or remove it")
        elif self.saml is not None and not with_saml:
            rule = "has no effect: authentication_providers does not include SAML"
            yield Finding(("saml",), None, rule, "add it, or remove the block")
        if "AWS_SSO" in self.authentication_providers:
            if not self.admin_groups and not with_saml:
                rule = "is empty: nobody could administer the workspace"
                yield Finding(("admin_groups",), [], rule, "write the ID of a group")
        else:
            for role in self.groups:
                key = f"{role.lower()}_groups"
                rule = "has no effect: only users of IAM Identity Center (AWS_SSO) have groups"
                yield Finding((key,), list(self.groups[role]), rule, "remove it, or add AWS_SSO")

    def _role_findings(self) -> Iterator[Finding]:
        first: dict[str, str] = {}
        for role, groups in self.groups.items():
            for group in groups:
                if group in first:
                    key = f"{role.lower()}_groups"
                    rule = f"also contains a group of {first[group].lower()}_groups, and a group has one role"
                    yield Finding((key,), group, rule, "remove it from one of them")
                first.setdefault(group, role)


def workspace_name(names: Names) -> str:
    """Return the name of an environment's workspace."""
    return names.of("grafana")
