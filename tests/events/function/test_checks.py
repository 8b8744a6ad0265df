"""Recursive loops: a function that its own output invokes is a problem, however long the path."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.events.blocks import EventsBlocks
from modules.events.function import checks as recursion
from modules.foundation.notifications import share_keys
from tests.support.environments import DEV, KEYS, only_problem, problems_of

#: All object keys of up to four letters out of two: enough for any two prefixes of up to three.
OBJECT_KEYS = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
prefixes = st.text("ab", max_size=3)


def writing(prefix: str) -> str:
    return f"write {prefix}".strip()


def blocks(functions: dict[str, tuple[list[str], list[str]]]) -> EventsBlocks:
    """Return functions by the prefixes that they write to and the prefixes that invoke them."""
    return EventsBlocks.model_validate(
        {
            **KEYS,
            "function": {
                name: {
                    **({"buckets": {"content": tuple(map(writing, writes))}} if writes else {}),
                    "on_object": {
                        f"t{n}": {"bucket": "content", "prefix": prefix} for n, prefix in enumerate(triggers)
                    },
                }
                for name, (writes, triggers) in functions.items()
            },
        }
    )


def runs_forever(functions: dict[str, tuple[list[str], list[str]]]) -> bool:
    """Simulate: each function that is invoked writes every key that it can, until nothing new is invoked."""
    for start in functions:
        invoked, waiting = set(), [start]
        while waiting:
            writes = functions[waiting.pop()][0]
            written = [key for key in OBJECT_KEYS if any(key.startswith(prefix) for prefix in writes)]
            for name, (_, triggers) in functions.items():
                if any(key.startswith(prefix) for key in written for prefix in triggers):
                    if name == start:
                        return True
                    if name not in invoked:
                        invoked.add(name)
                        waiting.append(name)
    return False


@given(prefixes, prefixes)
def test_share_keys_two_prefixes_agrees_with_all_keys(one: str, other: str) -> None:
    assert share_keys(one, other) == any(key.startswith(one) and key.startswith(other) for key in OBJECT_KEYS)


@given(
    st.dictionaries(
        st.sampled_from("fgh"),
        st.tuples(st.lists(prefixes, max_size=2, unique=True), st.lists(prefixes, max_size=2)),
        max_size=3,
    )
)
def test_findings_any_functions_are_exactly_the_endless_loops(
    functions: dict[str, tuple[list[str], list[str]]],
) -> None:
    assert bool(list(recursion.findings(blocks(functions)))) == runs_forever(functions)


FUNCTION = """\
function "copy" {{
  code = "maintenance"
  buckets = {{ content = "{write}" }}
  on_object "uploads" {{
    bucket = "content"
    prefix = "{prefix}"
  }}
}}
bucket "content" {{ }}
"""


@pytest.mark.parametrize(
    ("write", "prefix"), [("uploads/small/", "uploads/"), ("", "uploads/"), ("thumb", "thumbnails/")]
)
def test_loop_in_one_function_names_path_and_line(tmp_path: Path, write: str, prefix: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + FUNCTION.format(write=writing(write), prefix=prefix)}) == (
        f"dev.hcl:13: function.copy.on_object.uploads creates an endless loop: function.copy writes bucket.content "
        f'"{write}", where "{prefix}" invokes function.copy; choose prefixes that no object key shares, or choose '
        "another destination"
    )


def test_disjoint_prefixes_are_valid(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": DEV + FUNCTION.format(write="write thumbnails/", prefix="uploads/")}) == []


def test_loop_over_several_functions_is_reported_once(tmp_path: Path) -> None:
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
        "function.first.on_stream.clicks creates an endless loop: function.first sends to topic.news, queue.jobs "
        "subscribes to topic.news, queue.jobs invokes function.second, function.second sends to stream.clicks, "
        "stream.clicks invokes function.first"
    ) in only_problem(tmp_path, {"dev": DEV + text})
