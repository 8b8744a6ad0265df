"""Retired words: private names that users of AWS, Terraform, and CDK would not recognize."""

import re
import subprocess

import pytest

from ops.workspace import PROJECT

#: Words and identifiers that were replaced, each with what to use instead.
RETIRED = {
    r"wings?": "module",
    r"(?<!groundwork )ground(?!work)": "prerequisites, or context",
    r"doors?": "access",
    r"fittings?": "check",
    r"refusals?": "problem",
    r"strokes?": "slash",
    r"chapters?": "blocks of a module",
    r"mishaps?": "failure",
    r"patients?": "context",
    r"told(?! by| to\b)": "message, or output",
    r"refuse\(\[|made_twice|made_names|clashes": "raise_findings, created_twice, created_names, conflicts",
    r"let_\w+_in|opened_by|tell_\w+|take_in": "allow_ingress_from, trust_policy, create_outputs, import",
    r"(queue|topic|stream|push|cache|proxy|key|bucket)\.(may|let)_\w+": "grant_*, allow_ingress_from",
    r"is ill\b|not well\b": "unhealthy",
    r"away again|taken away|take away": "delete, or remove",
}
#: History keeps its words; a name of an environment in a test is no word of ours.
EXEMPT = {"CHANGELOG.md", "tests/test_vocabulary.py"}
SUFFIXES = (".py", ".md", ".toml", ".hcl", ".yml", ".js", "Makefile")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if name.endswith(SUFFIXES) and name not in EXEMPT]


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_is_not_used_again(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in tracked()
        for number, line in enumerate((PROJECT / name).read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"write {RETIRED[word]}:\n" + "\n".join(found)
