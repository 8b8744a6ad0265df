"""The account module of one account stack."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformOutput
from constructs import Construct

from modules.account.access_analyzer.access_analyzer import AccessAnalyzers
from modules.account.blocks import Account
from modules.account.config.recorders import ConfigRecorders
from modules.account.contact.contact import Contacts
from modules.account.defaults.defaults import Defaults
from modules.account.guardduty.guardduty import GuardDuty
from modules.account.notify.keys.events import BREAK_GLASS_USED, event_regions
from modules.account.notify.notify import Notify
from modules.account.people.people import People
from modules.account.people.settings import PeopleSettings
from modules.account.security_hub.security_hub import SecurityHub
from modules.account.sessions.sessions import Sessions
from modules.account.trail.trail import Trail
from modules.foundation.blocks import EnvironmentKeys
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement


class AccountModule(Construct):
    """What an account file describes: who may use the account, and what AWS records and reports in it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Account,
        environments: Sequence[EnvironmentKeys],
        operating: Mapping[str, Sequence[Statement]],
        foundation: Foundation,
    ) -> None:
        """`environments` are those of the account; the names of `foundation` are the account's.

        `operating` are statements by environment for people who may operate it.
        """
        super().__init__(scope, id)
        self._settings = settings
        self._environments = environments
        self._foundation = foundation
        #: The Regions of the environments, each once, the Region of the state bucket first.
        self.regions = tuple(dict.fromkeys([foundation.names.region, *(each.region for each in environments)]))
        if settings.contact:
            Contacts(self, "contacts", settings=settings.contact, foundation=foundation)
        if settings.notify:
            self._build_notifications()
        if settings.people:
            self._build_people(settings.people, operating)
        if settings.sessions:
            Sessions(self, "sessions", settings=settings.sessions, regions=self.regions, foundation=foundation)
        self._build_baseline(settings, foundation)

    def _build_notifications(self) -> None:
        people, notify = self._settings.people, self._settings.notify
        assert notify is not None
        Notify(
            self,
            "notify",
            settings=notify,
            regions=self.regions,
            without=() if people and people.break_glass() else (BREAK_GLASS_USED,),
            foundation=self._foundation,
        )

    def _build_people(self, settings: PeopleSettings, operating: Mapping[str, Sequence[Statement]]) -> None:
        people = People(
            self,
            "people",
            settings=settings,
            environments={each.name: each.names for each in self._environments},
            operating=operating,
            regions=event_regions(self.regions),
            foundation=self._foundation,
        )
        TerraformOutput(
            self, "people_roles", value=people.roles, description="The roles of people, by environment and right"
        ).override_logical_id("people_roles")

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
