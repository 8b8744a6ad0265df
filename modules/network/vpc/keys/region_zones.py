"""The Availability Zones of each Region, by letter."""

from collections.abc import Iterator, Sequence

from modules.foundation.problems import Finding

#: [AWS Regions and Availability Zones, Availability Zones]
#: (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html) lists how many there
#: are. The letters differ between accounts in us-west-1 (two of three) and ap-northeast-1 (b in old accounts), so this
#: table has all letters that occur. A test compares it with a response of DescribeInstanceTypeOfferings.
ZONES = {
    "ap-northeast-1": "abcd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "eu-west-2": "abcd",
    "us-east-1": "abcdef",
    "us-west-2": "abcd",
}
#: The zones of every other Region.
USUAL_ZONES = "abc"


def zone_findings(at: tuple[str, ...], letters: Sequence[str], region: str) -> Iterator[Finding]:
    """Yield a problem for each letter that is not an Availability Zone of the Region."""
    known = ZONES.get(region, USUAL_ZONES)
    for letter in (letter for letter in letters if letter not in known):
        remedy = (
            f"choose from {', '.join(known)}; if it is new, add it to ZONES in modules/network/vpc/keys/region_zones.py"
        )
        rule = f"is not an Availability Zone of {region}: creating a subnet there would fail"
        yield Finding(at, letter, rule, remedy)
