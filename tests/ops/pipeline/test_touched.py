"""The environments that a path affects."""

from pathlib import Path

import pytest

from modules.environment_files import load
from ops.pipeline.touched import modules_of, touched
from ops.workspace import PROJECT
from tests.support.environments import DEV, write

CACHE = '\ncache "sessions" {\n  node_type = "cache.t4g.micro"\n}\n'
SLACK_ALARM = '\nfunction "slack-alarm" {\n  environment = { SECRET_SLACK_WEBHOOK_ARN = "slack-webhook" }\n}\n'
ENVIRONMENTS = {
    "bare": DEV[: DEV.index("network")],
    "base": DEV.replace("10.20.0.0", "10.20.16.0"),
    "whole": DEV.replace("10.20.0.0", "10.20.32.0") + CACHE + SLACK_ALARM,
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    envs = write(tmp_path_factory.mktemp("envs"), ENVIRONMENTS)
    return touched([file.settings for file in load(envs).values()], Path("envs"))


def touches(changed: str, paths: dict[str, list[str]]) -> set[str]:
    """Return the environments whose patterns match the file, as in GitLab: `**/*` is any depth, `*` has no slash."""
    return {name for name, patterns in paths.items() if any(_matches(changed, each) for each in patterns)}


def _matches(path: str, pattern: str) -> bool:
    folder, any_depth, _ = pattern.partition("/**/*")
    if any_depth:
        return path.startswith(f"{folder}/")
    return Path(path).match(pattern) and path.count("/") == pattern.count("/")


ALL = {"bare", "base", "whole"}


@pytest.mark.parametrize(
    ("changed", "environments"),
    [
        ("envs/base.hcl", {"base"}),
        ("envs/unlocks/whole.hcl", {"whole"}),
        ("main.py", ALL),
        ("cdktf.json", ALL),
        (".terraform.lock.hcl", ALL),
        ("requirements.lock", ALL),
        ("modules/stack.py", ALL),
        ("modules/environment.py", ALL),
        ("modules/foundation/names.py", ALL),
        ("modules/hcl/reading.py", ALL),
        ("modules/bindings/importing.py", ALL),
        ("modules/delivery/state/state.py", ALL),
        ("modules/network/vpc/vpc.py", {"base", "whole"}),
        ("modules/network/vpc/settings.py", {"base", "whole"}),
        ("modules/data/cache/cache.py", {"whole"}),
        ("modules/data/cache/settings.py", {"whole"}),
        # The data module uses it to scale replicas; it has no block of its own.
        ("modules/autoscaling/policies.py", {"whole"}),
        ("modules/compute/module.py", set()),
        ("modules/events/function/functions.py", {"whole"}),
        ("lambdas/slack_alarm/slack.py", {"whole"}),
        ("lambdas/thumbnail/handler.py", set()),
        ("ops/commands.py", set()),
        ("tests/conftest.py", set()),
        ("docs/bench.md", set()),
        ("README.md", set()),
    ],
)
def test_changed_path_affects_expected_environments(
    changed: str, environments: set[str], paths: dict[str, list[str]]
) -> None:
    assert touches(changed, paths) == environments


def test_modules_of_environment_are_those_with_blocks(tmp_path: Path) -> None:
    files = load(write(tmp_path, ENVIRONMENTS))
    assert {name: modules_of(file.settings) for name, file in files.items()} == {
        "bare": {"delivery"},
        "base": {"delivery", "network"},
        "whole": {"delivery", "network", "data", "events"},
    }


def test_number_of_patterns_is_within_gitlab_limit() -> None:
    """ "GitLab, CI/CD YAML, rules:changes": at most 50 patterns."""
    for patterns in touched([file.settings for file in load(PROJECT / "envs").values()], Path("envs")).values():
        assert len(patterns) <= 50
