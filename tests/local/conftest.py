"""Fixtures: the embedded AWS with every environment applied, once per session.

The provider mostly waits, so the environments are applied in parallel, and tests that need none of
them run in a second process (tests/support/processes.py).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from local_aws.process import LocalAws, start, stop
from modules.environment_files import EnvironmentFile, chosen, load
from ops.bootstrap import bootstrap
from ops.connection import connected
from ops.synth import synthesize, synthesize_all
from ops.target import Target, local
from ops.workspace import Workspace
from tests.conftest import FURTHER, REFERENCE
from tests.local.account import HEADER
from tests.local.applied import Applied, Planned
from tests.local.provider import VARIABLE, installed_once
from tests.local.roles import with_role
from tests.support.environments import write

Result = TypeVar("Result")


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="session", autouse=True)
def provider(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The provider, installed once (see `provider`)."""
    config = installed_once(Workspace(REFERENCE, build), tmp_path_factory.mktemp("provider"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(config))
        yield


@pytest.fixture(scope="session")
def record(build: Path) -> Path:
    """The file that records every request to the embedded AWS."""
    return build / "requests.jsonl"


@pytest.fixture(scope="session")
def local_aws(build: Path, record: Path) -> Iterator[LocalAws]:
    folder = Workspace(REFERENCE, build).local
    yield start(folder, requests=record)
    stop(folder)


@pytest.fixture(scope="session")
def bare_account(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """An account with only its bootstrap stack, for tests with their own environments."""
    folder = tmp_path_factory.mktemp("account")
    target = local(Workspace(write(folder, {"bare": HEADER}), folder / "build"), local_aws)
    file = load(folder)["bare"]
    synthesize(target, file.settings)
    _bootstrap(file, target)
    return target


@pytest.fixture(scope="session")
def bootstrapped(local_aws: LocalAws, build: Path) -> Mapping[str, tuple[EnvironmentFile, Target]]:
    """Synthesize every environment and bootstrap every account. Returns file and target of each by name."""
    targets: dict[str, tuple[EnvironmentFile, Target]] = {}
    for envs in (REFERENCE, FURTHER):
        workspace = Workspace(envs, build / envs.name)
        target = local(workspace, local_aws)
        files = load(envs)
        synthesize_all(target, chosen(files, None))
        targets |= {name: (file, target) for name, file in files.items()}
    by_account = {file.settings.account_id: (file, target) for file, target in targets.values()}
    _side_by_side(_bootstrap, by_account)
    return targets


@pytest.fixture(scope="session")
def bootstrap_end(bootstrapped: object, record: Path) -> int:
    """The size of the request record in bytes before the first environment was applied."""
    return record.stat().st_size


@pytest.fixture(scope="session")
def applied(bootstrapped: Mapping[str, tuple[EnvironmentFile, Target]], bootstrap_end: int) -> Mapping[str, Applied]:
    """Apply every environment and plan it again; return them by name."""
    return dict(zip(bootstrapped, _side_by_side(_apply, bootstrapped), strict=True))


def _side_by_side(
    act: Callable[[EnvironmentFile, Target], Result], targets: Mapping[str, tuple[EnvironmentFile, Target]]
) -> list[Result]:
    """Return the results in order. All run in parallel, because the provider mostly waits."""
    with ThreadPoolExecutor(max_workers=len(targets)) as pool:
        return list(pool.map(act, *zip(*targets.values(), strict=True)))


def _bootstrap(file: EnvironmentFile, target: Target) -> None:
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)


def _apply(file: EnvironmentFile, target: Target) -> Applied:
    """Plan and apply the environment with its pipeline's roles, if it has one; everybody else is an administrator."""
    planning, applying = (with_role(target, file, right) for right in ("plan", "apply"))
    terraform = connected(planning, file)
    applied = replace(terraform, environment=applying.environment, init_environment=applying.init_environment)
    changes = terraform.plan()
    first_plan_json = terraform.show_plan_json()
    if changes:
        applied.apply()
    # While other environments wait for the provider: every test needs the plan, which mostly uses the CPU.
    return Applied(file, applying, applied, first_plan_json, Planned.by(terraform))
