"""Alternate contacts of an account."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.account_alternate_contact import AccountAlternateContact
from constructs import Construct

from modules.account.contact.settings import ContactSettings
from modules.foundation.foundation import Foundation


class Contacts(Construct):
    """Whom AWS writes to, in addition to the address of the root user.

    Creates: an alternate contact for each type.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Mapping[str, ContactSettings], foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        make = foundation.resources(self, "contact")
        for kind, each in settings.items():
            make(
                AccountAlternateContact,
                kind,
                alternate_contact_type=kind.upper(),
                name=each.name,
                title=each.title,
                email_address=each.email_address,
                phone_number=each.phone_number,
            )
