"""Checks of sites against each other, the zones, and their load balancers and buckets."""

from collections.abc import Iterator, Mapping

from modules.compute.blocks import ComputeBlocks
from modules.compute.load_balancer.settings import CLOUDFRONT_WEIGHT, RULES_LIMIT, LoadBalancerSettings
from modules.data.blocks import DataBlocks
from modules.edge.site.keys.parts import ApiSettings
from modules.edge.site.settings import SiteSettings
from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks
from modules.network.zone.settings import certificate_findings, outside_zones, zone_label_of

Sites = Mapping[str, SiteSettings]
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


def findings(sites: Sites, network: NetworkBlocks, data: DataBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield the problems of sites with names, zones, buckets, and load balancers."""
    taken = _taken_names(network, compute)
    for label, site in sites.items():
        at = ("site", label)
        yield from _name_findings(at, site, network, taken)
        if bucket_of(label) in data.bucket:
            rule = f"would have a bucket with the same name as bucket.{bucket_of(label)}"
            yield Finding(at, None, rule, "rename one of them")
        for name, media in site.media.items():
            if media.bucket not in data.bucket:
                rule = f"is not a bucket of this environment; there is {', '.join(data.bucket) or 'none'}"
                remedy = f'write `bucket "{media.bucket}" {{ }}`, or name another bucket'
                yield Finding((*at, "media", name, "bucket"), media.bucket, rule, remedy)
        if site.api:
            yield from _api_findings((*at, "api", "load_balancer"), site.api, site, network, compute)


def warnings(sites: Sites, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield load balancers that bypass CloudFront, which only production forbids."""
    for label, site in sites.items():
        load_balancer = compute.load_balancer[site.api.load_balancer] if site.api else None
        if site.api and load_balancer and _is_open(load_balancer):
            at = ("site", label, "api", "load_balancer")
            remedy = 'write reachable_from = "cloudfront" there; production requires it'
            yield Finding(at, site.api.load_balancer, _BYPASS, remedy)


def _taken_names(network: NetworkBlocks, compute: ComputeBlocks) -> dict[str, str]:
    """Return the names that point to something else, with the block that they point to."""
    return {
        **{name: f"load_balancer.{label}" for label, each in compute.load_balancer.items() for name in each.names},
        **{
            record.name: f"zone.{zone}.record.{label}"
            for zone, settings in network.zone.items()
            for label, record in settings.record.items()
            if _ADDRESSES & set(record.types)
        },
    }


def _name_findings(at: _Place, site: SiteSettings, network: NetworkBlocks, taken: dict[str, str]) -> Iterator[Finding]:
    zones = {name: zone_label_of(name, network.zone) for name in site.names}
    for name in site.names:
        yield from outside_zones((*at, "names"), name, network.zone)
        mine = ".".join(at)
        if taken.setdefault(name, mine) != mine:
            yield Finding((*at, "names"), name, f"already points to {taken[name]}", "give each site its own names")
    yield from certificate_findings((*at, "names"), site.names, network.zone)
    first = zones[site.names[0]]
    for name, zone in zones.items():
        if first is not None and zone is not None and zone != first:
            # [ViewerCertificate]
            # (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html): a distribution
            # has one.
            rule = (
                f"is not in {network.zone[first].name} like {site.names[0]}: a site has one certificate, for one zone"
            )
            yield Finding((*at, "names"), name, rule, "write a separate `site` for it")


def _api_findings(
    at: _Place, api: ApiSettings, site: SiteSettings, network: NetworkBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    load_balancer = compute.load_balancer.get(api.load_balancer)
    if load_balancer is None:
        there = ", ".join(compute.load_balancer) or "none"
        rule = f"is not a load balancer of this environment; there is {there}"
        yield Finding(at, api.load_balancer, rule, "name another, or add a `load_balancer` block")
        return
    if origin_name(load_balancer) is None:
        rule = "has only wildcard names, and CloudFront needs one name for its origin"
        yield Finding(at, api.load_balancer, rule, "add a name without `*` to its `names`")
    if load_balancer.internal:
        yield from _vpc_origin_findings(at, api, load_balancer, network)
    elif load_balancer.reachable_from not in ("internet", "cloudfront"):
        rule = "does not allow traffic from CloudFront"
        yield Finding(at, api.load_balancer, rule, 'write reachable_from = "cloudfront" there')
    elif site.is_production and _is_open(load_balancer):
        remedy = 'write reachable_from = "cloudfront" there, or add a separate load balancer for the site'
        yield Finding(at, api.load_balancer, _BYPASS, remedy)


def _vpc_origin_findings(
    at: _Place, api: ApiSettings, load_balancer: LoadBalancerSettings, blocks: NetworkBlocks
) -> Iterator[Finding]:
    """Yield the unmet requirements of a VPC origin.

    [CloudFront Developer Guide, Restrict access with VPC origins, Prerequisites]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).
    """
    network = blocks.network
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
