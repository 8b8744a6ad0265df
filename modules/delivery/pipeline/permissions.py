"""What the apply role of an environment may do: what the environment's resources need, on what is the environment's.

Quotas: [IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html): a managed
policy has at most 6,144 characters without white space, the inline policies of a role 10,240, and by default a role has
at most 10 managed policies.
"""

from collections.abc import Iterable, Sequence

from modules.delivery.pipeline.rights.table import known_types, needed_actions, services_passed_to
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, deny, document

MANAGED_POLICY_LIMIT = 6144
#: Services whose actions are restricted to the environment's own resources, in the inline policy.
_SCOPED = ("iam", "s3", "secretsmanager")
#: Permission is required to attach these to a role, or to put them into one, only if the role has the boundary.
_BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
#: Actions that read or make passwords, for the ephemeral resources of some databases (`PasswordsAtPlan`).
_VALUES = ("secretsmanager:GetRandomPassword", "secretsmanager:GetSecretValue")
#: What the aliases of no environment name: the key of the states.
_KEY_OF_STATES = (
    "kms:CreateGrant", "kms:DeleteAlias", "kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias",
)  # fmt: skip


def general_policies(types: Iterable[str]) -> list[list[Statement]]:
    """Return the statements of each managed policy of an environment that has these types of resources.

    Which policy has an action depends on all types together, so that an environment always has the same number of
    policies, and a new block only adds actions to them.
    """
    wanted = _general(types)
    parts = [[each for each in part if each in wanted] for part in _parts(sorted(_general(known_types())))]
    return [[_general_statement(part)] for part in parts]


def _general(types: Iterable[str]) -> set[str]:
    return {each for each in needed_actions(types) if not each.startswith(tuple(f"{name}:" for name in _SCOPED))}


def _general_statement(actions: Sequence[str]) -> Statement:
    return allow("Resources", actions=actions, resources=["*"])


def _parts(actions: Sequence[str]) -> list[list[str]]:
    """Return the actions in parts, each of which fits into a managed policy."""
    parts: list[list[str]] = [[]]
    for action in actions:
        if len("".join(document([_general_statement([*parts[-1], action])]).split())) > MANAGED_POLICY_LIMIT:
            parts.append([])
        parts[-1].append(action)
    return parts


def own_resources(names: Names, types: Iterable[str], boundary_arn: str) -> list[Statement]:
    """Return the statements for roles, buckets, secrets, and keys: only those of the environment with these names."""
    wanted = needed_actions(types)
    prefix = f"{names.product}-{names.environment}-*"
    secrets = f"arn:aws:secretsmanager:*:{names.account_id}:secret:"
    buckets = [each for each in wanted if each.startswith("s3:")]
    secret_actions = [each for each in wanted if each.startswith("secretsmanager:") and each not in _VALUES]
    return [
        *_identities(names, wanted, prefix, boundary_arn),
        *_passing(names, types, prefix),
        allow("Buckets", actions=sorted(buckets), resources=[f"arn:aws:s3:::{prefix}"]),
        # RDS creates and rotates the secrets of administrators with the caller's permissions.
        allow(
            "Secrets",
            actions=sorted(secret_actions),
            resources=[f"{secrets}{names.product}/{names.environment}/*", f"{secrets}rds!*"],
        ),
        *_keys(),
    ]


def _identities(names: Names, wanted: Iterable[str], prefix: str, boundary_arn: str) -> list[Statement]:
    account = f"arn:aws:iam::{names.account_id}"
    of_iam = sorted(each for each in wanted if each.startswith("iam:"))
    service_linked = [each for each in of_iam if "ServiceLinkedRole" in each]
    providers = [each for each in of_iam if "OpenIDConnectProvider" in each]
    profiles = [each for each in of_iam if "InstanceProfile" in each and not each.endswith("ForRole")]
    policies = [each for each in of_iam if "Policy" in each and "Role" not in each]
    roles = [each for each in of_iam if each not in (*service_linked, *providers, *profiles, *policies, *_BOUNDED)]
    bounded = [each for each in of_iam if each in _BOUNDED]
    found = [
        allow("Roles", actions=roles, resources=[f"{account}:role/{prefix}"]),
        # [Delegating permission management to others with permissions boundaries]
        # (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
        allow(
            "BoundedRoles",
            actions=bounded,
            resources=[f"{account}:role/{prefix}"],
            condition={"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        ),
        # A policy alone grants nothing; it is attached only to a role with the boundary.
        allow("Policies", actions=policies, resources=[f"{account}:policy/{prefix}"]),
        allow("InstanceProfiles", actions=profiles, resources=[f"{account}:instance-profile/{prefix}"]),
        # The providers of EKS clusters; a CI server's provider has its host in its name.
        allow("ClusterProviders", actions=providers, resources=[f"{account}:oidc-provider/oidc.eks.*"]),
        allow("ServiceLinkedRoles", actions=service_linked, resources=[f"{account}:role/aws-service-role/*"]),
    ]
    return [each for each in found if each["Action"]]


def _passing(names: Names, types: Iterable[str], prefix: str) -> list[Statement]:
    services = services_passed_to(types)
    if not services:
        return []
    return [
        allow(
            "PassRoles",
            actions=["iam:PassRole"],
            resources=[f"arn:aws:iam::{names.account_id}:role/{prefix}"],
            condition={"StringEquals": {"iam:PassedToService": services}},
        )
    ]


def _keys() -> list[Statement]:
    """Return the statements to use keys only through a service that encrypts with them.

    [AWS KMS Developer Guide, AWS KMS condition keys]
    (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html): kms:ViaService, and
    kms:GrantIsForAWSResource.
    """
    return [
        allow(
            "KeysOfResources",
            actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=["*"],
            condition={"StringLike": {"kms:ViaService": "*.amazonaws.com"}},
        ),
        allow(
            "GrantsOfServices",
            actions=["kms:CreateGrant", "kms:RevokeGrant"],
            resources=["*"],
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def own_access_denied(account: Names, provider_hosts: Sequence[str], bucket_arn: str) -> list[Statement]:
    """Return the statements that deny a change of the pipeline's own access; `account` are the account's names.

    The statements above do not allow it either; a denial also holds if somebody attaches another policy.
    """
    arn = f"arn:aws:iam::{account.account_id}"
    own = f"{account.product}-{account.environment}-*"
    return [
        deny(
            "NotThePipelinesRoles",
            actions=["iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*",
                     "iam:SetDefaultPolicyVersion", "iam:Tag*", "iam:Untag*", "iam:Update*"],
            resources=[f"{arn}:role/{own}", f"{arn}:policy/{own}"],
        ),
        deny("NoRoleWithoutBoundary", actions=["iam:DeleteRolePermissionsBoundary"], resources=["*"]),
        # Only for providers of CI servers: each EKS cluster has its own provider, which an apply creates.
        deny(
            "NotTheCiServersProviders",
            actions=[
                "iam:AddClientIDToOpenIDConnectProvider",
                "iam:CreateOpenIDConnectProvider",
                "iam:DeleteOpenIDConnectProvider",
                "iam:RemoveClientIDFromOpenIDConnectProvider",
                "iam:TagOpenIDConnectProvider",
                "iam:UntagOpenIDConnectProvider",
                "iam:UpdateOpenIDConnectProviderThumbprint",
            ],
            resources=[f"{arn}:oidc-provider/{host}" for host in provider_hosts],
        ),
        deny(
            "NotTheStatesBucket",
            actions=["s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:PutBucket*", "s3:PutEncryption*",
                     "s3:PutLifecycleConfiguration"],
            resources=[bucket_arn, f"{bucket_arn}/*"],
        ),
        deny(
            "NotTheStatesKey",
            actions=_KEY_OF_STATES,
            resources=["*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": account.key_alias("state")}},
        ),
    ]  # fmt: skip
