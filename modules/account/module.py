"""The account module of one account stack."""

from collections.abc import Sequence

from constructs import Construct

from modules.account.access_analyzer.access_analyzer import AccessAnalyzers
from modules.account.blocks import Account
from modules.account.config.recorders import ConfigRecorders
from modules.account.contact.contact import Contacts
from modules.account.defaults.defaults import Defaults
from modules.account.guardduty.guardduty import GuardDuty
from modules.account.notify.notify import Notify
from modules.account.security_hub.security_hub import SecurityHub
from modules.account.trail.trail import Trail
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
        self._build_baseline(settings, foundation)

    def _build_baseline(self, settings: Account, foundation: Foundation) -> None:
        if settings.trail:
            Trail(self, "trail", settings=settings.trail, foundation=foundation)
        if settings.guardduty:
            GuardDuty(self, "guardduty", settings=settings.guardduty, regions=self.regions, foundation=foundation)
        if settings.access_analyzer:
            AccessAnalyzers(
                self,
                "access-analyzer",
                settings=settings.access_analyzer,
                regions=self.regions,
                foundation=foundation,
            )
        recorders = (
            ConfigRecorders(self, "config", settings=settings.config, regions=self.regions, foundation=foundation)
            if settings.config
            else None
        )
        if settings.security_hub:
            ready = recorders.ready if recorders else dict.fromkeys(self.regions)
            SecurityHub(self, "security-hub", settings=settings.security_hub, regions=ready, foundation=foundation)
        if settings.defaults:
            Defaults(self, "defaults", settings=settings.defaults, regions=self.regions, foundation=foundation)
