"""Messages that have already been posted."""

import time
from collections import OrderedDict


class Seen:
    """IDs of the last hour, in the memory of this process.

    SNS sometimes delivers a message twice, and Lambda retries an event if a part of it failed; both usually reach the
    same warm process. A table would detect every repetition, but would cost a request per alarm, and an alarm would be
    lost whenever the table is unavailable. A duplicate message in a channel is the lesser harm.
    """

    def __init__(self, seconds: int = 3600, count: int = 1000) -> None:
        self._seconds = seconds
        self._count = count
        self._ids: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, id: str) -> bool:
        return self._ids.get(id, float("-inf")) > time.monotonic() - self._seconds

    def add(self, id: str) -> None:
        """Remember the ID, and forget the oldest one if there are too many."""
        self._ids[id] = time.monotonic()
        self._ids.move_to_end(id)
        while len(self._ids) > self._count:
            self._ids.popitem(last=False)
