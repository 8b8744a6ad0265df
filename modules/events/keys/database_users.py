"""The databases that functions use."""

from collections.abc import Iterator

from modules.data.database.keys.users import DatabaseUse
from modules.events.blocks import EventsBlocks


def database_uses(blocks: EventsBlocks) -> Iterator[DatabaseUse]:
    """Yield the functions that name databases."""
    for label, function in blocks.function.items():
        if function.databases:
            yield DatabaseUse(("function", label, "databases"), f"function-{label}", function.databases)
