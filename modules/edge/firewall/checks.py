"""Whether the firewall fits what it shall protect."""

from collections.abc import Collection, Iterator, Mapping

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.edge.firewall.settings import FirewallSettings
from modules.foundation.problems import Finding

LoadBalancers = Mapping[str, LoadBalancerSettings]


def protected(firewall: FirewallSettings, load_balancers: LoadBalancers) -> list[str]:
    """Return the load balancers behind the firewall: by default those that users reach by themselves."""
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
            rule = f"leaves load_balancer.{label} out in production, which the whole internet reaches"
            remedy = f'write "{label}" too, or narrow its reachable_from'
            yield Finding(("firewall", "load_balancers"), list(chosen), rule, remedy)


def findings(firewall: FirewallSettings, load_balancers: LoadBalancers, sites: Collection[str]) -> Iterator[Finding]:
    """Yield what the firewall asks of load balancers and does not get; sites are behind it by themselves."""
    at = ("firewall", "load_balancers")
    for label in firewall.load_balancers or ():
        if label not in load_balancers:
            there = ", ".join(load_balancers) or "none"
            yield Finding(at, label, f"is not a load balancer of this environment; there is {there}", "name another")
        elif load_balancers[label].reachable_from == "cloudfront":
            rule = "is reached by CloudFront only, whose addresses would share one rate limit among all users"
            yield Finding(at, label, rule, "take it out: the site's firewall stands before CloudFront")
    if firewall.is_production and firewall.load_balancers is not None:
        yield from _left_out(firewall.load_balancers, load_balancers)
    if not protected(firewall, load_balancers) and not sites:
        remedy = "write a `load_balancer` that faces the internet, or a `site`, or take the block out"
        yield Finding(("firewall",), None, "has nothing behind it", remedy)
