"""The `sign_in` block: who users are, a user pool of Amazon Cognito."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from modules.access.sign_in.keys.client import ClientSettings, empty
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings, TieredSettings, each_once, tiered
from modules.network.keys.domains import DomainName, is_under

Contact = Literal["email", "phone"]

#: "CreateUserPool, PasswordPolicyType": MinimumLength to 99, history to 24, temporary passwords to 365 days.
PASSWORD_LENGTHS = (8, 99)
PASSWORD_HISTORY_LIMIT = 24
TEMPORARY_DAYS_LIMIT = 365
#: The label of the clients that we make for load balancers.
LOAD_BALANCER_PREFIX = "load-balancer"


class PasswordSettings(Settings):
    """The `password` block: what a password has to be. Length is what counts (NIST SP 800-63B)."""

    minimum_length: int = Field(
        default=12, ge=PASSWORD_LENGTHS[0], le=PASSWORD_LENGTHS[1], description="Characters, 8 to 99."
    )
    lowercase: bool = Field(default=True, description="Whether it needs a lower-case letter.")
    uppercase: bool = Field(default=False, description="Whether it needs an upper-case letter.")
    numbers: bool = Field(default=True, description="Whether it needs a digit.")
    symbols: bool = Field(default=False, description="Whether it needs a special character.")
    history: int = Field(
        default=0, ge=0, le=PASSWORD_HISTORY_LIMIT, description="How many of a user's old passwords are refused."
    )
    temporary_days: int = Field(
        default=3,
        ge=1,
        le=TEMPORARY_DAYS_LIMIT,
        description="Days for which a password is good that an administrator set.",
    )


#: RFC 5322, section 3.4: an address, or a name and the address in angle brackets.
_ADDRESS = r"[^<>@\s\",;]+@[a-z0-9.-]+"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@\n]+ <{_ADDRESS}>")


def _sender(value: str) -> str:
    if not _SENDER.fullmatch(value):
        raise broken_rule(
            "is neither an address nor a name with an address in angle brackets behind it",
            'write "no-reply@agora.example" or "Agora <no-reply@agora.example>"',
        )
    return value


class EmailSettings(Settings):
    """The `email` block: mail by Amazon SES, from an identity that is verified there already."""

    sender: Annotated[str, AfterValidator(_sender)] = Field(
        examples=["Agora <no-reply@agora.example>"],
        description="Whom users see the mail come from.",
    )
    identity: DomainName = Field(
        examples=["agora.example"], description="The domain that SES has verified, in this account and region."
    )

    @model_validator(mode="after")
    def _sender_is_of_identity(self) -> "EmailSettings":
        domain = self.sender.rpartition("@")[2].rstrip(">")
        if not is_under(domain, self.identity):
            rule = f"is not of {self.identity}, the identity that SES lets us send for"
            refuse([Finding(("sender",), self.sender, rule, f'write an address "...@{self.identity}"')])
        return self


class SignInSettings(TieredSettings):
    """The `sign_in` block: a user pool, its pages to sign up and in, and the applications that ask it."""

    sign_in_with: tuple[Contact, ...] = Field(
        default=("email",),
        description="What users are known by, each proven by a code: email, phone, or both. It can never be changed.",
    )
    self_registration: bool = Field(
        default=True, description="Whether anyone may sign up, or administrators alone add users."
    )
    mfa: Literal["off", "optional", "required"] = Field(
        default="optional",
        description="A second factor: off (refused in production), optional for each user, or required.",
    )
    mfa_methods: Annotated[tuple[Literal["totp", "sms"], ...], AfterValidator(each_once)] = Field(
        default=("totp",),
        description="Second factors: totp, an authenticator app; sms, which costs and can be intercepted.",
    )
    recovery: Literal["email", "phone", "administrator"] = Field(
        default="email", description="How users get in again who forgot their password; by default the first contact."
    )
    threat_protection: Literal["off", "audit", "enforced"] = tiered(
        development="off",
        staging="off",
        production="enforced",
        description="Whether Cognito reports (audit) or blocks (enforced) compromised passwords and unusual sign-ins. "
        "Cannot be off in production. Requires the Plus feature plan, which is billed for each active user.",
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether AWS refuses to delete the user pool. Turning it off in production takes an unlock record.",
    )
    domain: DomainName | None = Field(
        default=None,
        examples=["auth.agora.example"],
        description="Where the pages are, in one of our zones. Cognito asks that the name above it has an address, "
        "so something has to answer there. Without it the pages are below amazoncognito.com.",
    )
    domain_prefix: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        description="The name below amazoncognito.com, unique in the region among all accounts; by default product, "
        "environment and account id.",
    )
    password: PasswordSettings = Field(default=PasswordSettings(), description="What a password has to be.")
    email: EmailSettings | None = Field(
        default=None,
        description="Mail by SES. Without it Cognito sends by itself, at most 50 a day: enough to try.",
    )
    client: dict[Label, ClientSettings] = Field(
        default_factory=dict, description="The applications that users sign in to, by name."
    )

    @model_validator(mode="before")
    @classmethod
    def _recover_by_first_contact(cls, values: Any) -> Any:
        """Let users recover by the first contact."""
        if not isinstance(values, Mapping):
            return values
        contacts = values.get("sign_in_with")
        first = contacts[0] if isinstance(contacts, list | tuple) and contacts else "email"
        return {
            "recovery": first if first in get_args(Contact) else "email",
            **values,
        }

    @model_validator(mode="after")
    def _rules(self) -> "SignInSettings":
        refuse([*self._contact_findings(), *self._domain_findings(), *self._production_findings()])
        return self

    @property
    def sends_text_messages(self) -> bool:
        """Whether Cognito needs a role to send SMS by."""
        return "phone" in self.sign_in_with or (self.mfa != "off" and "sms" in self.mfa_methods)

    def _contact_findings(self) -> Iterator[Finding]:
        yield from empty(self, "sign_in_with", "email")
        yield from empty(self, "mfa_methods", "totp")
        if len(set(self.sign_in_with)) < len(self.sign_in_with):
            yield Finding(("sign_in_with",), list(self.sign_in_with), "names one twice", "write each once")
        if self.sign_in_with and self.recovery not in (*self.sign_in_with, "administrator"):
            rule = "is not what users are known by, so that most would have none"
            yield Finding(("recovery",), self.recovery, rule, f'write "{self.sign_in_with[0]}" or "administrator"')

    def _domain_findings(self) -> Iterator[Finding]:
        if self.domain and self.domain_prefix:
            rule = "stands beside domain, and the pages are in one place"
            yield Finding(("domain_prefix",), self.domain_prefix, rule, "take one of them out")
        for label in self.client:
            if label.startswith(LOAD_BALANCER_PREFIX):
                rule = "is the name of a client that a load balancer has"
                yield Finding(("client", label), None, rule, "give it another name")

    def _production_findings(self) -> Iterator[Finding]:
        if not self.is_production:
            return
        if self.mfa == "off":
            rule = "is refused in production: who learns a password would be the user"
            yield Finding(("mfa",), "off", rule, 'write "optional" or "required"')
        if self.threat_protection == "off":
            rule = "is refused in production: passwords leaked elsewhere would be tried here unseen"
            yield Finding(("threat_protection",), "off", rule, "take it out")
