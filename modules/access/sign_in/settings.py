"""The `sign_in` block: a user pool of Amazon Cognito."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from modules.access.sign_in.keys.client import ClientSettings, empty
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, NotAllowed, Settings, TieredSettings, each_once, tiered
from modules.network.keys.domains import DomainName, is_under

Contact = Literal["email", "phone"]

#: [CreateUserPool, PasswordPolicyType]
#: (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html):
#: MinimumLength to 99, history to 24, temporary passwords to 365 days.
PASSWORD_LENGTHS = (8, 99)
PASSWORD_HISTORY_LIMIT = 24
TEMPORARY_DAYS_LIMIT = 365
#: The prefix of the labels of the app clients that Groundwork creates for load balancers.
LOAD_BALANCER_PREFIX = "load-balancer"


class PasswordSettings(Settings):
    """The `password` block: the password policy. Length matters more than character types (NIST SP 800-63B)."""

    renamed: ClassVar[Mapping[str, str]] = {
        "lowercase": "require_lowercase",
        "uppercase": "require_uppercase",
        "numbers": "require_numbers",
        "symbols": "require_symbols",
        "history": "password_history_size",
        "temporary_days": "temporary_password_validity_days",
    }

    minimum_length: int = Field(
        default=12,
        ge=PASSWORD_LENGTHS[0],
        le=PASSWORD_LENGTHS[1],
        description="The minimum length of a password: 8 to 99 characters.",
    )
    require_lowercase: bool = Field(default=True, description="Whether a password must contain a lowercase letter.")
    require_uppercase: bool = Field(default=False, description="Whether a password must contain an uppercase letter.")
    require_numbers: bool = Field(default=True, description="Whether a password must contain a digit.")
    require_symbols: bool = Field(default=False, description="Whether a password must contain a special character.")
    password_history_size: int = Field(
        default=0,
        ge=0,
        le=PASSWORD_HISTORY_LIMIT,
        description="The number of previous passwords that a user cannot use again.",
    )
    temporary_password_validity_days: int = Field(
        default=3,
        ge=1,
        le=TEMPORARY_DAYS_LIMIT,
        description="Days for which a temporary password set by an administrator is valid.",
    )


#: [RFC 5322, section 3.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.4): an email address, or a name and the
#: email address in angle brackets.
_ADDRESS = r"[^<>@\s\",;]+@[a-z0-9.-]+"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@\n]+ <{_ADDRESS}>")


def _sender(value: str) -> str:
    if not _SENDER.fullmatch(value):
        raise broken_rule(
            "is neither an email address nor a name followed by an email address in angle brackets",
            'write "no-reply@agora.example" or "Agora <no-reply@agora.example>"',
        )
    return value


class EmailSettings(Settings):
    """The `email` block: the sender, and an identity that is already verified in SES."""

    sender: Annotated[str, AfterValidator(_sender)] = Field(
        examples=["Agora <no-reply@agora.example>"],
        description="The sender that users see.",
    )
    identity: DomainName = Field(
        examples=["agora.example"], description="The domain that is verified in SES, in this account and Region."
    )

    @model_validator(mode="after")
    def _sender_is_of_identity(self) -> "EmailSettings":
        domain = self.sender.rpartition("@")[2].rstrip(">")
        if not is_under(domain, self.identity):
            rule = f"is not an address of {self.identity}, the verified identity"
            raise_findings([Finding(("sender",), self.sender, rule, f'write an address "...@{self.identity}"')])
        return self


class SignInSettings(TieredSettings):
    """The `sign_in` block: a user pool, its sign-up and sign-in pages, and its app clients."""

    sign_in_with: tuple[Contact, ...] = Field(
        default=("email",),
        description="What users sign in with, verified by a code: email, phone, or both. It can never be changed.",
    )
    self_registration: bool = Field(
        default=True, description="Whether anyone may sign up; otherwise, only administrators add users."
    )
    mfa: Annotated[
        Literal["off", "optional", "required"],
        NotAllowed(
            ("off",),
            "a stolen password alone would give access to the account",
            'write "optional" or "required"',
        ),
    ] = Field(
        default="optional",
        description="Multi-factor authentication: off, optional per user, or required.",
    )
    mfa_methods: Annotated[tuple[Literal["totp", "sms"], ...], AfterValidator(each_once)] = Field(
        default=("totp",),
        description="Second factors: totp, an authenticator app; sms, which is charged for and can be intercepted.",
    )
    recovery: Literal["email", "phone", "administrator"] = Field(
        default="email",
        description="How users recover their account; by default the first of `sign_in_with`.",
    )
    threat_protection: Annotated[
        Literal["off", "audit", "enforced"],
        NotAllowed(("off",), "sign-ins with passwords leaked elsewhere would go unnoticed"),
    ] = tiered(
        development="off",
        staging="off",
        production="enforced",
        description="Whether Cognito reports (audit) or blocks (enforced) compromised passwords and unusual sign-ins. "
        "Requires the Plus feature plan, which is billed for each active user.",
    )
    deletion_protection: bool = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether AWS refuses to delete the user pool. Turning it off in production requires an unlock "
        "record.",
    )
    domain: DomainName | None = Field(
        default=None,
        examples=["auth.agora.example"],
        description="The domain of the sign-in pages, in one of the environment's zones. Cognito requires that the "
        "parent domain has an A record. By default, the pages use a subdomain of amazoncognito.com.",
    )
    domain_prefix: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        description="The prefix of the amazoncognito.com domain, unique among all accounts in the Region; by default "
        "product, environment, and account ID.",
    )
    password: PasswordSettings = Field(default=PasswordSettings(), description="The password policy.")
    email: EmailSettings | None = Field(
        default=None,
        description="Email through Amazon SES. Without this block, Cognito sends the emails, at most 50 a day: enough "
        "for a trial.",
    )
    client: dict[Label, ClientSettings] = Field(
        default_factory=dict, description="The applications that users sign in to, by name."
    )

    @model_validator(mode="before")
    @classmethod
    def _recover_by_first_contact(cls, values: Any) -> Any:
        """Set the default of `recovery` to the first value of `sign_in_with`."""
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
        raise_findings([*self._contact_findings(), *self._domain_findings()])
        return self

    @property
    def sends_text_messages(self) -> bool:
        """Whether Cognito sends SMS messages, for which it needs a role."""
        return "phone" in self.sign_in_with or (self.mfa != "off" and "sms" in self.mfa_methods)

    def _contact_findings(self) -> Iterator[Finding]:
        yield from empty(self, "sign_in_with", "email")
        yield from empty(self, "mfa_methods", "totp")
        if len(set(self.sign_in_with)) < len(self.sign_in_with):
            yield Finding(("sign_in_with",), list(self.sign_in_with), "has a value twice", "write each once")
        if self.sign_in_with and self.recovery not in (*self.sign_in_with, "administrator"):
            rule = "is not in sign_in_with, so most users could not recover their account"
            yield Finding(("recovery",), self.recovery, rule, f'write "{self.sign_in_with[0]}" or "administrator"')

    def _domain_findings(self) -> Iterator[Finding]:
        if self.domain and self.domain_prefix:
            rule = "cannot be combined with domain: a user pool has one domain"
            yield Finding(("domain_prefix",), self.domain_prefix, rule, "remove one of them")
        for label in self.client:
            if label.startswith(LOAD_BALANCER_PREFIX):
                rule = "has a prefix that is reserved for the clients of load balancers"
                yield Finding(("client", label), None, rule, "give it another name")
