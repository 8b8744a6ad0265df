"""Settings of the `zone` block: domain names, and the zone that contains a name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.environment_files import load
from modules.network.keys.domains import is_domain, is_under
from modules.network.zone.settings import ZoneSettings, outside_zones, zone_label_of
from tests.support.environments import DEV, only_problem, write

ZONES = {
    "public": ZoneSettings(name="agora.example"),
    "dev": ZoneSettings(name="dev.agora.example"),
    "shop": ZoneSettings(name="shop.example"),
}


def zone(name: str, *lines: str, label: str = "public") -> str:
    """Return a `zone` block whose name is in line 11 of an environment file and whose other lines begin at 12."""
    return f'zone "{label}" {{\n  name = "{name}"\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def test_zone_is_created_unless_existing_is_set(tmp_path: Path) -> None:
    zones = load(write(tmp_path, {"dev": DEV + zone("dev.agora.example")}))["dev"].settings.zone
    assert zones["public"].name == "dev.agora.example"
    assert not zones["public"].existing


@pytest.mark.parametrize(
    ("name", "corrected"),
    [
        ("dev.agora.example.", "dev.agora.example"),
        ("Dev.Agora.example", "dev.agora.example"),
        ("https://dev.agora.example/", "dev.agora.example"),
        ("example", "www.agora.example"),
        ("-a.example", "www.agora.example"),
        ("*.agora.example", "www.agora.example"),
        (f"{'a' * 64}.example", "www.agora.example"),
    ],
)
def test_zone_with_an_invalid_name_suggests_a_correction(tmp_path: Path, name: str, corrected: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + zone(name)}) == (
        f"dev.hcl:11: zone.public.name {name} is not a domain name: labels of lowercase letters, digits, and hyphens, "
        f'separated by dots, with at most 63 characters per label and 253 in all; write it as "{corrected}"'
    )


def test_zone_with_the_name_of_another_zone_is_a_problem(tmp_path: Path) -> None:
    text = DEV + zone("agora.example") + zone("agora.example", label="again")
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:14: zone.again.name agora.example is also the name of zone.public, and resolvers use only one hosted "
        "zone; write another name, or remove the block"
    )


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("agora.example", "public"),
        ("www.agora.example", "public"),
        ("*.agora.example", "public"),
        ("dev.agora.example", "dev"),
        ("*.dev.agora.example", "dev"),
        ("api.dev.agora.example", "dev"),
        ("notdev.agora.example", "public"),
        ("notagora.example", None),
        ("example", None),
    ],
)
def test_name_in_several_zones_belongs_to_the_longest(name: str, label: str | None) -> None:
    assert zone_label_of(name, ZONES) == label


def test_name_outside_all_zones_is_a_problem_that_lists_them() -> None:
    at = ("service", "api", "host")
    assert list(outside_zones(at, "api.agora.example", ZONES)) == []
    (finding,) = outside_zones(at, "api.agora.test", ZONES)
    assert finding.rule == "is in no zone of this environment (agora.example, dev.agora.example, shop.example)"
    assert finding.remedy == "write a name below one of them, or add a `zone` block that contains it"
    (finding,) = outside_zones(at, "api.agora.test", {})
    assert finding.rule == "is in no zone, since this environment has none"


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(st.lists(LABELS, min_size=2, max_size=6), st.lists(LABELS, min_size=1, max_size=3))
def test_name_with_labels_before_a_zone_name_is_under_the_zone(zone_labels: list[str], before: list[str]) -> None:
    zone_name = ".".join([*zone_labels, "example"])
    name = ".".join([*before, zone_name])
    assert is_domain(zone_name)
    assert is_under(name, zone_name)
    assert is_under(zone_name, zone_name)
    assert not is_under(zone_name, name)
    assert not is_under(f"x{zone_name}", zone_name)
