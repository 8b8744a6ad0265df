"""Trust policies of the roles of people: who may assume them, and how they must have signed in."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modules.account.people.keys.rights import arn_of
from modules.foundation.names import Names
from modules.foundation.policies import document

if TYPE_CHECKING:
    from modules.account.people.settings import PeopleSettings

#: Characters of a trust policy: [IAM and AWS STS quotas]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
TRUST_POLICY_LIMIT = 2048


def trust_policy(
    names: Names,
    people: "PeopleSettings",
    labels: Sequence[str],
    users: Mapping[str, str] | None = None,
    regions: Sequence[str] = (),
) -> str:
    """Return the trust policy for people with these labels; `names` are the account's.

    `users` are the ARNs of IAM users that are created here, by label. With `regions`, the role can only be assumed at
    the endpoints of STS in these Regions.
    """
    if people.identity_center:
        user_names = [people.user_name(label) for label in labels]
        return _from_identity_center(names, people.identity_center.permission_set, user_names, regions)
    source = people.identity_account
    assert source is not None, "checked by the settings"
    arns = [
        (users or {}).get(label, f"arn:aws:iam::{source.account_id}:user/{people.user_name(label)}") for label in labels
    ]
    return _from_identity_account(arns, source.mfa_max_age_minutes, regions)


def _from_identity_center(names: Names, permission_set: str, user_names: Sequence[str], regions: Sequence[str]) -> str:
    """Return the trust policy for users of IAM Identity Center, from the role of their permission set in this account.

    The role's path has the Region of the instance, except for us-east-1, and its name ends in a suffix that changes
    when the permission set is assigned again: [IAM Identity Center User Guide, Referencing permission sets in resource
    policies](https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html). The session is
    named after the user, and `aws:userid` is the role's ID and that name: [IAM User Guide, AWS global condition context
    keys, aws:userid](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
    """
    role = f"AWSReservedSSO_{permission_set}_*"
    paths = [f"role/aws-reserved/sso.amazonaws.com/{path}{role}" for path in ("", "*/")]
    conditions: dict[str, Any] = {
        "ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{names.account_id}:{path}" for path in paths]},
        "StringLike": {"aws:userid": [f"*:{name}" for name in user_names]},
    }
    return _trust([arn_of(names, "root", "").removesuffix("/")], conditions, regions)


def _from_identity_account(user_arns: Sequence[str], mfa_max_age_minutes: int, regions: Sequence[str]) -> str:
    """Return the trust policy for IAM users who have used MFA, and name the session after themselves.

    AWS stores the unique ID of each user, so that another user with the same name is not trusted: [IAM JSON policy
    elements: Principal, IAM user principals]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users). A
    request with an access key has neither key about MFA, so the comparison fails: [IAM User Guide, Secure API access
    with MFA](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html). The
    session's name: [IAM User Guide, IAM and AWS STS condition context keys, sts:RoleSessionName]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname).
    """
    conditions: dict[str, Any] = {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": str(mfa_max_age_minutes * 60)},
        # Terraform reads `$${x}` as the literal text `${x}`.
        "StringEquals": {"sts:RoleSessionName": "$${aws:username}"},
    }
    return _trust(user_arns, conditions, regions)


def _trust(principals: Sequence[str], conditions: dict[str, Any], regions: Sequence[str]) -> str:
    if regions:
        conditions.setdefault("StringEquals", {})["aws:RequestedRegion"] = list(regions)
    statement = {
        "Sid": "People",
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": "sts:AssumeRole",
        "Condition": conditions,
    }
    return document([statement])
