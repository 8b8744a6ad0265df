"""The reference of environment files: current and complete."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from modules.access.sign_in.settings import SignInSettings
from modules.access.vpn.settings import VpnSettings
from modules.compute.developers.settings import DevelopersSettings
from modules.compute.ecs.settings import EcsSettings, FargateSettings
from modules.compute.eks.settings import EksSettings
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.repository.settings import RepositorySettings
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.keys.traces import TracesSettings
from modules.data.backup.settings import BackupSettings
from modules.data.bucket.settings import BucketSettings
from modules.data.cache.settings import CacheSettings
from modules.data.database.settings import DatabaseSettings
from modules.data.search.settings import SearchSettings
from modules.data.secret.settings import SecretSettings
from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.site_pipeline.settings import SitePipelineSettings
from modules.edge.site.settings import SiteSettings
from modules.environment import Environment
from modules.events.push.settings import ApnsSettings
from modules.foundation.settings import NotAllowed, Settings, Tier, TierDefault
from modules.hcl.reading import shape_of, written
from modules.network.vpc.settings import NetworkSettings
from modules.observability.alarms.settings import AlarmsSettings
from ops.reference.pages import FOLDER, pages
from ops.workspace import PROJECT

#: A table of more keys is divided into groups.
LONG_TABLE = 15


@pytest.mark.parametrize("name", sorted(pages()))
def test_committed_pages_are_current(name: str) -> None:
    assert (PROJECT / FOLDER / name).read_text() == pages()[name], "run `make reference`"


def test_removed_module_has_no_page() -> None:
    assert {path.name for path in (PROJECT / FOLDER).iterdir()} == set(pages())


def test_every_key_has_a_description() -> None:
    """At any depth."""
    seen = 0
    for model in models():
        for name, info in written(model).items():
            seen += 1
            assert info.description, f"{model.__name__}.{name} has no description"
            assert info.description.rstrip().endswith((".", "?")), f"{model.__name__}.{name}: {info.description}"
    assert seen > 100


def test_a_long_table_has_groups_and_each_begins_at_a_key() -> None:
    for model in models():
        plain = [name for name, info in written(model).items() if shape_of(info).kind == "attribute"]
        groups = model.key_groups if issubclass(model, Settings) else {}
        assert set(groups) <= set(plain), f"{model.__name__} has no {set(groups) - set(plain)}"
        assert len(plain) <= LONG_TABLE or plain[0] in groups, f"{model.__name__} has {len(plain)} keys"


def models() -> Iterator[type[BaseModel]]:
    """Yield the settings of all blocks, at any depth."""
    waiting: list[type[BaseModel]] = [Environment]
    while waiting:
        model = waiting.pop()
        yield model
        waiting += [inner for info in written(model).values() if (inner := shape_of(info).model) is not None]


ADD_ONS = ("vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent")
#: Each block with tier-dependent defaults, and the required keys and those that avoid its exceptions.
TIERED: dict[type[BaseModel], dict[str, Any]] = {
    AlarmsSettings: {},
    ApnsSettings: {"secret": "apns", "key_id": "ABCDE12345", "team_id": "ABCDE12345", "bundle_id": "example.agora"},
    BackupSettings: {},
    BucketSettings: {},
    CacheSettings: {"node_type": "cache.t4g.small"},
    DatabaseSettings: {
        "engine": "postgres",
        "engine_version": "17.5",
        "instance_class": "db.m7g.large",
        "storage": {"allocated_storage": 20},
    },
    DevelopersSettings: {"databases": {"main": "read_only"}, "production_reason": "On-call engineers"},
    EcsSettings: {},
    EksSettings: {
        "version": "1.34",
        "access": {"operators": {"role_arn": "arn:aws:iam::999999999999:role/operators", "policy": "cluster-admin"}},
        "add_on": {name: {"version": "v1.34.0-eksbuild.1"} for name in ADD_ONS},
        "managed": {"general": {"instance_types": ("m7g.large",), "min_size": 2, "max_size": 4}},
    },
    FargateSettings: {"spot_percent": 50},
    LoadBalancerSettings: {"names": ("api.agora.example",)},
    NetworkSettings: {"cidr": "10.20.0.0/19", "availability_zones": ("a", "b", "c")},
    SearchSettings: {},
    PipelineSettings: {"gitlab": {"project": "agora/infrastructure"}},
    RepositorySettings: {},
    SecretSettings: {},
    ServiceSettings: {},
    SignInSettings: {},
    SitePipelineSettings: {"repository": "community/agora-web"},
    SiteSettings: {"names": ("www.agora.example",)},
    TracesSettings: {},
    VpnSettings: {"allowed_cidrs": ("203.0.113.0/24",), "client_cidr": "172.30.0.0/22", "availability_zone": "a"},
}


def tier_defaults() -> set[tuple[type[BaseModel], str]]:
    return {
        (model, name)
        for model in models()
        for name, info in model.model_fields.items()
        if isinstance(info.default_factory, TierDefault)
    }


@pytest.mark.parametrize("tier", get_args(Tier))
def test_tier_default_equals_what_the_settings_resolve(tier: Tier) -> None:
    assert {model for model, _ in tier_defaults()} == set(TIERED)
    for model, name in tier_defaults():
        settings = model.model_validate({"tier": tier, **TIERED[model]})
        declared = model.model_fields[name].default_factory
        assert isinstance(declared, TierDefault)
        assert getattr(settings, name) == declared.by_tier[tier], (model.__name__, name)


def not_allowed() -> Iterator[tuple[type[BaseModel], str, NotAllowed]]:
    for model in models():
        for name, info in model.model_fields.items():
            yield from ((model, name, rule) for rule in info.metadata if isinstance(rule, NotAllowed))


@pytest.mark.parametrize("tier", get_args(Tier))
def test_value_is_rejected_in_the_tiers_that_the_reference_names(tier: Tier) -> None:
    seen = 0
    for model, name, rule in not_allowed():
        for value in rule.values:
            try:
                model.model_validate({"tier": tier, **TIERED[model], name: value})
                problems = []
            except ValidationError as error:
                problems = [each for each in error.errors() if f"is not allowed in {tier}" in each["msg"]]
            assert bool(problems) == (tier in rule.tiers), (model.__name__, name, value)
        seen += 1
    assert seen > 15


def test_value_that_production_does_not_allow_is_in_the_description() -> None:
    text = pages()["data.md"]
    assert "Not allowed in production: `false`." in text
    assert "Not allowed in staging and production: `false`." in text
    assert "Not allowed in production: less than `7`." in text


def test_key_has_bounds_default_and_description() -> None:
    backup = next(line for line in pages()["data.md"].splitlines() if line.startswith("| `daily_retention_days`"))
    assert "number (at least" in backup
    assert backup.count(" | ") == 3
