"""Checks of the firewall against the load balancers and sites that it protects."""

from collections.abc import Collection, Iterator, Mapping

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.edge.firewall.settings import FirewallSettings
from modules.foundation.problems import Finding

LoadBalancers = Mapping[str, LoadBalancerSettings]


def protected(firewall: FirewallSettings, load_balancers: LoadBalancers) -> list[str]:
    """Return the load balancers behind the firewall: by default all that users reach directly."""
    if firewall.load_balancers is not None:
        return list(firewall.load_balancers)
    return [
        label
        for label, settings in load_balancers.items()
        if not settings.internal and settings.reachable_from != "cloudfront"
    ]


def _left_out(chosen: Collection[str], load_balancers: LoadBalancers) -> Iterator[Finding]:
    for label, settings in load_balancers.items():
        if label not in chosen and not settings.internal and settings.reachable_from == "internet":
            rule = f"does not include load_balancer.{label}, which is open to the internet; production requires it"
            remedy = f'add "{label}", or restrict its reachable_from'
            yield Finding(("firewall", "load_balancers"), list(chosen), rule, remedy)


def findings(firewall: FirewallSettings, load_balancers: LoadBalancers, sites: Collection[str]) -> Iterator[Finding]:
    """Yield the problems between the firewall and load balancers. Sites are always behind the firewall."""
    at = ("firewall", "load_balancers")
    for label in firewall.load_balancers or ():
        if label not in load_balancers:
            there = ", ".join(load_balancers) or "none"
            rule = f"is not a load balancer of this environment; there is {there}"
            yield Finding(at, label, rule, "name another load balancer")
        elif load_balancers[label].reachable_from == "cloudfront":
            rule = (
                "is only reachable from CloudFront, so all users would share the rate limits of CloudFront's addresses"
            )
            yield Finding(at, label, rule, "remove it: the site's firewall already protects CloudFront")
    if firewall.is_production and firewall.load_balancers is not None:
        yield from _left_out(firewall.load_balancers, load_balancers)
    if not protected(firewall, load_balancers) and not sites:
        remedy = "add an internet-facing `load_balancer` or a `site`, or remove the block"
        yield Finding(("firewall",), None, "protects nothing", remedy)
