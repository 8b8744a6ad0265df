"""Roles for the pipeline, which its jobs assume with the CI server's tokens instead of access keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.delivery.pipeline.boundary import boundary_statements
from modules.delivery.pipeline.permissions import general_policies, own_access_denied, own_resources
from modules.delivery.pipeline.recording import publishing_statements, recording_statements
from modules.delivery.pipeline.role_names import Right, rights_name
from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.pipeline.trust import trust_policy
from modules.delivery.state.state import state_bucket_name
from modules.foundation.ci_servers import Issuer
from modules.foundation.data_actions import DATA_ACTIONS
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, aws_policy, deny, document, use_key_via
from modules.foundation.resources import Resources
from modules.foundation.roles import Role
from modules.observability.alarms.settings import DRIFT_SEVERITY


@dataclass(frozen=True)
class PipelineState:
    """An environment of the pipeline: its settings, and the object of its state."""

    settings: PipelineSettings
    names: Names
    """The environment's."""
    state_key: str
    types: frozenset[str]
    """The types of the environment's resources."""
    issuers: Mapping[str, Issuer]
    """The CI servers of the environment's pipelines, by kind."""
    has_alarms: bool = False
    """Whether it has alarm topics, to one of which the drift job publishes."""
    passwords: "PasswordsAtPlan | None" = None


@dataclass(frozen=True)
class PasswordsAtPlan:
    """Database passwords that a plan reads from their secrets, since it evaluates Terraform's ephemeral resources."""

    secret_arns: Sequence[str]
    """Patterns of ARNs."""
    key_alias: str
    """The alias of the key that encrypts the secrets."""
    region: str


class PipelineRoles(Construct):
    """Two roles for each environment of an account.

    [GitLab, Configure OpenID Connect in AWS](https://docs.gitlab.com/ci/cloud_services/aws/), and [GitHub, Configuring
    OpenID Connect in Amazon Web Services]
    (https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws).

    The plan role reads everything except data and values; the passwords of some databases are the exception. It also
    acquires and releases the lock of the state. The apply role may do what the environment's resources need (see
    `permissions`). Only a person changes the pipeline's own access.

    Creates: the OIDC providers of the CI servers, and for each environment both roles with their policies, and the
    permissions boundary of the roles that the environment creates.
    """

    def __init__(
        self, scope: Construct, id: str, *, make: Resources, names: Names, states: Mapping[str, PipelineState]
    ) -> None:
        """`names` are the account's; `states` has its environments with a `pipeline` block."""
        super().__init__(scope, id)
        self._make = make
        self._names = names
        self._bucket_arn = f"arn:aws:s3:::{state_bucket_name(names)}"
        self._issuers = {kind: issuer for state in states.values() for kind, issuer in state.issuers.items()}
        for issuer in self._issuers.values():
            self._create_provider(issuer)
        for env, state in states.items():
            self._create_policy(f"{env}_boundary", state.names.boundary_name, self._boundary(state))
            self._create_role(env, state, "plan", self._planning(state), {f"{env}_plan": aws_policy("ReadOnlyAccess")})
            self._create_role(env, state, "apply", self._applying(state), self._create_rights(env, state))

    def _create_provider(self, issuer: Issuer) -> None:
        self._make(
            IamOpenidConnectProvider,
            issuer.kind,
            url=issuer.url,
            client_id_list=[issuer.audience],
            thumbprint_list=list(issuer.thumbprints) or None,
        )

    def _create_role(
        self,
        env: str,
        state: PipelineState,
        right: Right,
        statements: list[Statement],
        managed_policies: Mapping[str, str],
    ) -> None:
        project = state.settings.server.ci_project
        Role(
            self._make,
            f"{env}_{right}",
            names=self._names,
            name=f"{env}-{right}",
            description=f"{project.server} jobs of {project.path} that {right} {env}",
            trust_policy=trust_policy(project, state.settings.trusted(right, env), self._names),
            policy_name="pipeline",
            statements=statements,
            managed_policies=managed_policies,
        )

    def _create_rights(self, env: str, state: PipelineState) -> dict[str, str]:
        """Create the managed policies of the apply role; return their ARNs by the addresses of their attachments."""
        policies = enumerate(general_policies(state.types), start=1)
        return {
            f"{env}_apply_{number}": self._create_policy(
                f"{env}_apply_{number}", rights_name(self._names, env, number), statements
            )
            for number, statements in policies
        }

    def _create_policy(self, address: str, name: str, statements: list[Statement]) -> str:
        return self._make(IamPolicy, address, name=name, policy=document(statements)).arn

    def _boundary(self, state: PipelineState) -> list[Statement]:
        return boundary_statements(state.names, self._names, self._bucket_arn)

    def _planning(self, state: PipelineState) -> list[Statement]:
        lock = f"{self._bucket_arn}/{state.state_key}.tflock"
        return [
            allow("Lock", actions=["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], resources=[lock]),
            self._using_the_states_key(),
            *(publishing_statements(state.names, DRIFT_SEVERITY) if state.has_alarms else ()),
            *_reading_passwords(state.passwords),
            deny("NoData", actions=DATA_ACTIONS, resources=["*"]),
            _deny_secrets_except(state.passwords.secret_arns if state.passwords else ()),
            {
                "Sid": "NoObjects",
                "Effect": "Deny",
                "Action": ["s3:GetObject*"],
                "NotResource": [f"{self._bucket_arn}/{state.state_key}", lock],
            },
        ]

    def _applying(self, state: PipelineState) -> list[Statement]:
        states = f"{self._bucket_arn}/{state.state_key}"
        return [
            allow("State", actions=["s3:GetObject", "s3:PutObject"], resources=[states]),
            allow("Lock", actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources=[f"{states}.tflock"]),
            # The commands also look for a deleted state among the versions.
            allow("FindState", actions=["s3:ListBucket", "s3:ListBucketVersions"], resources=[self._bucket_arn]),
            self._using_the_states_key(),
            *_reading_passwords(state.passwords),
            *recording_statements(state.names, "deploy", "unlock"),
            *own_resources(state.names, state.types, str(state.names.boundary_arn)),
            *own_access_denied(self._names, [each.host for each in self._issuers.values()], self._bucket_arn),
        ]

    def _using_the_states_key(self) -> Statement:
        # A key can have several aliases: [AWS KMS Developer Guide, AWS KMS condition keys, kms:ResourceAliases]
        # (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases).
        return allow(
            "StateKey",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": self._names.key_alias("state")}},
        )


def _reading_passwords(passwords: PasswordsAtPlan | None) -> list[Statement]:
    """Return the statements that allow a plan to evaluate the ephemeral resources of database passwords."""
    if passwords is None:
        return []
    return [
        allow("ReadPasswords", actions=["secretsmanager:GetSecretValue"], resources=passwords.secret_arns),
        allow("MakePassword", actions=["secretsmanager:GetRandomPassword"], resources=["*"]),
        use_key_via(
            "PasswordKey",
            "secretsmanager",
            passwords.region,
            actions=["kms:Decrypt"],
            key_arns=["*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": passwords.key_alias}},
        ),
    ]


def _deny_secrets_except(secret_arns: Sequence[str]) -> Statement:
    """Return the statement that denies a plan the values of all other secrets."""
    action = "secretsmanager:GetSecretValue"
    if not secret_arns:
        return deny("NoSecrets", actions=[action], resources=["*"])
    return {"Sid": "NoSecrets", "Effect": "Deny", "Action": [action], "NotResource": list(secret_arns)}
