"""HCL blocks of the events module."""

from collections.abc import Iterable, Mapping
from typing import Self, TypeVar

from pydantic import Field

from modules.data.blocks import DataBlocks
from modules.events.channel.settings import QueueSettings, StreamSettings, TopicSettings
from modules.events.function.packaging import Target
from modules.events.function.settings import FunctionSettings
from modules.events.keys.login_functions import login_functions
from modules.events.keys.search_functions import functions_of
from modules.events.push.settings import PushSettings
from modules.foundation.settings import Label

Block = TypeVar("Block")


class EventsBlocks(DataBlocks):
    """The blocks that the events module builds."""

    function: dict[Label, FunctionSettings] = Field(
        default_factory=dict,
        description="Lambda functions, by name; their code is a folder in lambdas/, or in an application's repository.",
    )
    queue: dict[Label, QueueSettings] = Field(default_factory=dict, description="SQS queues, by name.")
    topic: dict[Label, TopicSettings] = Field(default_factory=dict, description="SNS topics, by name.")
    stream: dict[Label, StreamSettings] = Field(default_factory=dict, description="Kinesis streams, by name.")
    push: dict[Label, PushSettings] = Field(
        default_factory=dict, description="Push notifications to mobile devices, by the name of the app."
    )

    def expanded(self) -> Self:
        """Return the blocks, with the functions and channels of `push` and `search` blocks as blocks of their kinds."""
        channels = {push_channel(label): settings for label, settings in self.push.items()}
        return self.model_copy(
            update={
                "function": _joined(
                    {**self.function, **{name: each.function(name) for name, each in channels.items()}},
                    [*(functions_of(label) for label in self.search), login_functions(self.database)],
                ),
                "queue": _joined(self.queue, [each.queues(name) for name, each in channels.items()]),
                "topic": _joined(self.topic, [each.topics(name) for name, each in channels.items()]),
                "stream": _joined(self.stream, [each.streams(name) for name, each in channels.items()]),
            }
        )

    def packaged(self) -> list[tuple[str, Target]]:
        """Return what a synth needs packages of: each folder in lambdas/, with each target that it is built for."""
        functions = self.expanded().function.items()
        return [(each.folder(label), each.target) for label, each in functions if not each.by_pipeline]


def push_channel(label: str) -> str:
    """Return the name of the function of a `push` block, and of its topic, queue, or stream."""
    return f"push-{label}"


def _joined(blocks: Mapping[str, Block], further: Iterable[Mapping[str, Block]]) -> dict[str, Block]:
    return {**blocks, **{name: block for each in further for name, block in each.items()}}
