"""Checks of the firewall against the load balancers and sites that it protects."""

from collections.abc import Collection, Iterator, Mapping

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.edge.blocks import EdgeBlocks
from modules.edge.firewall.settings import CLOUDFRONT_REGION, FirewallSettings
from modules.foundation.checks import unknown_names
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


def _search_findings(firewall: FirewallSettings, blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield a search that does not exist, or that would get no logs.

    [Log group-level subscription filters]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html): the function that a filter
    invokes is in the Region of the log group, and the web ACL of sites logs to us-east-1.
    """
    if firewall.search is None:
        return
    at = ("firewall", "search")
    yield from unknown_names(at, "search", [firewall.search], blocks.search)
    if not protected(firewall, blocks.load_balancer) and blocks.region != CLOUDFRONT_REGION:
        rule = f"would get no logs: those of sites are in {CLOUDFRONT_REGION}, and no load balancer is protected"
        yield Finding(at, firewall.search, rule, "remove it")


def findings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield the problems between the firewall and load balancers. Sites are always behind the firewall."""
    firewall, load_balancers = blocks.firewall, blocks.load_balancer
    if firewall is None:
        return
    yield from _search_findings(firewall, blocks)
    at, chosen = ("firewall", "load_balancers"), firewall.load_balancers or ()
    yield from unknown_names(at, "load_balancer", chosen, load_balancers)
    for label in chosen:
        if label in load_balancers and load_balancers[label].reachable_from == "cloudfront":
            rule = (
                "is only reachable from CloudFront, so all users would share the rate limits of CloudFront's addresses"
            )
            yield Finding(at, label, rule, "remove it: the site's firewall already protects CloudFront")
    if firewall.is_production and firewall.load_balancers is not None:
        yield from _left_out(firewall.load_balancers, load_balancers)
    if not protected(firewall, load_balancers) and not blocks.site:
        remedy = "add an internet-facing `load_balancer` or a `site`, or remove the block"
        yield Finding(("firewall",), None, "protects nothing", remedy)
