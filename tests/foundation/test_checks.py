"""Checks of the labels of blocks."""

from pathlib import Path

from tests.support.environments import DEV, only_problem, problems_of


def test_labels_that_make_one_sid_are_a_problem(tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": f'{DEV}bucket "a-12" {{}}\nbucket "a1-2" {{}}\n'}) == (
        "dev.hcl:11: bucket.a1-2 has the same Sid as bucket.a-12, and Sids must be unique in a policy; "
        "write a label that also differs in its letters or digits"
    )


def test_labels_of_different_kinds_that_make_one_sid_are_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": f'{DEV}bucket "a-12" {{}}\ntopic "a1-2" {{}}\n'}) == []
