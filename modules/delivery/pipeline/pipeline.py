"""Roles for the pipeline, which its jobs assume with GitLab's tokens instead of access keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

from modules.delivery.pipeline.role_names import Right
from modules.delivery.pipeline.settings import GitlabSettings, PipelineSettings
from modules.delivery.pipeline.trust import trust_policy
from modules.delivery.state.state import state_bucket_name
from modules.foundation.data_actions import DATA_ACTIONS
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, deny, use_key_via
from modules.foundation.resources import Resources
from modules.foundation.roles import Role, aws_policy

#: [AWS managed policies for job functions]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html): a plan reads all resources to
#: compare them with the state; an apply also creates roles, keys, and policies, so even a narrower policy could not
#: prevent privilege escalation.
_MANAGED = {"plan": "ReadOnlyAccess", "apply": "AdministratorAccess"}


@dataclass(frozen=True)
class PipelineState:
    """An environment of the pipeline: its settings, and the object of its state."""

    settings: PipelineSettings
    state_key: str
    alarm_topic_arn: str | None = None
    """The topic for drift notifications, in an environment that has alarms."""
    message_key_alias: str | None = None
    """The alias of that topic's key."""
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

    [GitLab, Configure OpenID Connect in AWS](https://docs.gitlab.com/ci/cloud_services/aws/).

    The plan role reads everything except data and values; the passwords of some databases are the exception. It also
    acquires and releases the lock of the state. The apply role may do everything except change these roles, the
    provider, and the state bucket: only a person changes the pipeline's own access.

    Creates: the OIDC provider, and for each environment both roles with their policies.
    """

    def __init__(
        self, scope: Construct, id: str, *, make: Resources, names: Names, states: Mapping[str, PipelineState]
    ) -> None:
        """`names` are the account's; `states` has its environments with a `pipeline` block."""
        super().__init__(scope, id)
        self._make = make
        self._names = names
        self._bucket_arn = f"arn:aws:s3:::{state_bucket_name(names)}"
        self._provider_arn = self._create_provider(next(iter(states.values())).settings.gitlab)
        for env, state in states.items():
            self._create_role(env, state, "plan", self._planning(state))
            self._create_role(env, state, "apply", self._applying(state.settings))

    def _create_provider(self, settings: GitlabSettings) -> str:
        return self._make(
            IamOpenidConnectProvider,
            "gitlab",
            url=settings.url,
            client_id_list=[settings.url],
            thumbprint_list=list(settings.thumbprints) or None,
        ).arn

    def _create_role(self, env: str, state: PipelineState, right: Right, statements: list[Statement]) -> None:
        Role(
            self._make,
            f"{env}_{right}",
            names=self._names,
            name=f"{env}-{right}",
            description=f"GitLab jobs of {state.settings.gitlab.project} that {right} {env}",
            trust_policy=trust_policy(self._provider_arn, state.settings.gitlab, state.settings.subjects(right)),
            policy_name="pipeline",
            statements=statements,
            managed_policies={f"{env}_{right}": aws_policy(_MANAGED[right])},
        )

    def _planning(self, state: PipelineState) -> list[Statement]:
        lock = f"{self._bucket_arn}/{state.state_key}.tflock"
        return [
            allow("Lock", actions=["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], resources=[lock]),
            # A key can have several aliases: [AWS KMS Developer Guide, AWS KMS condition keys, kms:ResourceAliases]
            # (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases).
            allow(
                "StateKey",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": self._names.key_alias("state")}},
            ),
            *self._publishing_drift(state),
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

    def _publishing_drift(self, state: PipelineState) -> list[Statement]:
        """Return the statements that allow the drift job to publish to the alarm topic."""
        if not state.alarm_topic_arn or not state.message_key_alias:
            return []
        return [
            allow("TellDrift", actions=["sns:Publish"], resources=[state.alarm_topic_arn]),
            allow(
                "AlarmKey",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": state.message_key_alias}},
            ),
        ]

    def _applying(self, settings: PipelineSettings) -> list[Statement]:
        account = f"arn:aws:iam::{self._names.account_id}"
        roles = f"{account}:role/{self._names.product}-{self._names.environment}-*"
        provider_arn = f"{account}:oidc-provider/{settings.gitlab.host}"
        return [
            deny(
                "NotThePipelinesRoles",
                actions=[
                    "iam:AttachRolePolicy",
                    "iam:DeleteRole*",
                    "iam:DetachRolePolicy",
                    "iam:PutRole*",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:UpdateRole*",
                ],
                resources=[roles],
            ),
            # Only for GitLab's provider: each EKS cluster has its own provider, which an apply creates.
            deny(
                "NotGitLabsProvider",
                actions=[
                    "iam:AddClientIDToOpenIDConnectProvider",
                    "iam:CreateOpenIDConnectProvider",
                    "iam:DeleteOpenIDConnectProvider",
                    "iam:RemoveClientIDFromOpenIDConnectProvider",
                    "iam:TagOpenIDConnectProvider",
                    "iam:UntagOpenIDConnectProvider",
                    "iam:UpdateOpenIDConnectProviderThumbprint",
                ],
                resources=[provider_arn],
            ),
            deny(
                "NotTheStatesBucket",
                actions=["s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:PutBucket*", "s3:PutEncryption*"],
                resources=[self._bucket_arn, f"{self._bucket_arn}/*"],
            ),
        ]


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
