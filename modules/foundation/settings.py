"""Base classes and field types of settings: tiers, Regions, account IDs, labels, and address ranges."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from modules.foundation.problems import Finding, broken_rule, raise_findings

Tier = Literal["development", "staging", "production"]

#: Regions of the partition `aws`, from [AWS General Reference, Amazon EC2 endpoints and quotas]
#: (https://docs.aws.amazon.com/general/latest/gr/ec2-service.html); a test compares them with the AWS SDK's. The
#: Regions of China and GovCloud have other partitions in every ARN.
REGIONS = (
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)


LABEL_LIMIT = 31
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LABEL = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Settings(BaseModel):
    """A block of an environment file: immutable, without unknown keys, and without type conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    misplaced: ClassVar[Mapping[str, str]] = {}
    """Keys that people expect in the block, each with what to write instead."""
    key_groups: ClassVar[Mapping[str, str]] = {}
    """The groups of a long table in the reference: the first key of each, with the group's title."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Former keys and blocks, each with its new key, or with the new form if more than the name has changed."""


@dataclass(frozen=True)
class NotAllowed:
    """Values of a key that tiers do not allow, as metadata of its type: `Annotated[bool, NotAllowed(...)]`."""

    values: tuple[Any, ...] | range
    because: str
    """The consequence in that tier, as a phrase: "there would be no snapshot to restore"."""
    instead: str = "remove it"
    """What to write instead."""
    tiers: tuple[Tier, ...] = ("production",)


class TieredSettings(Settings):
    """A block whose defaults and rules depend on the environment's tier, which is passed to it."""

    tier: Tier = Field(default="development", description="The environment's.", json_schema_extra={"inherited": True})

    @model_validator(mode="after")
    def _check_tier(self) -> Self:
        rules = [
            (name, each)
            for name, info in type(self).model_fields.items()
            for each in info.metadata
            if isinstance(each, NotAllowed) and self.tier in each.tiers
        ]
        raise_findings(
            Finding((name,), getattr(self, name), f"is not allowed in {self.tier}: {each.because}", each.instead)
            for name, each in rules
            if getattr(self, name) in each.values
        )
        return self

    @property
    def is_production(self) -> bool:
        """Whether the rules of production hold."""
        return self.tier == "production"


@dataclass(frozen=True)
class TierException:
    """A condition on other keys under which a default does not depend on the tier."""

    when: Callable[[Mapping[str, Any]], bool]
    """The condition, on the values of the keys that are declared before this one; invalid keys are missing."""
    value: Any
    words: str
    """The condition as the reference prints it after the value: "without internet"."""


@dataclass(frozen=True)
class TierDefault:
    """A default that depends on the tier: the factory for pydantic, and the values that the reference prints."""

    by_tier: Mapping[str, Any]
    exception: TierException | None

    def __call__(self, data: Mapping[str, Any]) -> Any:
        """Return the default, given the values of the keys that are declared before."""
        if self.exception and self.exception.when(data):
            return self.exception.value
        return self.by_tier[data.get("tier", "development")]


def tiered(
    *, development: Any, staging: Any, production: Any, exception: TierException | None = None, **field: Any
) -> Any:
    """Return a pydantic field of TieredSettings whose default depends on the tier; `field` is passed to Field."""
    by_tier = {"development": development, "staging": staging, "production": production}
    return Field(default_factory=TierDefault(by_tier, exception), **field)


def _network(value: Any) -> ipaddress.IPv4Network:
    """Return an IPv4 range from CIDR notation; with host bits set, the error names the correct range."""
    if isinstance(value, ipaddress.IPv4Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise broken_rule(
            "is not an address range in CIDR notation",
            'write an address and a prefix length, for example "10.20.32.0/19"',
        )
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise broken_rule(
            "is not an IPv4 range in CIDR notation",
            'write four numbers up to 255 and a prefix length up to 32, for example "10.20.32.0/19"',
        ) from None
    if str(network) != value:
        raise broken_rule("has host bits set beyond its prefix length", f'write "{network}"')
    return network


def _account_id(value: str) -> str:
    if len(value) != 12 or not value.isdigit() or not value.isascii():
        raise broken_rule(
            f"is not an AWS account ID: it has {len(value)} characters, but an account ID has 12 digits",
            "write the account ID, which `aws sts get-caller-identity` prints, in quotes",
        )
    return value


def _region(value: str) -> str:
    if value not in REGIONS:
        nearest = difflib.get_close_matches(value, REGIONS, n=3, cutoff=0.6)
        raise broken_rule("is not an AWS Region", f"write one of {', '.join(nearest or REGIONS)}")
    return value


def _label(value: str) -> str:
    """RDS and ElastiCache identifiers are the strictest: no hyphen at the end, no two in a row
    ([CreateDBInstance, DBInstanceIdentifier]
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html)).
    """
    if not _LABEL.fullmatch(value) or len(value) > LABEL_LIMIT:
        raise broken_rule(
            "is not a valid label of a block: lowercase letters, digits, and single hyphens, "
            f"at most {LABEL_LIMIT} characters, beginning with a letter and not ending with a hyphen",
            'write a label such as "main" or "slack-webhook"',
        )
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise broken_rule("is not an email address", 'write a group\'s address, such as "on-call@agora.example"')
    return value


def each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Raise an error if the list has a value twice; a validator for unordered lists."""
    for value in values:
        if values.count(value) > 1:
            raise broken_rule(f"names {value} twice", "write each name once")
    return values


Region = Annotated[str, AfterValidator(_region)]
Cidr = Annotated[ipaddress.IPv4Network, BeforeValidator(_network)]
AccountId = Annotated[str, AfterValidator(_account_id)]
EmailAddress = Annotated[str, AfterValidator(_email)]
RoleArn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$")]

#: The label of a block: it becomes part of names in AWS and of addresses in the plan.
Label = Annotated[str, AfterValidator(_label)]
