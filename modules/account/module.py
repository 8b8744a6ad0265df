"""The account module of one account stack."""

from collections.abc import Sequence

from constructs import Construct

from modules.account.blocks import Account
from modules.account.contact.contact import Contacts
from modules.account.notify.notify import Notify
from modules.account.sessions.sessions import Sessions
from modules.foundation.blocks import EnvironmentKeys
from modules.foundation.foundation import Foundation


class AccountModule(Construct):
    """What an account file describes: who may use the account, and what AWS records and reports in it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Account,
        environments: Sequence[EnvironmentKeys],
        foundation: Foundation,
    ) -> None:
        """`environments` are those of the account; the names of `foundation` are the account's."""
        super().__init__(scope, id)
        #: The Regions of the environments, each once, the Region of the state bucket first.
        self.regions = tuple(dict.fromkeys([foundation.names.region, *(each.region for each in environments)]))
        if settings.contact:
            Contacts(self, "contacts", settings=settings.contact, foundation=foundation)
        if settings.notify:
            Notify(self, "notify", settings=settings.notify, regions=self.regions, foundation=foundation)
        if settings.sessions:
            Sessions(self, "sessions", settings=settings.sessions, regions=self.regions, foundation=foundation)
