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
def sized_ranges(draw: st.DrawFn) -> tuple[Network, Mapping[SubnetTier, int]]:
    """Draw sizes, and a range of 10.0.0.0/8 in which they fit."""
    prefixes = draw(sizes)
    prefix = draw(st.integers(min(16, needed_prefix(prefixes)), needed_prefix(prefixes)))
    start = draw(st.integers(0, 2 ** (prefix - 8) - 1))
    return Network((int(ipaddress.IPv4Address("10.0.0.0")) + start * 2 ** (32 - prefix), prefix)), prefixes


def subnets(plan: AddressPlan, letters: list[str]) -> dict[str, Network]:
    return {f"{tier}-{zone}": plan.subnet(tier, zone) for tier in SUBNET_TIERS for zone in letters}


@given(sized_ranges(), zones)
def test_subnets_of_any_plan_are_inside_the_vpc_and_never_overlap(
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


@given(sized_ranges(), zones, st.sampled_from("abcd"))
def test_subnets_with_a_zone_added_keep_their_ranges(
    drawn: tuple[Network, Mapping[SubnetTier, int]], letters: list[str], more: str
) -> None:
    plan = AddressPlan.of(*drawn)
    before, after = subnets(plan, letters), subnets(plan, [more, *letters])
    assert before.items() <= after.items()


@given(sizes)
def test_needed_prefix_fits_and_the_next_smaller_vpc_does_not(prefixes: Mapping[SubnetTier, int]) -> None:
    needed = needed_prefix(prefixes)
    AddressPlan.of(Network((0, needed)), prefixes)
    with pytest.raises(PlanTooLargeError):
        AddressPlan.of(Network((0, needed + 1)), prefixes)


@given(sized_ranges())
def test_plan_in_a_larger_vpc_stays_the_same(drawn: tuple[Network, Mapping[SubnetTier, int]]) -> None:
    cidr, prefixes = drawn
    larger = Network((int(cidr.network_address), cidr.prefixlen), strict=False).supernet()
    if larger.network_address == cidr.network_address:
        assert AddressPlan.of(larger, prefixes).tiers == AddressPlan.of(cidr, prefixes).tiers


@given(st.integers(1, 4))
def test_default_app_prefix_has_room_for_each_cluster(clusters: int) -> None:
    assert 2 ** (32 - default_prefix("app", clusters)) >= clusters * 2 ** (32 - default_prefix("app", 1))
    assert default_prefix("data", clusters) == default_prefix("data", 1)


@given(
    st.integers(16, 24),
    st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(9, 24)), max_size=12),
)
def test_first_free_range_overlaps_no_taken_range(prefix: int, drawn: list[tuple[int, int]]) -> None:
    taken = [Network(((10 << 24) + (start << 8), size), strict=False) for start, size in drawn]
    near = Network(f"10.20.0.0/{prefix}", strict=False)
    found = first_free(prefix, taken, near)
    assert found is not None
    assert found.prefixlen == prefix
    assert not any(found.overlaps(network) for network in taken)


def test_first_free_without_a_free_range_is_none() -> None:
    everything = [Network("10.0.0.0/8"), Network("172.16.0.0/12"), Network("192.168.0.0/16")]
    assert first_free(20, everything, Network("10.0.0.0/20")) is None


def test_place_of_a_zone_repeats_after_four_letters() -> None:
    assert [place(zone) for zone in "abcdef"] == [0, 1, 2, 3, 0, 1]
    assert PLACES == 4


def test_usable_addresses_leave_out_those_reserved_by_aws() -> None:
    # "Amazon VPC User Guide, Subnet CIDR blocks": 251 of the 256 addresses of a /24 are usable.
    assert usable(24) == 251


def test_plan_of_the_production_example_fits_in_a_19() -> None:
    """/23 per cluster and zone for two clusters, /26 for the other tiers: it fits in a /19, but not in a /20."""
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
