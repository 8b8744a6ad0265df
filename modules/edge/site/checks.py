"""Whether sites fit each other, the zones, and the load balancers and buckets behind them."""

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

#: What a record answers where a site would.
_ADDRESSES = {"A", "AAAA", "CNAME"}
_BESIDES = "is reachable besides CloudFront, past the site's firewall and countries"


def bucket_of(label: str) -> str:
    """Return what a site's bucket is called, as the label of a `bucket` block would be."""
    return f"site-{label}"


def origin_name(load_balancer: LoadBalancerSettings) -> str | None:
    """Return the name by which CloudFront asks a load balancer, which its certificate has to bear."""
    return next((name for name in load_balancer.names if not name.startswith("*.")), None)


def findings(sites: Sites, network: NetworkBlocks, data: DataBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what a site asks of others and does not get."""
    taken = _taken_names(network, compute)
    for label, site in sites.items():
        at = ("site", label)
        yield from _name_findings(at, site, network, taken)
        if bucket_of(label) in data.bucket:
            rule = f"would share its bucket's name with bucket.{bucket_of(label)}"
            yield Finding(at, None, rule, "give one of them another name")
        for name, media in site.media.items():
            if media.bucket not in data.bucket:
                rule = f"is not a bucket of this environment; there is {', '.join(data.bucket) or 'none'}"
                remedy = f'write `bucket "{media.bucket}" {{ }}`, or name another'
                yield Finding((*at, "media", name, "bucket"), media.bucket, rule, remedy)
        if site.api:
            yield from _api_findings((*at, "api", "load_balancer"), site.api, site, network, compute)


def warnings(sites: Sites, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what is allowed outside production and yet deserves a second look."""
    for label, site in sites.items():
        load_balancer = compute.load_balancer[site.api.load_balancer] if site.api else None
        if site.api and load_balancer and _is_open(load_balancer):
            at = ("site", label, "api", "load_balancer")
            remedy = 'write reachable_from = "cloudfront" there; production asks for it'
            yield Finding(at, site.api.load_balancer, _BESIDES, remedy)


def _taken_names(network: NetworkBlocks, compute: ComputeBlocks) -> dict[str, str]:
    """Return the names that lead elsewhere already, and to what."""
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
            rule = f"leads to {taken[name]} already"
            yield Finding((*at, "names"), name, rule, "give each site names of its own")
    yield from certificate_findings((*at, "names"), site.names, network.zone)
    first = zones[site.names[0]]
    for name, zone in zones.items():
        if first is not None and zone is not None and zone != first:
            # "ViewerCertificate": one for a distribution.
            rule = (
                f"is not in {network.zone[first].name} as {site.names[0]} is: a site has one certificate, for one zone"
            )
            yield Finding((*at, "names"), name, rule, "write a `site` of its own for it")


def _api_findings(
    at: _Place, api: ApiSettings, site: SiteSettings, network: NetworkBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    load_balancer = compute.load_balancer.get(api.load_balancer)
    if load_balancer is None:
        there = ", ".join(compute.load_balancer) or "none"
        rule = f"is not a load balancer of this environment; there is {there}"
        yield Finding(at, api.load_balancer, rule, "name another, or write a `load_balancer` block")
        return
    if origin_name(load_balancer) is None:
        rule = "has names with `*` only, and CloudFront asks it by one name"
        yield Finding(at, api.load_balancer, rule, "add one to its `names`")
    if load_balancer.internal:
        yield from _vpc_origin_findings(at, api, load_balancer, network)
    elif load_balancer.reachable_from not in ("internet", "cloudfront"):
        rule = "does not let CloudFront in"
        yield Finding(at, api.load_balancer, rule, 'write reachable_from = "cloudfront" there')
    elif site.is_production and _is_open(load_balancer):
        remedy = 'write reachable_from = "cloudfront" there, or a load balancer of its own for the site'
        yield Finding(at, api.load_balancer, _BESIDES, remedy)


def _vpc_origin_findings(
    at: _Place, api: ApiSettings, load_balancer: LoadBalancerSettings, blocks: NetworkBlocks
) -> Iterator[Finding]:
    """Yield what CloudFront's way into the VPC asks for and does not get.

    [CloudFront Developer Guide, Restrict access with VPC origins, Prerequisites]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).
    """
    network = blocks.network
    if network is None:
        return
    if not network.internet:
        rule = "is internal, and CloudFront reaches it only in a VPC with an internet gateway"
        yield Finding(at, api.load_balancer, rule, "write network { internet = true }; no route to it is needed")
    rules = load_balancer.inbound_rules(len(network.corporate_cidrs))
    room = RULES_LIMIT - CLOUDFRONT_WEIGHT
    if rules > room:
        rule = (
            f"has {rules} rules that let somebody in; CloudFront's prefix list counts as {CLOUDFRONT_WEIGHT} of a "
            f"security group's {RULES_LIMIT}, which leaves {room}"
        )
        yield Finding(at, api.load_balancer, rule, "name fewer ranges in its reachable_from, or join some of them")


def _is_open(load_balancer: LoadBalancerSettings) -> bool:
    return load_balancer.reachable_from == "internet"
