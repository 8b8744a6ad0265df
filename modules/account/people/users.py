"""IAM users of people, in the account that is their identity account."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.iam_account_password_policy import IamAccountPasswordPolicy
from cdktf_cdktf_provider_aws.iam_group import IamGroup
from cdktf_cdktf_provider_aws.iam_group_policy import IamGroupPolicy
from cdktf_cdktf_provider_aws.iam_user import IamUser
from cdktf_cdktf_provider_aws.iam_user_group_membership import IamUserGroupMembership

from modules.account.people.keys.own_identity import own_identity_statements
from modules.account.people.settings import PeopleSettings
from modules.foundation.names import Names
from modules.foundation.policies import document
from modules.foundation.resources import Resources


def create_users(make: Resources, *, settings: PeopleSettings, names: Names) -> Mapping[str, str]:
    """Create the users, their group, and the account's password policy, and return the users' ARNs by label.

    A user has no password and no access key from here: both would be in the state. Somebody gives the first password in
    the console (docs/runbooks/people.md).
    """
    _create_password_policy(make)
    group = make(IamGroup, "group", name=names.of("people"))
    make(
        IamGroupPolicy,
        "group",
        name="people",
        group=group.name,
        policy=document(own_identity_statements(names)),
    )
    users = {}
    for label in settings.person:
        # A leaver's password and MFA devices are not managed here, and would keep the user from being deleted.
        user = make(IamUser, label, name=settings.user_name(label), force_destroy=True)
        make(IamUserGroupMembership, label, user=user.name, groups=[group.name])
        users[label] = user.arn
    return users


def _create_password_policy(make: Resources) -> None:
    """[CIS AWS Foundations Benchmark in Security Hub]
    (https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html): IAM.15, length of 14 or more, and
    IAM.16, no reuse of 24 passwords. Without an age: a password that must change often is written down, and MFA is
    required anyway.
    """
    make(
        IamAccountPasswordPolicy,
        "password_policy",
        minimum_password_length=14,
        password_reuse_prevention=24,
        require_lowercase_characters=True,
        require_uppercase_characters=True,
        require_numbers=True,
        require_symbols=True,
        allow_users_to_change_password=True,
    )
