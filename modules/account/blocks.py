"""HCL blocks of an account file."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.account.access_analyzer.settings import AccessAnalyzerSettings
from modules.account.config.settings import ConfigSettings
from modules.account.contact.settings import ContactSettings, ContactType
from modules.account.defaults.settings import DefaultsSettings
from modules.account.guardduty.settings import GuardDutySettings
from modules.account.notify.settings import NotifySettings
from modules.account.people.settings import PeopleSettings
from modules.account.security_hub.settings import SecurityHubSettings
from modules.account.sessions.settings import SessionsSettings
from modules.account.trail.settings import TrailSettings
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import AccountId, TieredSettings, each_once

#: Blocks that an organization can replace.
Managed = Literal["trail", "guardduty", "access_analyzer", "config", "security_hub"]


class Account(TieredSettings):
    """What an AWS account has only one of, or one of in each Region, whatever its environments are.

    The tier is the highest of the account's environments.
    """

    account_id: AccountId = Field(
        examples=["111111111111"], description="The AWS account ID, of one or more environments of this folder."
    )
    managed_by_organization: Annotated[tuple[Managed, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["trail", "guardduty"]],
        description="Blocks that the organization, for example AWS Control Tower, has for all accounts: the file then "
        "has no such block, and `notify` relies on the organization's. AWS refuses a second detector, and charges for "
        "a second trail.",
    )
    contact: dict[ContactType, ContactSettings] = Field(
        default_factory=dict,
        description="Alternate contacts: whom AWS writes to about `billing`, `operations`, or `security`, in addition "
        "to the address of the account's root user. By default none: an organization may set them for all accounts.",
    )
    notify: NotifySettings | None = Field(
        default=None, description="Whom the account's findings, sign-ins, and changes of its protections notify."
    )
    sessions: SessionsSettings | None = Field(
        default=None,
        description="Preferences of Session Manager. By default those of the console, which log nothing at first.",
    )
    people: PeopleSettings | None = Field(
        default=None,
        description="By default nobody has a role from here: an organization may give people access by itself.",
    )
    trail: TrailSettings | None = Field(default=None, description="The record of who did what: CloudTrail.")
    guardduty: GuardDutySettings | None = Field(default=None, description="Detection of attacks: Amazon GuardDuty.")
    access_analyzer: AccessAnalyzerSettings | None = Field(
        default=None, description="Access that others have, or that nobody uses: IAM Access Analyzer."
    )
    config: ConfigSettings | None = Field(default=None, description="The record of every change: AWS Config.")
    security_hub: SecurityHubSettings | None = Field(
        default=None, description="Checks against standards: Security Hub CSPM."
    )
    defaults: DefaultsSettings | None = Field(
        default=None, description="Defaults of S3, EBS, instance metadata, ECR, and ECS."
    )

    @model_validator(mode="after")
    def _rules(self) -> "Account":
        raise_findings([*self._managed_twice(), *self._notify_without_trail(), *self._hub_without_config()])
        return self

    def _managed_twice(self) -> Iterator[Finding]:
        for name in self.managed_by_organization:
            if getattr(self, name):
                rule = "is managed by the organization (managed_by_organization), and would exist twice"
                yield Finding((name,), "block", rule, "remove the block, or its name from managed_by_organization")

    def _notify_without_trail(self) -> Iterator[Finding]:
        """[Amazon EventBridge User Guide, AWS service events delivered via AWS CloudTrail]
        (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html): a trail is
        required.
        """
        if self.notify and not self.trail and "trail" not in self.managed_by_organization:
            rule = "needs a trail: EventBridge gets sign-ins and API calls only from an account that has one"
            remedy = 'add trail { }, or managed_by_organization = ["trail"] if the organization has one'
            yield Finding(("notify",), "block", rule, remedy)

    def _hub_without_config(self) -> Iterator[Finding]:
        """[AWS Security Hub User Guide, Enabling and configuring AWS Config for Security Hub CSPM]
        (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-setup-prereqs.html).
        """
        if self.security_hub and not self.config and "config" not in self.managed_by_organization:
            rule = "needs AWS Config, without which most controls have no findings"
            remedy = 'add config { }, or managed_by_organization = ["config"] if the organization has it'
            yield Finding(("security_hub",), "block", rule, remedy)
