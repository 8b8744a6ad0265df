"""Every committed version is supported for longer than the notice period, as of the date when the calendar was read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exit.synthesis import ENVIRONMENTS
from modules.compute.eks.keys.nodes import ManagedSettings
from modules.compute.eks.node_groups import AMI_TYPES
from modules.compute.eks.settings import EksSettings
from modules.compute.load_balancer.load_balancer import TLS_POLICY as LOAD_BALANCER_TLS_POLICY
from modules.data.cache.settings import DEFAULT_VERSIONS, ENGINE_VERSIONS
from modules.data.database.keys.engines import ENGINES
from modules.data.database.keys.fields import DatabaseFields
from modules.edge.site.site import TLS_POLICY as SITE_TLS_POLICY
from modules.environment_files import load
from modules.events.function.settings import FunctionSettings
from modules.foundation.calendar import Kind, Version, committed
from ops.workspace import PROJECT
from tests.support.days import READ

#: Versions in documents: a pattern, and the kind of version.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("aurora-mysql", r"8\.0\.mysql_aurora\.3\.\d+\.\d+"),
    ("kubernetes", r"--kubernetes-version (1\.\d+)"),
    ("lambda", r'runtime\s*=\s*"(python3\.\d+)"'),
    *((engine, rf'engine\s*=\s*"{engine}"\s+engine_version\s*=\s*"([\d.]+)"') for engine in ("postgres", "mysql")),
    ("aurora-postgresql", r'engine\s*=\s*"aurora-postgresql"\s+engine_version\s*=\s*"([\d.]+)"'),
)  # fmt: skip


def in_environments() -> Iterator[tuple[str, Kind, str]]:
    for folder in ENVIRONMENTS:
        for file in load(PROJECT / folder).values():
            for used in file.settings.versions():
                yield f"{file.document.file}: {'.'.join(used.at)}", used.kind, used.version


def in_documents() -> Iterator[tuple[str, Kind, str]]:
    for path in (PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))):
        for kind, pattern in _PATTERNS:
            for found in re.findall(pattern, path.read_text()):
                yield str(path.relative_to(PROJECT)), kind, found


def in_settings() -> Iterator[tuple[str, Kind, str]]:
    for name, engine in ENGINES.items():
        yield "full_example", name, engine.full_example
        yield "open_example", name, engine.open_example
    for cache, version in DEFAULT_VERSIONS.items():
        yield "DEFAULT_VERSIONS", cache, version
    yield "engine_version", "aurora-mysql", example(DatabaseFields, "engine_version")
    yield "eks.version", "kubernetes", example(EksSettings, "version")
    yield "release_version", "kubernetes", example(ManagedSettings, "release_version").rpartition(".")[0]
    yield "runtime", "lambda", FunctionSettings.model_fields["runtime"].default
    yield "TLS_POLICY", "elb-tls", LOAD_BALANCER_TLS_POLICY
    yield "TLS_POLICY", "cloudfront-tls", SITE_TLS_POLICY
    assert all(ami.startswith("AL2023_") for ami in AMI_TYPES.values())
    yield "AMI_TYPES", "ami", "amazon-linux-2023"


def example(model: Any, field: str) -> str:
    return str(model.model_fields[field].examples[0])


COMMITTED = [*in_environments(), *in_documents(), *in_settings()]


@pytest.mark.parametrize(("where", "kind", "version"), sorted(set(COMMITTED)))
def test_a_committed_version_is_created_and_supported_for_longer_than_the_notice(
    where: str, kind: Kind, version: str
) -> None:
    row = committed().find(kind, version)
    assert row, f"{where}: {kind} {version} is not in the calendar"
    assert row.can_be_created(READ)
    assert row.is_lasting(READ), f"{where}: {kind} {version} ends on {row.end_of_standard_support}"


@pytest.mark.parametrize(("where", "kind", "version"), sorted(set(COMMITTED)))
def test_a_committed_version_without_a_published_end_is_the_newest_of_its_major_version(
    where: str, kind: Kind, version: str
) -> None:
    """AWS supports a minor version for at least a year, so without a date, the newest one ends last."""
    rows = {each.version: each for each in committed().of(kind)}
    if version in rows and rows[version].end_of_standard_support is None and ends_are_published(kind):
        newer = [each.version for each in rows.values() if is_newer(each, rows[version])]
        assert newer == [], where


def ends_are_published(kind: Kind) -> bool:
    """Return whether AWS publishes end dates for this kind."""
    return any(each.end_of_standard_support for each in committed().of(kind)) and kind not in DEFAULT_VERSIONS


def is_newer(one: Version, other: Version) -> bool:
    return one.major == other.major and not one.is_major and one.order > other.order


def test_versions_are_found_in_every_searched_place() -> None:
    places = {where.partition(":")[0] for where, _, _ in COMMITTED}
    assert {"README.md", "docs/runbooks/cluster-upgrade.md", "docs/reference/compute.md"} <= places
    environments = {"dev.hcl", "prod.hcl", "staging.hcl", "mobile.hcl", "corporate.hcl"}
    assert {Path(place).name for place in places} >= environments


def test_a_cluster_upgrade_leads_to_the_next_version() -> None:
    blue, green = (load(PROJECT / "tests/environments")["mobile"].settings.eks[name] for name in ("blue", "green"))
    assert int(green.version.partition(".")[2]) == int(blue.version.partition(".")[2]) + 1


def test_cluster_with_nodes_has_the_kube_proxy_of_its_version() -> None:
    for file in load(PROJECT / "tests/environments").values():
        for cluster in file.settings.eks.values():
            if "kube-proxy" in cluster.add_on:
                assert cluster.add_on["kube-proxy"].version.startswith(f"v{cluster.version}.")


def test_caches_accept_the_versions_in_the_calendar_that_support_users() -> None:
    assert ENGINE_VERSIONS == {"valkey": ("7.2", "8.0", "8.1", "8.2"), "redis": ("7.0", "7.1")}
