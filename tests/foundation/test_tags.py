"""Valid tags, and reserved ones; invalid tags are in tests/wrong_inputs."""

import pytest

from modules.foundation.tags import OURS, ROOM, tag_findings


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"owner": "", "cost center": "a/b:c=d+e@f.example", "팀": "커뮤니티"},
        {"x" * 128: "y" * 256},
        {f"t{number}": "x" for number in range(ROOM)},
    ],
)
def test_valid_tags_have_no_problem(tags: dict[str, str]) -> None:
    assert list(tag_findings(tags)) == []


@pytest.mark.parametrize("key", OURS)
def test_reserved_tag_in_any_case_is_a_problem(key: str) -> None:
    for written in (key, key.upper()):
        (finding,) = tag_findings({written: "x"})
        assert finding.at == ("tags", written)
        assert f"Groundwork sets the tag {key} itself" in finding.rule
