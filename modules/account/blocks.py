"""HCL blocks of an account file."""

from pydantic import Field

from modules.account.contact.settings import ContactSettings, ContactType
from modules.account.notify.settings import NotifySettings
from modules.account.people.settings import PeopleSettings
from modules.account.sessions.settings import SessionsSettings
from modules.foundation.settings import AccountId, TieredSettings


class Account(TieredSettings):
    """What an AWS account has only one of, or one of in each Region, whatever its environments are.

    The tier is the highest of the account's environments.
    """

    account_id: AccountId = Field(
        examples=["111111111111"], description="The AWS account ID, of one or more environments of this folder."
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
