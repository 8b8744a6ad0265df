"""Checks between load balancers, and between them and the network, the zones, and their targets."""

from collections.abc import Iterator, Mapping

from modules.compute.blocks import ComputeBlocks
from modules.compute.load_balancer.keys.listener_rules import ActionSettings
from modules.compute.load_balancer.settings import NEVER_A_SOURCE, RULES_LIMIT, LoadBalancerSettings
from modules.compute.service.settings import ServiceSettings
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_direct_connect, needs_subnets
from modules.network.vpc.settings import PRIVATE_RANGES, NetworkSettings
from modules.network.zone.settings import certificate_findings, outside_zones


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield what a load balancer requires of other blocks and they lack."""
    taken: dict[str, str] = {}
    for label, settings in blocks.load_balancer.items():
        at = ("load_balancer", label)
        if blocks.network is None:
            yield needs_subnets(at, "app" if settings.internal else "public")
        else:
            yield from _network_findings(at, settings, blocks.network)
        yield from _sign_in_findings(at, settings, blocks)
        yield from _http2_findings(at, settings, blocks.service)
        yield from certificate_findings((*at, "names"), settings.names, blocks.zone)
        for name in settings.names:
            yield from outside_zones((*at, "names"), name, blocks.zone)
            if taken.setdefault(name, label) != label:
                rule = f"already belongs to load_balancer.{taken[name]}"
                yield Finding((*at, "names"), name, rule, "give each load balancer its own names")
        for place, action in _actions(settings):
            yield from _target_findings((*at, *place), action, blocks)


def _network_findings(
    at: tuple[str, ...], settings: LoadBalancerSettings, network: NetworkSettings
) -> Iterator[Finding]:
    if not settings.internal and not network.internet:
        rule = "needs public subnets, and with network.internet = false there are none"
        yield Finding((*at, "internal"), False, rule, "write internal = true, or network { internet = true }")
    if settings.reachable_from == "corporate":
        yield from needs_direct_connect((*at, "reachable_from"), "corporate", network)
    rules = settings.inbound_rules(len(network.corporate_cidrs))
    if rules > RULES_LIMIT:
        rule = f"needs {rules} security group rules, two for each range; AWS allows {RULES_LIMIT}"
        yield Finding((*at, "reachable_from"), settings.reachable_from, rule, "merge some of the ranges")
    if not settings.internal and network.internet:
        yield from _private_sources(at, settings, network)


def _private_sources(
    at: tuple[str, ...], settings: LoadBalancerSettings, network: NetworkSettings
) -> Iterator[Finding]:
    """Yield the private ranges, from which an internet-facing load balancer is never reached."""
    named = settings.reachable_from if isinstance(settings.reachable_from, tuple) else ()
    ranges = network.corporate_cidrs if settings.reachable_from == "corporate" else named
    for cidr in ranges:
        if any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
            yield Finding((*at, "reachable_from"), cidr, NEVER_A_SOURCE, "write internal = true, or a public range")


def _http2_findings(
    at: tuple[str, ...], settings: LoadBalancerSettings, services: Mapping[str, ServiceSettings]
) -> Iterator[Finding]:
    """Yield the gRPC services, which need HTTP/2, behind a load balancer without HTTP/2.

    [Target groups for your Application Load Balancers, Protocol version]
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html).
    """
    for name, service in services.items() if not settings.enable_http2 else ():
        if service.target_group.protocol_version == "GRPC" and settings.rules_to(name):
            rule = f"makes service.{name} unreachable: the protocol of its target_group is GRPC, which needs HTTP/2"
            yield Finding((*at, "enable_http2"), False, rule, "write enable_http2 = true, or remove it")


def _sign_in_findings(at: tuple[str, ...], settings: LoadBalancerSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    for label in (label for label, rule in settings.rule.items() if rule.sign_in):
        here = (*at, "rule", label, "sign_in")
        if blocks.sign_in is None:
            yield Finding(here, True, "needs a `sign_in` block, and there is none", "write a `sign_in` block")
        elif settings.internal and blocks.network and (not blocks.network.internet or blocks.network.nat == "none"):
            # [Authenticate users using an Application Load Balancer, Prepare to use Amazon Cognito]
            # (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html): an
            # internal load balancer reaches Cognito through a NAT gateway.
            rule = "needs to reach Cognito on the internet, and the app subnets have no NAT gateway"
            yield Finding(here, True, rule, 'write network { nat = "single" }, or remove it')


def _actions(settings: LoadBalancerSettings) -> Iterator[tuple[tuple[str, ...], ActionSettings]]:
    yield from ((("rule", label), rule) for label, rule in settings.rule.items())
    yield ("default",), settings.default


def _target_findings(at: tuple[str, ...], action: ActionSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    if action.function:
        yield from unknown_names((*at, "function"), "function", action.weights, blocks.function)
    else:
        key = "services" if action.services else "service"
        yield from unknown_names((*at, key), "service", action.weights, blocks.service)
