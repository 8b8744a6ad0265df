"""Kinesis: tags of a stream.

AWS: CreateStream accepts tags. Moto 5.2.5 drops them, and the provider sets them in the next apply. Added: they are
stored.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let Moto's streams store their tags."""
    from moto.kinesis.responses import KinesisResponse

    from local_aws.extend import add

    add(KinesisResponse, _keeping_tags(KinesisResponse.create_stream))


def _keeping_tags(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create_stream(response: Any) -> Any:
        answer = create(response)
        tags = response._get_param("Tags")
        if tags:
            name = response._get_param("StreamName")
            response.kinesis_backend.add_tags_to_stream(None, name, tags)
        return answer

    return create_stream
