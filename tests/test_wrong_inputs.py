"""Invalid environment files, one per line in tests/wrong_inputs/*.jsonl: each has a problem with a helpful message.

A line has `id`, `wrong` (what is wrong), `base` and `edits` (pairs of the old text and the new one, or text to
append) or whole `files` (text, or bytes as Latin-1 with "encoding"), `name` (the environment's, with `base`), and
`says`: fragments that the printed problems must contain, with `file:line` where there is one.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import load
from modules.foundation.problems import SettingsError

ROOT = Path(__file__).parent.parent
CASES = [
    (path.stem, json.loads(line))
    for path in sorted((ROOT / "tests" / "wrong_inputs").glob("*.jsonl"))
    for line in path.read_text().splitlines()
    if line
]


def written(case: dict[str, Any]) -> dict[str, str]:
    """Return the case's files by name. Every edit must find its old text."""
    if "files" in case:
        return dict(case["files"])
    text = (ROOT / case["base"]).read_text()
    for edit in case["edits"]:
        if isinstance(edit, str):
            text = f"{text.rstrip()}\n{edit}\n"
            continue
        old, new = edit
        assert old in text, f"{case['base']} has no {old!r} any more: bring the case up to date"
        text = text.replace(old, new, 1)
    return {f"{case['name']}.hcl": text}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}-{case['id']}") for file, case in CASES])
def test_wrong_input_has_a_helpful_problem(tmp_path: Path, case: dict[str, Any]) -> None:
    assert case["says"], "a case without fragments would accept any problem"
    for name, text in written(case).items():
        (tmp_path / name).write_bytes(text.encode(case.get("encoding", "utf-8")))
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    printed = "\n".join(map(str, caught.value.problems)).replace(f"{tmp_path.as_posix()}/", "")
    missing = [fragment for fragment in case["says"] if fragment not in printed]
    assert not missing, f"{missing} in\n{printed}"


def test_wrong_inputs_have_unique_ids() -> None:
    ids = [case["id"] for _, case in CASES]
    assert len(ids) == len(set(ids))
