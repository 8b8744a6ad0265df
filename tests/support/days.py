"""Days for tests, none of which reads the clock."""

from modules.foundation.calendar import committed

#: The day on which the committed calendar was read; what is committed is judged as of it, however late a test runs.
READ = min(page.read for page in committed().pages.values())
