"""Availability Zones of each region, by their letters."""

from collections.abc import Iterator, Sequence

from modules.foundation.problems import Finding

#: [AWS Regions and Availability Zones, Availability Zones]
#: (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html) has how many there
#: are. Which letters an account has is its own affair in us-west-1 (two of three) and ap-northeast-1 (b in old
#: accounts), so that all that occur stand here. A test compares them with what DescribeInstanceTypeOfferings answered.
ZONES = {
    "ap-northeast-1": "abcd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "eu-west-2": "abcd",
    "us-east-1": "abcdef",
    "us-west-2": "abcd",
}
#: Of every other region.
USUAL_ZONES = "abc"


def zone_findings(at: tuple[str, ...], letters: Sequence[str], region: str) -> Iterator[Finding]:
    """Yield the letters that are no zone of the region."""
    known = ZONES.get(region, USUAL_ZONES)
    for letter in (letter for letter in letters if letter not in known):
        remedy = (
            f"write some of {', '.join(known)}; if AWS has opened it since, add it to ZONES in "
            "modules/network/vpc/keys/region_zones.py"
        )
        yield Finding(at, letter, f"is no zone of {region}: creating a subnet there would fail", remedy)
