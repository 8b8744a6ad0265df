"""The address plan: properties that hold for every range, size and zone."""

import ipaddress
from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.network.vpc.keys.subnets import (
    PLACES,
    SUBNET_TIERS,
    AddressPlan,
    PlanTooLargeError,
    SubnetTier,
    default_prefix,
    first_free,
    needed_prefix,
    place,
    usable,
)

Network = ipaddress.IPv4Network

sizes = st.fixed_dictionaries(dict.fromkeys(SUBNET_TIERS, st.integers(20, 28)))
zones = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)


@st.composite
def fitting(draw: st.DrawFn) -> tuple[Network, Mapping[SubnetTier, int]]:
    """Draw sizes, and a range of 10.0.0.0/8 that they fit into."""
    prefixes = draw(sizes)
    prefix = draw(st.integers(min(16, needed_prefix(prefixes)), needed_prefix(prefixes)))
    start = draw(st.integers(0, 2 ** (prefix - 8) - 1))
    return Network((int(ipaddress.IPv4Address("10.0.0.0")) + start * 2 ** (32 - prefix), prefix)), prefixes


def subnets(plan: AddressPlan, letters: list[str]) -> dict[str, Network]:
    return {f"{tier}-{zone}": plan.subnet(tier, zone) for tier in SUBNET_TIERS for zone in letters}


@given(fitting(), zones)
def test_never_overlapping_and_always_inside(
    drawn: tuple[Network, Mapping[SubnetTier, int]], letters: list[str]
) -> None:
    cidr, prefixes = drawn
    plan = AddressPlan.of(cidr, prefixes)
    built = subnets(plan, letters)
    assert all(subnet.subnet_of(cidr) for subnet in built.values())
    assert not any(one.overlaps(other) for one, other in combinations(built.values(), 2))
    for tier in SUBNET_TIERS:
        assert all(plan.subnet(tier, zone).subnet_of(plan.tiers[tier]) for zone in letters)
        assert all(plan.subnet(tier, zone).prefixlen == prefixes[tier] for zone in letters)


@given(fitting(), zones, st.sampled_from("abcd"))
def test_a_zone_more_moves_no_other(
    drawn: tuple[Network, Mapping[SubnetTier, int]], letters: list[str], more: str
) -> None:
    plan = AddressPlan.of(*drawn)
    before, after = subnets(plan, letters), subnets(plan, [more, *letters])
    assert before.items() <= after.items()


@given(sizes)
def test_the_needed_vpc_fits_and_the_next_smaller_does_not(prefixes: Mapping[SubnetTier, int]) -> None:
    needed = needed_prefix(prefixes)
    AddressPlan.of(Network((0, needed)), prefixes)
    with pytest.raises(PlanTooLargeError):
        AddressPlan.of(Network((0, needed + 1)), prefixes)


@given(fitting())
def test_a_larger_vpc_keeps_the_plan(drawn: tuple[Network, Mapping[SubnetTier, int]]) -> None:
    cidr, prefixes = drawn
    larger = Network((int(cidr.network_address), cidr.prefixlen), strict=False).supernet()
    if larger.network_address == cidr.network_address:
        assert AddressPlan.of(larger, prefixes).tiers == AddressPlan.of(cidr, prefixes).tiers


@given(st.integers(1, 4))
def test_clusters_each_have_their_share(clusters: int) -> None:
    assert 2 ** (32 - default_prefix("app", clusters)) >= clusters * 2 ** (32 - default_prefix("app", 1))
    assert default_prefix("data", clusters) == default_prefix("data", 1)


@given(
    st.integers(16, 24),
    st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(9, 24)), max_size=12),
)
def test_a_suggested_range_is_free(prefix: int, drawn: list[tuple[int, int]]) -> None:
    taken = [Network(((10 << 24) + (start << 8), size), strict=False) for start, size in drawn]
    near = Network(f"10.20.0.0/{prefix}", strict=False)
    found = first_free(prefix, taken, near)
    assert found is not None
    assert found.prefixlen == prefix
    assert not any(found.overlaps(network) for network in taken)


def test_no_range_is_free() -> None:
    everything = [Network("10.0.0.0/8"), Network("172.16.0.0/12"), Network("192.168.0.0/16")]
    assert first_free(20, everything, Network("10.0.0.0/20")) is None


def test_places() -> None:
    assert [place(zone) for zone in "abcdef"] == [0, 1, 2, 3, 0, 1]
    assert PLACES == 4


def test_usable_addresses() -> None:
    # "Amazon VPC User Guide, Subnet CIDR blocks": of 256 addresses of a /24, 251 are for use.
    assert usable(24) == 251


def test_the_plan_of_the_production_example() -> None:
    """/23 a cluster and zone for two clusters, the rest in /26: a /19 holds it, a /20 does not."""
    prefixes = {tier: default_prefix(tier, 2) for tier in SUBNET_TIERS}
    assert needed_prefix(prefixes) == 19
    plan = AddressPlan.of(Network("10.20.32.0/19"), prefixes)
    assert {tier: str(network) for tier, network in plan.tiers.items()} == {
        "app": "10.20.32.0/20",
        "public": "10.20.48.0/24",
        "data": "10.20.49.0/24",
        "endpoint": "10.20.50.0/24",
    }
    assert str(plan.subnet("app", "c")) == "10.20.40.0/22"
