"""Dates for tests, which never read the clock."""

from modules.foundation.calendar import committed

#: The date on which the committed calendar was read. Tests of committed versions always use this date.
READ = min(page.read for page in committed().pages.values())
