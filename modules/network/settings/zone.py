"""The `zone` blocks: public zones of Route 53, made here or looked up."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from modules.foundation.refusals import Finding
from modules.foundation.settings import TieredSettings
from modules.network.settings.domains import DomainName, is_under


class ZoneSettings(TieredSettings):
    """A `zone` block: a public zone, whose names the whole internet sees."""

    name: DomainName = Field(
        examples=["agora.example"], description="The domain whose names the zone holds, without a dot at its end."
    )
    existing: bool = Field(
        default=False,
        description="Whether the zone is there already, made by the registrar or by hand; it is looked up by its name.",
    )


def zone_label_of(name: str, zones: Mapping[str, ZoneSettings]) -> str | None:
    """Return the label of the zone with the longest name that the domain name lies in, if it lies in any."""
    holding = [label for label, zone in zones.items() if is_under(name.removeprefix("*."), zone.name)]
    return max(holding, key=lambda label: len(zones[label].name), default=None)


def outside_zones(at: tuple[str, ...], name: str, zones: Mapping[str, ZoneSettings]) -> Iterator[Finding]:
    """Yield the finding that a domain name lies in none of the environment's zones, if it does."""
    if zone_label_of(name, zones) is not None:
        return
    ours = ", ".join(zone.name for zone in zones.values())
    if ours:
        rule, remedy = f"is in no zone of this environment ({ours})", "write a name under one of them"
    else:
        rule, remedy = "is in no zone, for this environment has none", "take it out"
    yield Finding(at, name, rule, f"{remedy}, or a `zone` block that holds it")
