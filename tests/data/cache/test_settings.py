"""The `cache` block: what is refused, where and why; what follows from the tier."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.data.cache.settings import CacheSettings, day_window, week_window
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def cache(*lines: str, label: str = "sessions") -> str:
    """Return a `cache` block whose own lines begin at line 12 of an environment file."""
    body = "".join(f"  {line}\n" for line in ('node_type = "cache.t4g.small"', *lines))
    return f'cache "{label}" {{\n{body}}}\n'


def settings(folder: Path, text: str) -> CacheSettings:
    return load(write(folder, {"x": text}))["x"].settings.cache["sessions"]


def test_defaults_by_tier(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + cache())
    assert (dev.replicas, dev.multi_az, dev.snapshot_retention_days, dev.transit_encryption) == (0, False, 0, True)
    assert (dev.engine, dev.engine_version, dev.family) == ("valkey", "8.1", "valkey8")
    prod = settings(tmp_path, PROD + cache())
    assert (prod.replicas, prod.multi_az, prod.snapshot_retention_days, prod.nodes) == (1, True, 7, 2)
    redis = settings(tmp_path, DEV + cache('engine = "redis"'))
    assert (redis.engine_version, redis.family) == ("7.1", "redis7")
    assert list(dev.user) == ["app"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("replicas = 0", "replicas 0 is refused in production: one node's failure loses every session; write 1"),
        ("multi_az = false", "multi_az false is refused in production: one zone's failure would be ours"),
        ("snapshot_retention_days = 0", "snapshot_retention_days 0 is refused in production: there would be nothing"),
        ("transit_encryption = false", "transit_encryption false is refused in production: sessions would cross"),
    ],
)
def test_production_refuses_by_name(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD + cache(line)}).startswith(f"prod.hcl:12: cache.sessions.{message}")
    assert problems_of(tmp_path, {"prod": DEV + cache(line)}) == [] or line == "multi_az = false"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['engine_version = "7.1"'], "engine_version 7.1 is not a version of valkey that users can log in to by IAM"),
        (['engine = "memcached"'], "engine memcached should be 'valkey' or 'redis'"),
        (["replicas = 6"], "replicas 6 should be less than or equal to 5"),
        (["multi_az = true"], "multi_az true needs a node in another zone to fail over to; write replicas = 1"),
        (['snapshot_window = "17:00-17:30"'], "snapshot_window 17:00-17:30 is not a daily window of an hour or more"),
        (['maintenance_window = "sun:24:00-mon:01:00"'], "maintenance_window sun:24:00-mon:01:00 is not a weekly"),
        (["snapshot_retention_days = 36"], "snapshot_retention_days 36 should be less than or equal to 35"),
        (["auth_token = true"], "auth_token is not a known key"),
    ],
)
def test_wrong_input_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + cache(*lines)}).startswith(f"dev.hcl:12: cache.sessions.{message}")


def test_a_node_type_that_is_none(tmp_path: Path) -> None:
    text = DEV + cache().replace("cache.t4g.small", "t4g.small")
    assert only_problem(tmp_path, {"dev": text}).startswith(
        'dev.hcl:11: cache.sessions.node_type t4g.small is not a cache node type; write "cache.t4g.small"'
    )


def test_windows_that_overlap_are_refused_by_aws_and_here(tmp_path: Path) -> None:
    lines = ["snapshot_retention_days = 1", 'maintenance_window = "sun:17:30-sun:18:30"']
    assert only_problem(tmp_path, {"dev": DEV + cache(*lines)}).startswith(
        "dev.hcl:13: cache.sessions.maintenance_window sun:17:30-sun:18:30 falls into the snapshot window 17:00-18:00"
    )
    # AWS compares them without snapshots too.
    assert only_problem(tmp_path, {"dev": DEV + cache('snapshot_window = "18:00-19:00"')}).startswith(
        "dev.hcl:12: cache.sessions.snapshot_window 18:00-19:00 falls into the maintenance window sun:18:30-sun:19:30"
    )


@pytest.mark.parametrize(
    ("access", "rule"),
    [
        ("~* +@all >hunter2", "sets or clears a password"),
        ("~* +@all nopass", "sets or clears a password"),
        ("on ~* +@all", "says on or off"),
        ("~*", "allows no command"),
    ],
)
def test_a_user_has_no_password_and_some_right(tmp_path: Path, access: str, rule: str) -> None:
    text = DEV + cache('user "app" {', f'  access = "{access}"', "}")
    problem = only_problem(tmp_path, {"dev": text})
    assert problem.startswith("dev.hcl:13: cache.sessions.user.app.access ")
    assert rule in problem


def test_the_default_user_is_not_ours_to_name(tmp_path: Path) -> None:
    assert "user.default is the engine's own user" in only_problem(
        tmp_path, {"dev": DEV + cache('user "default" {', "}")}
    )


def test_users_need_tls(tmp_path: Path) -> None:
    text = DEV + cache("transit_encryption = false", 'user "app" {', "}")
    assert "cache.sessions.user needs TLS" in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize("label", ["Sessions", "a--b", "a-", "1a", "a" * 32])
def test_labels_are_those_that_elasticache_takes(tmp_path: Path, label: str) -> None:
    assert "is not a valid label of a block" in only_problem(tmp_path, {"dev": DEV + cache(label=label)})


def test_a_cache_needs_a_network(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + cache()
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:6: cache.sessions needs data subnets, and there is no VPC; write a `network` block"
    )


@given(st.integers(0, 1439), st.integers(1, 1439))
def test_a_window_is_as_long_as_it_says_over_midnight_too(start: int, length: int) -> None:
    end = (start + length) % 1440
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    assert len(day_window(text)) == length
    days = "sat", "sun" if start + length >= 1440 else "sat"
    one, two = text.split("-")
    assert len(week_window(f"{days[0]}:{one}-{days[1]}:{two}")) == length
