"""Checks of sites against each other, the zones, and their load balancers and buckets."""

from collections.abc import Iterator

from modules.compute.load_balancer.settings import CLOUDFRONT_WEIGHT, RULES_LIMIT, LoadBalancerSettings
from modules.edge.blocks import EdgeBlocks
from modules.edge.site.keys.parts import ApiSettings
from modules.edge.site.settings import SiteSettings
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.settings import NetworkSettings
from modules.network.zone.settings import certificate_findings, outside_zones, zone_label_of

_Place = tuple[str, ...]

#: Record types that conflict with the alias records of a site.
_ADDRESSES = {"A", "AAAA", "CNAME"}
_BYPASS = "is also reachable without CloudFront, which bypasses the site's firewall and geographic restrictions"


def bucket_of(label: str) -> str:
    """Return the label of a site's bucket, in the namespace of `bucket` labels."""
    return f"site-{label}"


def origin_name(load_balancer: LoadBalancerSettings) -> str | None:
    """Return the domain name of a load balancer as an origin, which must be in its certificate."""
    return next((name for name in load_balancer.names if not name.startswith("*.")), None)


def findings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield the problems of sites with names, zones, buckets, and load balancers."""
    taken = _taken_names(blocks)
    for label, site in blocks.site.items():
        at = ("site", label)
        yield from _name_findings(at, site, blocks, taken)
        if bucket_of(label) in blocks.bucket:
            rule = f"would have a bucket with the same name as bucket.{bucket_of(label)}"
            yield Finding(at, None, rule, "rename one of them")
        for name, media in site.media.items():
            yield from unknown_names((*at, "media", name, "bucket"), "bucket", [media.bucket], blocks.bucket)
        if site.api:
            yield from _api_findings((*at, "api", "load_balancer"), site.api, site, blocks)


def warnings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield load balancers that bypass CloudFront, which only production forbids."""
    for label, site in blocks.site.items():
        load_balancer = blocks.load_balancer[site.api.load_balancer] if site.api else None
        if site.api and load_balancer and _is_open(load_balancer):
            at = ("site", label, "api", "load_balancer")
            remedy = 'write reachable_from = "cloudfront" there; production requires it'
            yield Finding(at, site.api.load_balancer, _BYPASS, remedy)


def _taken_names(blocks: EdgeBlocks) -> dict[str, str]:
    """Return the names that point to something else, with the block that they point to."""
    return {
        **{name: f"load_balancer.{label}" for label, each in blocks.load_balancer.items() for name in each.names},
        **{
            record.name: f"zone.{zone}.record.{label}"
            for zone, settings in blocks.zone.items()
            for label, record in settings.record.items()
            if _ADDRESSES & set(record.types)
        },
    }


def _name_findings(at: _Place, site: SiteSettings, blocks: EdgeBlocks, taken: dict[str, str]) -> Iterator[Finding]:
    zones = {name: zone_label_of(name, blocks.zone) for name in site.names}
    for name in site.names:
        yield from outside_zones((*at, "names"), name, blocks.zone)
        mine = ".".join(at)
        if taken.setdefault(name, mine) != mine:
            yield Finding((*at, "names"), name, f"already points to {taken[name]}", "give each site its own names")
    yield from certificate_findings((*at, "names"), site.names, blocks.zone)
    first = zones[site.names[0]]
    for name, zone in zones.items():
        if first is not None and zone is not None and zone != first:
            # "ViewerCertificate": a distribution has one.
            rule = f"is not in {blocks.zone[first].name} like {site.names[0]}: a site has one certificate, for one zone"
            yield Finding((*at, "names"), name, rule, "write a separate `site` for it")


def _api_findings(at: _Place, api: ApiSettings, site: SiteSettings, blocks: EdgeBlocks) -> Iterator[Finding]:
    load_balancer = blocks.load_balancer.get(api.load_balancer)
    if load_balancer is None:
        yield from unknown_names(at, "load_balancer", [api.load_balancer], blocks.load_balancer)
        return
    if origin_name(load_balancer) is None:
        rule = "has only wildcard names, and CloudFront needs one name for its origin"
        yield Finding(at, api.load_balancer, rule, "add a name without `*` to its `names`")
    if load_balancer.internal:
        yield from _vpc_origin_findings(at, api, load_balancer, blocks.network)
    elif load_balancer.reachable_from not in ("internet", "cloudfront"):
        rule = "does not allow traffic from CloudFront"
        yield Finding(at, api.load_balancer, rule, 'write reachable_from = "cloudfront" there')
    elif site.is_production and _is_open(load_balancer):
        remedy = 'write reachable_from = "cloudfront" there, or add a separate load balancer for the site'
        yield Finding(at, api.load_balancer, _BYPASS, remedy)


def _vpc_origin_findings(
    at: _Place, api: ApiSettings, load_balancer: LoadBalancerSettings, network: NetworkSettings | None
) -> Iterator[Finding]:
    """Yield the unmet requirements of a VPC origin.

    [CloudFront Developer Guide, Restrict access with VPC origins, Prerequisites]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).
    """
    if network is None:
        return
    if not network.internet:
        rule = "is internal, and a CloudFront VPC origin requires a VPC with an internet gateway"
        yield Finding(
            at, api.load_balancer, rule, "write network { internet = true }; no route to the gateway is needed"
        )
    rules = load_balancer.inbound_rules(len(network.corporate_cidrs))
    room = RULES_LIMIT - CLOUDFRONT_WEIGHT
    if rules > room:
        rule = (
            f"has {rules} inbound rules; CloudFront's prefix list counts as {CLOUDFRONT_WEIGHT} of the {RULES_LIMIT} "
            f"of a security group, which leaves {room}"
        )
        yield Finding(at, api.load_balancer, rule, "write fewer ranges in its reachable_from, or combine some of them")


def _is_open(load_balancer: LoadBalancerSettings) -> bool:
    return load_balancer.reachable_from == "internet"
