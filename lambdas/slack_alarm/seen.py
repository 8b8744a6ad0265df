"""What was posted already."""

import time
from collections import OrderedDict


class Seen:
    """Ids of the last hour, in this process's memory.

    SNS delivers a message again now and then, and Lambda repeats an event of which a part failed: both mostly to the
    process that is warm. A table would see every repetition, at the price of a request for each alarm and an alarm
    that is lost when the table is; a second message in a channel is the lesser harm.
    """

    def __init__(self, seconds: int = 3600, count: int = 1000) -> None:
        self._seconds = seconds
        self._count = count
        self._ids: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, id: str) -> bool:
        return self._ids.get(id, float("-inf")) > time.monotonic() - self._seconds

    def add(self, id: str) -> None:
        """Remember the id; the oldest is forgotten."""
        self._ids[id] = time.monotonic()
        self._ids.move_to_end(id)
        while len(self._ids) > self._count:
            self._ids.popitem(last=False)
