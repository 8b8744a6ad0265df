"""Pod capacity of nodes, and the IP addresses that clusters use."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.compute.eks.keys.budget import CONTROL_PLANE, OTHERS, budget_findings, needed
from modules.compute.eks.keys.pods import (
    ADDRESSES_OF_PREFIX,
    MOST_PODS,
    MOST_PODS_OF_LARGE,
    NETWORK_LIMITS,
    PODS_OF_THE_NODE,
    addresses_of_node,
    max_pods,
    nearest_types,
)
from modules.compute.eks.settings import EksSettings
from modules.network.vpc.keys.subnets import usable
from modules.network.vpc.settings import NetworkSettings

LIMITS = st.sampled_from(sorted(NETWORK_LIMITS.values()))
ADD_ONS = {name: {"version": "v1.36.0-eksbuild.1"} for name in ("vpc-cni", "kube-proxy", "coredns")}
AGENT = {"eks-pod-identity-agent": {"version": "v1.1.1-eksbuild.1"}}
ACCESS = {"operators": {"role_arn": "arn:aws:iam::111111111111:role/operators", "policy": "cluster-admin"}}


def cluster(most: int, *, instance_type: str = "m7g.large", pods: int | None = None) -> EksSettings:
    group = {"instance_type": instance_type, "min_size": 0, "max_size": most, "max_pods": pods}
    return EksSettings.model_validate(
        {"version": "1.36", "access": ACCESS, "add_on": ADD_ONS | AGENT, "self_managed": {"general": group}}
    )


def managed(most: int) -> EksSettings:
    group = {"instance_types": ("m7g.large",), "min_size": 1, "max_size": most}
    return EksSettings.model_validate(
        {"version": "1.36", "access": ACCESS, "add_on": ADD_ONS | AGENT, "managed": {"general": group}}
    )


def network(clusters: int, prefix: int = 23) -> NetworkSettings:
    return NetworkSettings.model_validate(
        {
            "cidr": ipaddress.IPv4Network("10.20.0.0/16"),
            "availability_zones": ("a", "c"),
            "clusters": clusters,
            "subnet_sizes": {"app": f"/{prefix}"},
        }
    )


@pytest.mark.parametrize(
    ("instance_type", "pods", "addresses"),
    [
        # 27 slots are enough for 434 pods, the limit is 110: 7 prefixes and a warm one, on one interface.
        ("m7g.large", 110, 1 + 8 * 16),
        # 6 slots are enough for 98 pods: all 6 are in use, 3 per interface.
        ("m7g.medium", 98, 2 + 6 * 16),
        ("m7i.8xlarge", 250, 1 + 17 * 16),
        ("t3a.small", 98, 2 + 6 * 16),
        ("c5.9xlarge", 250, 1 + 17 * 16),
    ],
)
def test_known_type_has_pods_and_addresses(instance_type: str, pods: int, addresses: int) -> None:
    limits = NETWORK_LIMITS[instance_type]
    assert max_pods(limits) == pods
    assert addresses_of_node(limits, pods) == addresses


def test_network_limits_match_ec2() -> None:
    """Moto contains the responses of DescribeInstanceTypes."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    for name, limits in NETWORK_LIMITS.items():
        output = INSTANCE_TYPES[name]
        found = output["NetworkInfo"]
        assert limits == (
            found["MaximumNetworkInterfaces"],
            found["Ipv4AddressesPerInterface"],
            output["VCpuInfo"]["DefaultVCpus"],
        ), name


def test_unknown_type_has_similar_types() -> None:
    assert "m7g.large" in nearest_types("m7gd.large")


@given(LIMITS)
def test_node_has_an_address_for_each_pod(limits: tuple[int, int, int]) -> None:
    known = next(each for each in NETWORK_LIMITS.values() if each == limits)
    pods = max_pods(known)
    assert pods <= (MOST_PODS_OF_LARGE if known.vcpus > 30 else MOST_PODS)
    # The node uses the primary address of the first interface; pods in the host network need none.
    assert addresses_of_node(known, pods) - known.interfaces >= pods - PODS_OF_THE_NODE - ADDRESSES_OF_PREFIX
    assert addresses_of_node(known, pods) >= pods - PODS_OF_THE_NODE


@given(LIMITS, st.integers(1, 250))
def test_addresses_grow_with_pods_up_to_the_limit(limits: tuple[int, int, int], pods: int) -> None:
    known = next(each for each in NETWORK_LIMITS.values() if each == limits)
    slots = known.interfaces * (known.addresses - 1)
    used = addresses_of_node(known, pods)
    assert used <= addresses_of_node(known, pods + 1)
    assert used <= known.interfaces + slots * ADDRESSES_OF_PREFIX


@given(st.integers(1, 40), st.integers(1, 40), st.integers(20, 26))
def test_two_clusters_that_do_not_fit_are_reported_with_the_sum(blue: int, green: int, prefix: int) -> None:
    clusters = {"blue": cluster(blue), "green": cluster(green)}
    room = network(2, prefix)
    nodes = -(-blue // 2) + -(-green // 2)
    total = nodes * (1 + 8 * 16) + 2 * CONTROL_PLANE + OTHERS
    findings = list(budget_findings(clusters, room))
    assert bool(findings) == (total > usable(prefix))
    for finding in findings:
        assert f"= {total}, and a /{prefix} has {usable(prefix)}" in finding.rule


@given(st.integers(1, 20))
def test_expected_cluster_reserves_addresses(nodes: int) -> None:
    alone = needed({"blue": cluster(nodes)}, "a", network(2))
    both = needed({"blue": cluster(nodes), "green": cluster(nodes)}, "a", network(2))
    assert sum(term.total for term in alone) == sum(term.total for term in both)


def test_problem_shows_the_sum_and_a_larger_size() -> None:
    (finding,) = budget_findings({"blue": cluster(4)}, network(2))
    assert finding.at == ("eks", "blue")
    assert finding.rule == (
        "needs too many addresses in zone a: blue control plane 16 + blue.general 2 x 129 + another like blue 274 + "
        "others 32 = 580, and a /23 has 507"
    )
    assert finding.remedy == (
        'write fewer nodes or a lower max_pods, or, before the network\'s first apply, subnet_sizes { app = "/22" }'
    )


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        # An update starts two more nodes in each zone.
        (2, "blue.general 129 + blue.general replacement 2 x 33"),
        # A replacement group starts with as many nodes as are running.
        (9, "blue.general 5 x 129 + blue.general replacement 5 x 33"),
    ],
)
def test_managed_group_reserves_addresses_for_replacement_nodes(most: int, shown: str) -> None:
    assert shown in " + ".join(map(str, needed({"blue": managed(most)}, "a", network(1))))


def test_lower_max_pods_uses_fewer_addresses() -> None:
    assert list(budget_findings({"blue": cluster(4, pods=30)}, network(2))) == []
