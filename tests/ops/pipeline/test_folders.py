"""The folder of environment files in the repository."""

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.pipeline.folders import in_repository
from ops.workspace import PROJECT


def test_folder_is_relative_to_repository_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert in_repository(PROJECT / "tests" / "environments") == Path("tests/environments")
    monkeypatch.chdir(PROJECT / "tests")
    assert in_repository(Path("environments")) == Path("tests/environments")
    with pytest.raises(OpsError, match="is outside the repository"):
        in_repository(tmp_path)
