"""Settings of the `people` block."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from modules.account.people.keys.rights import RIGHTS, Right, includes
from modules.account.people.rules import findings
from modules.foundation.problems import raise_findings
from modules.foundation.settings import AccountId, Label, NotAllowed, Settings, TieredSettings, TierException, tiered

_NAME = r"^[A-Za-z0-9_+=,.@-]+$"


def _is_chained(values: Mapping[str, Any]) -> bool:
    return values.get("identity_center") is not None


#: A role that is assumed from the session of another role: [AssumeRole]
#: (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html) allows one hour.
_CHAINED = TierException(_is_chained, 1, "with identity_center")


class IdentityCenterSettings(TieredSettings):
    """The `identity_center` block: people sign in to IAM Identity Center, and assume the roles from there.

    Only an organization's instance can give access to accounts, and its permission sets belong to the management
    account or its delegated administrator ([IAM Identity Center User Guide, Organization and account instances]
    (https://docs.aws.amazon.com/singlesignon/latest/userguide/identity-center-instances.html)). This account therefore
    creates none. It only trusts the role that Identity Center creates in it for the named permission set.
    """

    permission_set: str = Field(
        pattern=_NAME,
        min_length=1,
        max_length=32,
        examples=["Developers"],
        description="The permission set that the organization assigns to these people in this account. It needs no "
        "permission except `sts:AssumeRole` on the roles of people.",
    )
    prompt_for_mfa: Annotated[
        Literal["always_on", "context_aware", "disabled"],
        NotAllowed(
            ("disabled",),
            "people would sign in without MFA",
            "turn it on in the settings of IAM Identity Center, and write always_on",
            ("development", "staging", "production"),
        ),
        NotAllowed(
            ("context_aware",), "a device that a person trusted once is no longer asked for MFA", "write always_on"
        ),
    ] = Field(
        examples=["always_on"],
        description="How the instance is set to prompt for MFA: always_on or context_aware. Only the instance knows "
        "whether a person used MFA: the sessions of its roles do not have `aws:MultiFactorAuthPresent`.",
    )


class IdentityAccountSettings(TieredSettings):
    """The `identity_account` block: people are IAM users of one account, and assume the roles from there with MFA."""

    account_id: AccountId = Field(
        examples=["444444444444"],
        description="The account of the IAM users. If it is this account, the users, their group, and the account's "
        "password policy are created here; people choose a password and register MFA devices themselves.",
    )
    mfa_max_age_minutes: int = tiered(
        development=720,
        staging=720,
        production=60,
        ge=15,
        le=720,
        description="How long ago a person may have used MFA when assuming a role. 720 is a working day, and the "
        "longest session of `aws login`; in production, a stolen session is of no use after an hour.",
    )


class PersonSettings(Settings):
    """A `person` block: what one person may do. The label is the person's name in the plan."""

    user_name: str | None = Field(
        default=None,
        pattern=_NAME,
        min_length=1,
        max_length=64,
        examples=["jisoo@agora.example"],
        description="The name of the user in IAM Identity Center or in IAM. By default the label.",
    )
    access: dict[str, Right] = Field(
        default_factory=dict,
        examples=[{"prod": "operate"}],
        description="By environment of this account: read (everything except data, logs, and secrets), operate (also "
        "logs, restarts, rollbacks, ECS Exec, and redrives), or administer (everything except people, the pipeline's "
        "access, and the audit trail). A right includes the lower ones, each as a role of its own.",
    )
    break_glass: bool = Field(
        default=False,
        description="Whether the person may assume the role for emergencies, which can do everything, and whose use "
        "raises an alarm at once.",
    )


class PeopleSettings(TieredSettings):
    """The `people` block: who may do what in the environments of the account, always with MFA."""

    identity_center: IdentityCenterSettings | None = Field(
        default=None, description="Either this block or `identity_account`."
    )
    identity_account: IdentityAccountSettings | None = Field(
        default=None, description="Only if there is no IAM Identity Center."
    )
    read_hours: int = tiered(
        development=8,
        staging=8,
        production=4,
        exception=_CHAINED,
        ge=1,
        le=12,
        description="The longest session of the role for read. Development and staging: a working day.",
    )
    operate_hours: int = tiered(
        development=8,
        staging=4,
        production=1,
        exception=_CHAINED,
        ge=1,
        le=12,
        description="The longest session of the role for operate. Production: one incident.",
    )
    administer_hours: int = tiered(
        development=4,
        staging=2,
        production=1,
        exception=_CHAINED,
        ge=1,
        le=12,
        description="The longest session of the role for administer.",
    )
    person: dict[Label, PersonSettings] = Field(
        default_factory=dict,
        description="The table of people. Without a block, a person cannot assume a role any more; existing sessions "
        "end after the hours above, or at once with docs/runbooks/people.md.",
    )

    @model_validator(mode="after")
    def _check(self) -> "PeopleSettings":
        raise_findings(findings(self))
        return self

    def user_name(self, label: str) -> str:
        """Return the user name of a `person` block."""
        return self.person[label].user_name or label

    def hours(self, right: Right) -> int:
        """Return the longest session of the role for a right."""
        hours: int = getattr(self, f"{right}_hours")
        return hours

    def who_may(self, env: str, right: Right) -> list[str]:
        """Return the labels of those who have the right, or a higher one, in an environment."""
        return [
            label for label, each in self.person.items() if env in each.access and includes(each.access[env], right)
        ]

    def break_glass(self) -> list[str]:
        """Return the labels of those who may assume the role for emergencies."""
        return [label for label, each in self.person.items() if each.break_glass]

    def environments(self) -> list[str]:
        """Return the environments to which somebody has access."""
        return list(dict.fromkeys(env for each in self.person.values() for env in each.access))

    def roles(self) -> Iterator[tuple[str, Right]]:
        """Yield the environment and the right of each role that somebody has, without the role for emergencies."""
        for env in self.environments():
            yield from ((env, right) for right in RIGHTS if self.who_may(env, right))
