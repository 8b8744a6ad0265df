"""The `cache` block: problems, and defaults by tier."""

from pathlib import Path

import pytest

from modules.data.cache.settings import CacheSettings
from modules.environment_files import load
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write


def cache(*lines: str, label: str = "sessions") -> str:
    """Return a `cache` block whose own lines start at line 12 of an environment file."""
    body = "".join(f"  {line}\n" for line in ('node_type = "cache.t4g.small"', *lines))
    return f'cache "{label}" {{\n{body}}}\n'


def settings(folder: Path, text: str) -> CacheSettings:
    return load(write(folder, {"x": text}))["x"].settings.cache["sessions"]


def test_cache_defaults_depend_on_the_tier(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + cache())
    assert (dev.replicas, dev.multi_az, dev.snapshot_retention_limit, dev.transit_encryption_enabled) == (
        0,
        False,
        0,
        True,
    )
    assert (dev.engine, dev.engine_version, dev.family) == ("valkey", "8.1", "valkey8")
    prod = settings(tmp_path, PROD + cache() + ALARMS)
    assert (prod.replicas, prod.multi_az, prod.snapshot_retention_limit, prod.nodes) == (1, True, 7, 2)
    redis = settings(tmp_path, DEV + cache('engine = "redis"'))
    assert (redis.engine_version, redis.family) == ("7.1", "redis7")
    assert list(dev.user) == ["app"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("replicas = 0", "replicas 0 is not allowed in production: a failure of the node would lose all data; write 1"),
        ("multi_az = false", "multi_az false is not allowed in production: a failure of one Availability Zone"),
        ("snapshot_retention_limit = 0", "snapshot_retention_limit 0 is not allowed in production: there would be no"),
        (
            "transit_encryption_enabled = false",
            "transit_encryption_enabled false is not allowed in production: data would cross",
        ),
    ],
)
def test_cache_in_production_with_unsafe_setting_is_a_problem(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD + cache(line)}).startswith(f"prod.hcl:12: cache.sessions.{message}")
    assert problems_of(tmp_path, {"prod": DEV + cache(line)}) == [] or line == "multi_az = false"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['engine_version = "7.1"'], "engine_version 7.1 is not a version of valkey with IAM authentication"),
        (['engine = "memcached"'], "engine memcached should be 'valkey' or 'redis'"),
        (["replicas = 6"], "replicas 6 should be less than or equal to 5"),
        (["multi_az = true"], "multi_az true needs a replica to fail over to; write replicas = 1"),
        (['snapshot_window = "17:00-17:30"'], "snapshot_window 17:00-17:30 is shorter than 60 minutes"),
        (['maintenance_window = "sun:24:00-mon:01:00"'], "maintenance_window sun:24:00-mon:01:00 is not a weekly"),
        (["snapshot_retention_limit = 36"], "snapshot_retention_limit 36 should be less than or equal to 35"),
        (["auth_token = true"], "auth_token is not a known key"),
    ],
)
def test_cache_with_invalid_setting_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + cache(*lines)}).startswith(f"dev.hcl:12: cache.sessions.{message}")


def test_node_type_without_prefix_is_a_problem(tmp_path: Path) -> None:
    text = DEV + cache().replace("cache.t4g.small", "t4g.small")
    assert only_problem(tmp_path, {"dev": text}).startswith(
        'dev.hcl:11: cache.sessions.node_type t4g.small is not a cache node type; write "cache.t4g.small"'
    )


def test_windows_that_overlap_are_a_problem(tmp_path: Path) -> None:
    lines = ["snapshot_retention_limit = 1", 'maintenance_window = "sun:17:30-sun:18:30"']
    assert only_problem(tmp_path, {"dev": DEV + cache(*lines)}).startswith(
        "dev.hcl:13: cache.sessions.maintenance_window sun:17:30-sun:18:30 overlaps snapshot_window 17:00-18:00"
    )
    # AWS rejects an overlap even without snapshots.
    assert only_problem(tmp_path, {"dev": DEV + cache('snapshot_window = "18:00-19:00"')}).startswith(
        "dev.hcl:12: cache.sessions.snapshot_window 18:00-19:00 overlaps maintenance_window sun:18:30-sun:19:30"
    )


@pytest.mark.parametrize(
    ("access", "rule"),
    [
        ("~* +@all >hunter2", "sets or clears a password"),
        ("~* +@all nopass", "sets or clears a password"),
        ("on ~* +@all", "has on or off"),
        ("~*", "allows no command"),
    ],
)
def test_user_with_password_or_without_command_is_a_problem(tmp_path: Path, access: str, rule: str) -> None:
    text = DEV + cache('user "app" {', f'  access = "{access}"', "}")
    problem = only_problem(tmp_path, {"dev": text})
    assert problem.startswith("dev.hcl:13: cache.sessions.user.app.access ")
    assert rule in problem


def test_user_named_default_is_a_problem(tmp_path: Path) -> None:
    assert "user.default is the engine's own user" in only_problem(
        tmp_path, {"dev": DEV + cache('user "default" {', "}")}
    )


def test_user_without_tls_is_a_problem(tmp_path: Path) -> None:
    text = DEV + cache("transit_encryption_enabled = false", 'user "app" {', "}")
    assert "cache.sessions.user needs TLS" in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize("label", ["Sessions", "a--b", "a-", "1a", "a" * 32])
def test_cache_label_that_elasticache_rejects_is_a_problem(tmp_path: Path, label: str) -> None:
    assert "is not a valid label of a block" in only_problem(tmp_path, {"dev": DEV + cache(label=label)})


def test_cache_without_network_is_a_problem(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + cache()
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:6: cache.sessions needs data subnets, and there is no VPC; write a `network` block"
    )
