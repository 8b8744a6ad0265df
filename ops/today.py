"""Today's date. Only commands read the clock and pass the date on; settings and synthesis never do."""

import datetime


def today() -> datetime.date:
    """Return today's date in UTC, the time zone in which unlock records expire."""
    return datetime.datetime.now(datetime.UTC).date()
