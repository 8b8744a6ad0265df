"""Values in Markdown: none can end its code, notify anyone, or run a quick action."""

import pytest

from ops.note.text import code, fenced, prose, visible

HOSTILE = "```\n</details><img src=x> @everyone | `x` [a](http://b) #1 !2 \u202e\x1b[31m\n/merge"


def test_fence_is_longer_than_the_backticks_in_it() -> None:
    lines = fenced(["a", "`````", HOSTILE], "diff")
    assert lines[0] == "``````diff" and lines[-1] == "``````"
    assert len(lines) == 5


def test_every_line_of_a_fence_stays_one_line() -> None:
    assert not any("\n" in line for line in fenced([HOSTILE]))
    assert r"\n/merge" in fenced([HOSTILE])[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws_vpc.x", "`aws_vpc.x`"),
        ("a`b", "``a`b``"),
        ("`a`", "`` `a` ``"),
        ("a|b", r"`a\|b`"),
        ('aws_x.y["a"]', '`aws_x.y["a"]`'),
    ],
)
def test_code(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws_rds_cluster.database_main would change.", "aws_rds_cluster.database_main would change."),
        ('add `unlock "a" { allow = ["loss"] }` to x', 'add `unlock "a" { allow = ["loss"] }` to x'),
        ("<img src=x>", "&#60;img src=x&#62;"),
        ("to @team, #1 and !2", "to &#64;team, &#35;1 and &#33;2"),
        ("[a](http://b) *c* _d_", r"\[a\](http://b) \*c\* \_d\_"),
        ("a|b", r"a\|b"),
        ("an odd ` begins no code <b>", "an odd ' begins no code &#60;b&#62;"),
        ("``<b>``", "''&#60;b&#62;''"),
        ("one\nline", r"one\\nline"),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_invisible_characters_are_shown_as_code_points() -> None:
    assert visible("a\u202eb\x1bc\u200bd") == r"a\u202eb\u001bc\u200bd"
    assert visible("한국어 ä") == "한국어 ä"
