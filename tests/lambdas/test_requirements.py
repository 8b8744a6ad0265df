"""Lock files of the functions: the tests run with the versions that are deployed."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from ops.workspace import PROJECT

LOCKS = sorted((PROJECT / "lambdas").glob("*/requirements.lock"))
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+) \\$", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.parent.name))
def test_lock_versions_equal_the_installed_versions(lock: Path) -> None:
    pinned = dict(PINNED.findall(lock.read_text()))
    assert pinned == {name: version(name) for name in pinned}
    assert {"aws-lambda-powertools"} <= set(pinned)
    assert not {"boto3", "botocore"} & set(pinned)  # They are part of the runtime.


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.parent.name))
def test_lock_every_wheel_has_a_hash(lock: Path) -> None:
    for requirement in re.split(r"\n(?=\S)", lock.read_text().strip()):
        assert re.fullmatch(r"\S+==\S+(?: ; \S.*)? \\\n(    --hash=sha256:[0-9a-f]{64}(?: \\\n|$))+", requirement)


def test_lock_exists_for_every_function() -> None:
    handlers = (PROJECT / "lambdas").glob("*/handler.py")
    assert {path.parent for path in handlers} == {path.parent for path in LOCKS}
