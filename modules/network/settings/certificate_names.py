"""The names of a certificate: how long, and how many."""

from collections.abc import Iterator, Mapping, Sequence

from modules.foundation.refusals import Finding
from modules.network.settings.zone import ZoneSettings, zone_label_of

#: [RequestCertificate, DomainName]
#: (https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html): the first name is the common name
#: too, and RFC 5280 leaves that 64 octets.
FIRST_NAME_LIMIT = 64
#: [AWS Certificate Manager User Guide, Quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html): names
#: of a certificate, by default and at most.
USUAL_NAMES = 10
MOST_NAMES = 100

Zones = Mapping[str, ZoneSettings]


def certificate_findings(at: tuple[str, ...], names: Sequence[str], zones: Zones) -> Iterator[Finding]:
    """Yield what keeps ACM from issuing the certificates of these names, one for each zone."""
    for held in _by_zone(names, zones):
        if all(len(name) > FIRST_NAME_LIMIT for name in held):
            rule = f"has {len(held[0])} characters; a certificate needs one name of {FIRST_NAME_LIMIT} or less"
            yield Finding(at, held[0], rule, "write a shorter name, or add one of the same zone")
        if len(held) > MOST_NAMES:
            rule = f"are {len(held)} names of one zone, and a certificate has {MOST_NAMES} at most"
            yield Finding(at, None, rule, 'write "*." and the zone\'s name in place of some')


def certificate_warnings(at: tuple[str, ...], names: Sequence[str], zones: Zones) -> Iterator[Finding]:
    """Yield what ACM issues only once its quota is raised."""
    for held in _by_zone(names, zones):
        if USUAL_NAMES < len(held) <= MOST_NAMES:
            rule = f"are {len(held)} names of one zone; a certificate has {USUAL_NAMES} unless ACM's quota is raised"
            remedy = 'write "*." and the zone\'s name in place of some, or raise "Domain names per ACM certificate"'
            yield Finding(at, None, rule, remedy)


def _by_zone(names: Sequence[str], zones: Zones) -> list[list[str]]:
    held: dict[str, list[str]] = {}
    for name in names:
        label = zone_label_of(name, zones)
        if label is not None:
            held.setdefault(label, []).append(name)
    return list(held.values())
