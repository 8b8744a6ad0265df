"""The events wing's chapter of an environment file."""

from pydantic import Field

from modules.events.settings.channel import QueueSettings, StreamSettings, TopicSettings
from modules.events.settings.function import FunctionSettings
from modules.foundation.settings import Label, Settings


class EventsBlocks(Settings):
    """The blocks that the events wing builds."""

    function: dict[Label, FunctionSettings] = Field(
        default_factory=dict, description="Lambda functions, by name; their code is a folder in lambdas/."
    )
    queue: dict[Label, QueueSettings] = Field(default_factory=dict, description="SQS queues, by name.")
    topic: dict[Label, TopicSettings] = Field(default_factory=dict, description="SNS topics, by name.")
    stream: dict[Label, StreamSettings] = Field(default_factory=dict, description="Kinesis streams, by name.")
