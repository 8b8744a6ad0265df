"""Tags that AWS takes; those that it refuses are in tests/wrong_inputs."""

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
def test_tags_that_aws_takes_are_accepted(tags: dict[str, str]) -> None:
    assert list(tag_findings(tags)) == []


@pytest.mark.parametrize("key", OURS)
def test_our_tags_are_refused_in_any_case(key: str) -> None:
    for written in (key, key.upper()):
        (finding,) = tag_findings({written: "x"})
        assert finding.at == ("tags", written)
        assert f"Groundwork sets the tag {key} itself" in finding.rule
