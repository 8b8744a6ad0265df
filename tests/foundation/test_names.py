"""Names are within the limits, stable, and unique."""

import re

from hypothesis import given
from hypothesis import strategies as st

from modules.foundation.names import BUCKET_NAME_LIMIT, ROLE_NAME_LIMIT, Names, limited

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80)
NAMES = Names("agora", "dev", "111111111111", "ap-northeast-2")


@given(words, st.integers(16, 64))
def test_limited_is_within_the_limit_and_keeps_short_names(name: str, limit: int) -> None:
    assert len(limited(name, limit)) <= limit
    if len(name) <= limit:
        assert limited(name, limit) == name


@given(st.lists(words, min_size=2, max_size=2, unique=True))
def test_truncated_names_stay_distinct(pair: list[str]) -> None:
    one, other = (limited("a-long-beginning-that-is-always-cut-off-" + name, 24) for name in pair)
    assert one != other


def test_limited_name_never_changes() -> None:
    """A changed name would replace the resource."""
    assert limited("agora-production-thumbnails-of-uploads", 24) == "agora-productio-2bb4ef61"


def test_names_have_the_form_of_their_service() -> None:
    assert NAMES.of("vpc") == "agora-dev-vpc"
    assert NAMES.bucket("logs") == "agora-dev-logs-111111111111-ap-northeast-2"
    assert NAMES.key_alias("logs") == "alias/agora/dev/logs"
    assert NAMES.log_group("vpc-flow-logs") == "/agora/dev/vpc-flow-logs"
    assert len(NAMES.bucket("x" * 80)) == BUCKET_NAME_LIMIT
    assert len(NAMES.role("x" * 80)) == ROLE_NAME_LIMIT


@given(words.filter(lambda word: word[0] != "-"))
def test_bucket_names_are_valid_in_s3(what: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", NAMES.bucket(what))
