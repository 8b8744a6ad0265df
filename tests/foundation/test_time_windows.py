"""Windows of a day and of a week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.foundation.time_windows import meet, minutes_of_day, minutes_of_week


@given(st.integers(0, 1439), st.integers(1, 1439))
def test_window_across_midnight_has_its_length(start: int, length: int) -> None:
    end = (start + length) % 1440
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    assert len(minutes_of_day(text)) == length
    days = "sat", "sun" if start + length >= 1440 else "sat"
    one, two = text.split("-")
    assert len(minutes_of_week(f"{days[0]}:{one}-{days[1]}:{two}")) == length


@pytest.mark.parametrize(
    ("daily", "weekly", "overlap"),
    [
        ("17:00-18:00", "sun:18:00-sun:19:00", False),
        ("17:00-18:01", "sun:18:00-sun:19:00", True),
        ("23:30-00:30", "sun:00:00-sun:00:30", True),
        ("00:00-00:30", "sun:23:30-mon:00:01", True),
        ("23:30-00:00", "mon:00:00-mon:00:30", False),
    ],
)
def test_daily_and_weekly_window_that_share_a_minute_overlap(daily: str, weekly: str, overlap: bool) -> None:
    assert meet(minutes_of_day(daily), minutes_of_week(weekly)) == overlap
