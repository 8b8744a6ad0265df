"""Roles of people, for each environment of an account and each right."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.account.people.keys.boundary import boundary_statements
from modules.account.people.keys.operating import operating_statements, reading_statements
from modules.account.people.keys.rights import (
    BREAK_GLASS,
    MANAGED_POLICIES,
    POLICY_NAME,
    Right,
    boundary_name,
    role_purpose,
)
from modules.account.people.keys.trust import trust_policy
from modules.account.people.settings import PeopleSettings
from modules.account.people.users import create_users
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names
from modules.foundation.policies import Statement, aws_policy, deny, document
from modules.foundation.roles import Role


class People(Construct):
    """Who may do what in the environments of an account, always with MFA.

    Creates: for each environment a permissions boundary and a role for each right that somebody has; the role for
    emergencies; the IAM users, if this account is their identity account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: PeopleSettings,
        environments: Mapping[str, Names],
        operating: Mapping[str, Sequence[Statement]],
        regions: Sequence[str],
        foundation: Foundation,
    ) -> None:
        """`environments` are the names of the account's environments, and `operating` more statements for operate.

        `regions` are those that report the use of the role for emergencies.
        """
        super().__init__(scope, id)
        self._settings = settings
        self._environments = environments
        self._operating = operating
        self._names = foundation.names
        self._make = foundation.resources(self, "people")
        self._users = self._create_users()
        boundaries = {env: self._create_boundary(env) for env in settings.environments()}
        #: The ARN of each role, by environment and right.
        self.roles = {
            f"{env}_{right}": self._create_role(env, right, boundaries[env]).plain_arn
            for env, right in settings.roles()
        }
        if settings.break_glass():
            self.roles["break_glass"] = self._create_break_glass(regions).plain_arn

    def _create_users(self) -> Mapping[str, str]:
        """Create the users if this account is their identity account, and return the ARN of each by label."""
        source = self._settings.identity_account
        if not source or source.account_id != self._names.account_id:
            return {}
        return create_users(self._make, settings=self._settings, names=self._names)

    def _create_boundary(self, env: str) -> str:
        others = [each for each in self._environments if each != env]
        return self._make(
            IamPolicy,
            f"{env}_boundary",
            name=boundary_name(self._names, env),
            description=f"What nobody may do who works in {env}",
            policy=document(boundary_statements(self._names, env, others)),
        ).arn

    def _create_role(self, env: str, right: Right, boundary_arn: str) -> Role:
        return Role(
            self._make,
            f"{env}_{right}",
            names=self._names,
            name=role_purpose(env, right),
            description=f"People who may {right} {env}",
            trust_policy=self._trust(self._settings.who_may(env, right)),
            policy_name=POLICY_NAME,
            statements=self._statements(env, right),
            managed_policies={f"{env}_{right}": aws_policy(MANAGED_POLICIES[right])},
            permissions_boundary=boundary_arn,
            max_session_duration=self._settings.hours(right) * 3600,
        )

    def _statements(self, env: str, right: Right) -> Sequence[Statement]:
        if right == "read":
            return reading_statements()
        if right == "operate":
            return operating_statements(self._environments[env], self._operating.get(env, ()))
        return []

    def _create_break_glass(self, regions: Sequence[str]) -> Role:
        """Create the role without a boundary, with which everything can be repaired, except what records its use.

        It can only be assumed at those endpoints of STS whose requests raise an alarm: CloudTrail logs them in the
        endpoint's Region, and those of the global endpoint in us-east-1, which is also the value of
        `aws:RequestedRegion` for it ([IAM User Guide, AWS STS Regions and endpoints]
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html)).
        """
        return Role(
            self._make,
            "break_glass",
            names=self._names,
            name=BREAK_GLASS,
            description="Emergencies, and changes to the account itself; its use raises an alarm",
            trust_policy=self._trust(self._settings.break_glass(), regions),
            policy_name=POLICY_NAME,
            statements=[
                deny("KeepTheTrail", actions=["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"], resources=["*"])
            ],
            managed_policies={"break_glass": aws_policy("AdministratorAccess")},
            max_session_duration=3600,
        )

    def _trust(self, labels: Sequence[str], regions: Sequence[str] = ()) -> str:
        return trust_policy(self._names, self._settings, labels, self._users, regions)
