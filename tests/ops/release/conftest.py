"""A service that its pipeline deploys, and releases of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modules.environment_files import EnvironmentFile, load
from ops.audit import Entry
from ops.release import release
from ops.release.release import Releases
from ops.release.service import ReleasedService, released_service
from tests.ops.release.aws import START, Aws
from tests.support.environments import ALARMS, DEV, write

SERVICE = """\
repository "api" {}
repository "envoy" {}
ecs "main" {}
service "api" {
  image     = "api:1.4.2"
  port      = 8080
  owned_by  = "pipeline"
  migration { command = ["bin/migrate"] }
  sidecar "proxy" { image = "envoy:1.31.2" }
  init "prepare" { command = ["bin/prepare"] }
}
"""


class Log:
    """The audit log of a test."""

    def __init__(self) -> None:
        self.lines: list[Mapping[str, Any]] = []

    def record(self, event: str, **fields: Any) -> None:
        assert event == "release"
        self.lines.append(fields)

    def entries_of(self, *_: Any) -> list[Entry]:
        return [Entry(START, {"who": "jisoo", **each}) for each in self.lines]


@pytest.fixture
def file(tmp_path: Path) -> EnvironmentFile:
    return load(write(tmp_path, {"dev": DEV + SERVICE + ALARMS}))["dev"]


@pytest.fixture
def service(file: EnvironmentFile) -> ReleasedService:
    return released_service(file, "api")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def shown() -> list[str]:
    """What a release has reported."""
    return []


@pytest.fixture
def releases(
    file: EnvironmentFile, log: Log, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Aws], Releases]:
    """Return the releases of the service in an AWS."""

    def of(aws: Aws) -> Releases:
        monkeypatch.setattr(release, "clients_of", lambda *_: aws.client)
        target: Any = SimpleNamespace(local_aws=None)
        audit: Any = log
        # The file may have changed since.
        now = load(Path(file.document.file).parent)["dev"]
        return Releases(target, now, "api", show=shown.append, clock=aws.clock, audit=audit)

    return of
