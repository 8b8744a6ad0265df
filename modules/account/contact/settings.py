"""Settings of the `contact` block."""

from typing import Annotated

from pydantic import AfterValidator, Field

from modules.foundation.problems import broken_rule
from modules.foundation.settings import EmailAddress, Settings

CONTACT_TYPES = ("billing", "operations", "security")


def _contact_type(value: str) -> str:
    if value not in CONTACT_TYPES:
        raise broken_rule("is not a type of contact", f"write one of {', '.join(CONTACT_TYPES)}")
    return value


ContactType = Annotated[str, AfterValidator(_contact_type)]


class ContactSettings(Settings):
    """A `contact` block: an alternate contact of the account.

    [AWS Account Management, PutAlternateContact]
    (https://docs.aws.amazon.com/accounts/latest/APIReference/API_PutAlternateContact.html).
    """

    name: str = Field(
        min_length=1, max_length=64, examples=["Security team"], description="The name of the person or team."
    )
    title: str = Field(
        min_length=1, max_length=50, examples=["On call"], description="The title of the person or team."
    )
    email_address: EmailAddress = Field(
        max_length=254,
        examples=["security@agora.example"],
        description="The email address, of a group: nobody reads that of a person who has left.",
    )
    phone_number: str = Field(
        min_length=1,
        max_length=25,
        pattern=r"^[0-9()+ -]+$",
        examples=["+82 2 1234 5678"],
        description="The phone number, with its country code.",
    )
