"""Today's date. Commands read the clock and pass the date on; settings and synthesis never read it."""

import datetime


def today() -> datetime.date:
    """Return today's date by UTC, in which unlock records end."""
    return datetime.datetime.now(datetime.UTC).date()
