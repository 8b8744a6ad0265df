"""A function of a pipeline on the embedded AWS, with its alias, and a release of it."""

import datetime
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local_aws import process
from local_aws.process import LocalAws
from modules.environment_files import EnvironmentFile, load
from modules.events.function.keys.releases import ALIAS
from modules.events.function.packaging import Packages
from ops.clock import Clock
from ops.function_release.release import FunctionReleases
from ops.target import Target, clients_of, local
from ops.workspace import Workspace
from tests.support.environments import DEV, write

FUNCTION = "agora-dev-orders"
SETTINGS = """\
function "orders" {
  owned_by                          = "pipeline"
  handler                           = "orders/app.handler"
  reserved_concurrent_executions    = 4
  provisioned_concurrent_executions = 2
}
"""


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    folder = tmp_path_factory.mktemp("local-aws")
    yield process.start(folder)
    assert process.stop(folder)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> EnvironmentFile:
    return load(write(tmp_path_factory.mktemp("envs"), {"dev": DEV + SETTINGS}))["dev"]


@pytest.fixture
def target(local_aws: LocalAws, tmp_path: Path) -> Target:
    return local(Workspace(tmp_path, tmp_path / "build"), local_aws)


def code(answer: str) -> dict[str, str]:
    """Return the files of a package whose handler returns this expression, with its version."""
    return {"orders/app.py": f"def handler(event, context):\n    return [{answer}, context.function_version]\n"}


def zipped(path: Path, files: dict[str, Any]) -> Path:
    """Write a zip that everybody may read."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return path


@dataclass
class Audit:
    """What was recorded."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def record(self, event: str, **fields: Any) -> None:
        self.events.append((event, fields))


@dataclass
class Function:
    """The function, and what a test does with it."""

    target: Target
    file: EnvironmentFile
    clients: Callable[[str], Any]
    folder: Path
    clock: Clock
    audit: Audit = field(default_factory=Audit)
    cloudwatch: Any = None

    @property
    def aws(self) -> Any:
        return self.clients("lambda")

    @property
    def releases(self) -> FunctionReleases:
        def clients(service: str) -> Any:
            return self.cloudwatch if service == "cloudwatch" else self.clients(service)

        return FunctionReleases(
            self.target,
            self.file,
            "orders",
            clients=clients,
            clock=self.clock,
            audit=self.audit,  # type: ignore[arg-type]  # it only keeps the lines
        )

    def package(self, answer: str) -> Path:
        return zipped(self.folder / "dist.zip", code(answer))

    def answer(self) -> str:
        """Invoke the alias, and return the response."""
        return str(self.aws.invoke(FunctionName=FUNCTION, Qualifier=ALIAS, Payload="{}")["Payload"].read().decode())

    def live(self) -> str:
        return str(self.aws.get_alias(FunctionName=FUNCTION, Name=ALIAS)["FunctionVersion"])

    def versions(self) -> list[str]:
        listed = self.aws.list_versions_by_function(FunctionName=FUNCTION)["Versions"]
        return [each["Version"] for each in listed][1:]


@pytest.fixture
def function(target: Target, file: EnvironmentFile, tmp_path: Path) -> Iterator[Function]:
    """The function as Terraform creates it: a placeholder as version 1, and the alias with provisioned concurrency."""
    times = iter(datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=n) for n in range(999))
    clients = clients_of(target, file)
    iam, aws = clients("iam"), clients("lambda")
    role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    placeholder = Packages(tmp_path, tmp_path).placeholder("orders", "orders/app.handler", "dev")
    aws.create_function(
        FunctionName=FUNCTION, Runtime="python3.13", Role=role, Handler="orders/app.handler", Publish=True,
        Architectures=["arm64"], Code={"ZipFile": placeholder.read_bytes()}, Timeout=10,
    )  # fmt: skip
    aws.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion="1", Description="The version in service")
    aws.put_provisioned_concurrency_config(FunctionName=FUNCTION, Qualifier=ALIAS, ProvisionedConcurrentExecutions=2)
    yield Function(target, file, clients, tmp_path, Clock(lambda: next(times), lambda _: None))
    aws.delete_function(FunctionName=FUNCTION)
    iam.delete_role(RoleName="orders")
