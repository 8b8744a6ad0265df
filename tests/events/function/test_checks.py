"""Loops: a function that its own writing or sending invokes is refused, however long the way."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.events.blocks import EventsBlocks
from modules.events.function import checks as recursion
from modules.foundation.notifications import share_keys
from tests.support.environments import DEV, only_problem, problems_of

#: Every key of up to four of two letters: enough for any two prefixes of up to three.
KEYS = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
prefixes = st.text("ab", max_size=3)


def blocks(functions: dict[str, tuple[list[str], list[str]]]) -> EventsBlocks:
    """Return functions by the prefixes that they write under and those that invoke them."""
    return EventsBlocks.model_validate(
        {
            "function": {
                name: {
                    **({"bucket": {"content": {"write": tuple(writes)}}} if writes else {}),
                    "on_object": {f"t{n}": {"bucket": "content", "prefix": prefix} for n, prefix in enumerate(heard)},
                }
                for name, (writes, heard) in functions.items()
            }
        }
    )


def runs_for_ever(functions: dict[str, tuple[list[str], list[str]]]) -> bool:
    """Play it: each function that a key invokes writes every key that it may, until nothing new is invoked."""
    for start in functions:
        invoked, waiting = set(), [start]
        while waiting:
            writes = functions[waiting.pop()][0]
            written = [key for key in KEYS if any(key.startswith(prefix) for prefix in writes)]
            for name, (_, heard) in functions.items():
                if any(key.startswith(prefix) for key in written for prefix in heard):
                    if name == start:
                        return True
                    if name not in invoked:
                        invoked.add(name)
                        waiting.append(name)
    return False


@given(prefixes, prefixes)
def test_two_prefixes_share_a_key_or_none(one: str, other: str) -> None:
    assert share_keys(one, other) == any(key.startswith(one) and key.startswith(other) for key in KEYS)


@given(
    st.dictionaries(
        st.sampled_from("fgh"),
        st.tuples(st.lists(prefixes, max_size=2, unique=True), st.lists(prefixes, max_size=2)),
        max_size=3,
    )
)
def test_what_would_run_for_ever_is_found_and_nothing_else(functions: dict[str, tuple[list[str], list[str]]]) -> None:
    assert bool(list(recursion.findings(blocks(functions)))) == runs_for_ever(functions)


FUNCTION = """\
function "copy" {{
  code = "maintenance"
  bucket "content" {{
    write = ["{write}"]
  }}
  on_object "uploads" {{
    bucket = "content"
    prefix = "{heard}"
  }}
}}
bucket "content" {{ }}
"""


@pytest.mark.parametrize(
    ("write", "heard"), [("uploads/small/", "uploads/"), ("", "uploads/"), ("thumb", "thumbnails/")]
)
def test_the_message_says_the_way_and_the_place(tmp_path: Path, write: str, heard: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + FUNCTION.format(write=write, heard=heard)}) == (
        f"dev.hcl:15: function.copy.on_object.uploads makes a loop without end: function.copy writes bucket.content "
        f'"{write}", where "{heard}" invokes function.copy; choose prefixes that no key shares, or send elsewhere'
    )


def test_prefixes_apart_are_taken(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": DEV + FUNCTION.format(write="thumbnails/", heard="uploads/")}) == []


def test_a_long_way_round_is_told_once(tmp_path: Path) -> None:
    text = """\
function "first" {
  code = "maintenance"
  topics = ["news"]
  on_stream "clicks" { }
}
function "second" {
  code = "maintenance"
  streams = ["clicks"]
  on_queue "jobs" { }
}
topic "news" { }
queue "jobs" {
  topics = ["news"]
}
stream "clicks" { }
"""
    assert (
        "function.first.on_stream.clicks makes a loop without end: function.first sends to topic.news, queue.jobs gets "
        "topic.news, queue.jobs invokes function.second, function.second sends to stream.clicks, stream.clicks invokes "
        "function.first"
    ) in only_problem(tmp_path, {"dev": DEV + text})
