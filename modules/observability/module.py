"""The observability module of one environment."""

from collections.abc import Mapping
from typing import Any

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.access.module import AccessModule
from modules.compute.module import ComputeModule
from modules.data.module import DataModule
from modules.edge.module import EdgeModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.foundation.names import AUDIT, Names
from modules.network.module import NetworkModule
from modules.observability.alarms.alarms import Alarms, Sources
from modules.observability.alarms.settings import RUNBOOKS_FILE, AlarmsSettings
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.dashboard.dashboard import Dashboard
from modules.observability.dashboard.settings import DashboardSettings
from modules.observability.experiment.experiment import Experiments
from modules.observability.experiment.targets import Context
from modules.observability.grafana.grafana import Grafana
from modules.observability.log_queries import LogQueries, groups_of
from modules.observability.slo.slo import Slo


class ObservabilityModule(Construct):
    """Alarms on all other modules' constructs, the topics that they notify, SLOs, the dashboard, experiments, and the
    audit log.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: ObservabilityBlocks,
        network: NetworkModule,
        access: AccessModule,
        data: DataModule,
        events: EventsModule,
        compute: ComputeModule,
        edge: EdgeModule,
        runbooks: str | None,
        account_names: Names,
        foundation: Foundation,
    ) -> None:
        """`runbooks` is the URL of the runbooks in the pipeline's project, if there is a pipeline.

        `account_names` are those of the account stack.
        """
        super().__init__(scope, id)
        self._blocks = blocks
        self._network = network
        self._access = access
        self._data = data
        self._events = events
        self._compute = compute
        self._edge = edge
        self._runbooks = runbooks
        self._account_names = account_names
        self._foundation = foundation
        audit = foundation.log_group(AUDIT)
        groups = groups_of(data, events, compute, edge, audit)
        LogQueries(self, "log-queries", groups=groups, foundation=foundation)
        sources = self._sources()
        self.alarms = alarms = self._build_alarms(blocks.alarms, sources) if blocks.alarms else None
        if blocks.dashboard:
            self._build_dashboard(blocks.dashboard, sources, alarms)
        if blocks.grafana:
            Grafana(self, "grafana", settings=blocks.grafana, foundation=foundation)

    def _build_alarms(self, settings: AlarmsSettings, sources: Sources) -> Alarms:
        alarms = Alarms(
            self,
            "alarms",
            settings=settings,
            blocks=self._blocks,
            sources=sources,
            functions=[self._events.functions[name] for name in settings.functions],
            runbooks=settings.runbooks or self._runbooks,
            account_names=self._account_names,
            foundation=self._foundation,
        )
        for name, slo in self._blocks.slo.items():
            Slo(self, f"slo-{name}", name=name, settings=slo, alarms=alarms, sources=sources)
        if self._blocks.experiment:
            self._build_experiments(alarms, sources)
        self._create_outputs(alarms)
        return alarms

    def _build_dashboard(self, settings: DashboardSettings, sources: Sources, alarms: Alarms | None) -> None:
        Dashboard(
            self,
            "dashboard",
            settings=settings,
            blocks=self._blocks,
            sources=sources,
            alarms=alarms.notifying if alarms else (),
            runbooks=alarms.runbooks if alarms else self._runbooks or RUNBOOKS_FILE,
            foundation=self._foundation,
        )

    def _build_experiments(self, alarms: Alarms, sources: Sources) -> None:
        Experiments(
            self,
            "experiments",
            blocks=self._blocks,
            alarms=alarms,
            sources=sources,
            context=Context(self._foundation.names, self._network, self._data, self._compute),
            foundation=self._foundation,
        )

    def _sources(self) -> Sources:
        labelled: Mapping[str, Mapping[str, Any]] = {
            "database": self._data.databases,
            "cache": self._data.caches,
            "search": self._data.searches,
            "function": self._events.functions,
            "queue": self._events.queues,
            "topic": self._events.topics,
            "stream": self._events.streams,
            "service": self._compute.services,
            "scheduled_task": self._compute.scheduled_tasks,
            "load_balancer": self._compute.load_balancers,
            "site": self._edge.sites,
        }
        sources = {(kind, label): each.metrics for kind, found in labelled.items() for label, each in found.items()}
        if self._blocks.network:
            sources["network", ""] = self._network.vpc.routing.metrics
        if self._access.vpn:
            sources["vpn", ""] = self._access.vpn.metrics
        if self._edge.firewall:
            sources["firewall", ""] = self._edge.firewall.metrics
        return sources

    def _create_outputs(self, alarms: Alarms) -> None:
        arns = {severity: topic.arn for severity, topic in alarms.topics.items()}
        TerraformOutput(
            TerraformStack.of(self), "alarm_topics", value=arns, description="Topics of alarms by severity."
        )
