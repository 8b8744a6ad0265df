"""The observability module of one environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.observability.alarms.alarms import Alarms
from modules.observability.blocks import ObservabilityBlocks


class ObservabilityModule(Construct):
    """The alarm topics and their subscribers."""

    def __init__(
        self, scope: Construct, id: str, *, blocks: ObservabilityBlocks, events: EventsModule, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._events = events
        self._foundation = foundation
        self.alarms = self._build_alarms()
        if self.alarms:
            self._create_outputs(self.alarms)

    def _build_alarms(self) -> Alarms | None:
        settings = self._blocks.alarms
        if settings is None:
            return None
        functions = [self._events.functions[name] for name in settings.functions]
        return Alarms(self, "alarms", functions=functions, foundation=self._foundation)

    def _create_outputs(self, alarms: Alarms) -> None:
        arns = {severity: topic.arn for severity, topic in alarms.topics.items()}
        TerraformOutput(
            TerraformStack.of(self), "alarm_topics", value=arns, description="Topics of alarms by severity."
        )
