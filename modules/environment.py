"""Environment: its own keys, and the blocks of all modules."""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, Field, model_validator

from modules.access import checks as access
from modules.access.blocks import AccessBlocks
from modules.compute import checks as compute
from modules.compute.blocks import ComputeBlocks
from modules.data import checks as data
from modules.data.blocks import DataBlocks
from modules.delivery import checks as delivery
from modules.delivery.blocks import DeliveryBlocks
from modules.edge import checks as edge
from modules.edge.blocks import EdgeBlocks
from modules.events import checks as events
from modules.events.blocks import EventsBlocks
from modules.foundation.names import ACCOUNT, Names, is_account_stack
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import AccountId, Region, Tier
from modules.foundation.tags import tag_findings
from modules.foundation.versions import VersionInUse
from modules.hcl.reading import hand_down
from modules.network import checks as network
from modules.network.blocks import NetworkBlocks
from modules.observability import checks as observability
from modules.observability.blocks import ObservabilityBlocks

#: Names that Groundwork uses for other stacks: the bootstrap stack of an account is `account-<id>`.
RESERVED_NAMES = (ACCOUNT, "local", "shared")


#: Prefixes that AWS reserves, each with the resources concerned. A product's name is the first part of all names.
#: [CreateLoadBalancer, Name](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html),
#: [CreateAlias, AliasName](https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html),
#: [Amazon S3 User Guide, General purpose bucket naming rules]
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
RESERVED_PRODUCTS = {
    "internal": "names of load balancers must not begin with internal-",
    "aws": "aliases of KMS keys must not begin with aws/",
    "sthree": "names of buckets must not begin with sthree-",
    "amzn-s3-demo": "names of buckets must not begin with amzn-s3-demo-",
}
_NAME_LIMIT = 20
#: S3 allows the fewest characters, and RDS no two hyphens in a row.
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME_RULE = (
    f"lowercase letters, digits, and single hyphens, at most {_NAME_LIMIT} characters, beginning with a letter and not "
    "ending with a hyphen"
)


def _is_name(value: str) -> bool:
    """Return whether the value can be part of the names of stacks, buckets, roles, databases, and states."""
    return len(value) <= _NAME_LIMIT and bool(_NAME.fullmatch(value))


def _product(value: str) -> str:
    if len(value) < 3 or not _is_name(value):
        raise broken_rule(f"is not a product name: 3 or more {_NAME_RULE}", 'write a name such as "agora"')
    for first, rule in RESERVED_PRODUCTS.items():
        if f"{value}-".startswith(f"{first}-"):
            rule = f"begins with {first}, which AWS reserves: {rule}"
            raise broken_rule(rule, "write another name; it cannot be changed later")
    return value


def _name(value: str) -> str:
    if not _is_name(value):
        rule = f"is not a name that Terraform, S3, IAM, and RDS all accept: {_NAME_RULE}"
        raise broken_rule(rule, "rename the file, for example to dev.hcl")
    if value in RESERVED_NAMES or is_account_stack(value):
        raise broken_rule("is a name that Groundwork reserves", "rename the file, for example to dev.hcl")
    return value


class Environment(
    NetworkBlocks,
    AccessBlocks,
    DataBlocks,
    EventsBlocks,
    ComputeBlocks,
    EdgeBlocks,
    ObservabilityBlocks,
    DeliveryBlocks,
):
    """One environment: the content of an environment file, named after the file.

    Each module contributes its own blocks.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"name": "remove it: an environment has the name of its file"}

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The file's name without .hcl.", json_schema_extra={"inherited": True}
    )
    product: Annotated[str, AfterValidator(_product)] = Field(
        examples=["agora"],
        description="The product's name: 3 to 20 lowercase letters, digits, and hyphens; the first part of all names.",
    )
    account_id: AccountId = Field(
        examples=["111111111111"],
        description="The AWS account ID; Terraform stops with credentials of another account.",
    )
    region: Region = Field(examples=["ap-northeast-2"], description="The AWS Region.")
    tier: Tier = Field(
        examples=["development"],
        description="development, staging, or production. In production, protections are on by default, and unsafe "
        "settings are not allowed.",
    )
    tags: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"owner": "community-team"}],
        description="Tags of all resources, in addition to product, environment, tier, and managed_by. Letters, "
        "digits, spaces, and _ . : / = + - @; IAM treats keys that differ only in case as the same key.",
    )

    @model_validator(mode="before")
    @classmethod
    def _hand_tier_down(cls, values: Any) -> Any:
        """Pass the tier to the blocks whose defaults and rules depend on it."""
        # An invalid tier is a problem of its own, and no block could use it.
        if not isinstance(values, Mapping) or values.get("tier") not in get_args(Tier):
            return values
        return hand_down(cls, values, {"tier": values["tier"]})

    @model_validator(mode="after")
    def _check_modules(self) -> "Environment":
        """Check what the blocks of a module require of each other and of lower modules."""
        refuse(
            [
                *tag_findings(self.tags),
                *network.findings(self, self.region),
                *access.findings(self, self, self.names),
                *data.findings(self, self.network, self.region),
                *events.findings(self, self, self),
                *compute.findings(self, self, self, self, self),
                *edge.findings(self, self, self, self, self),
                *observability.findings(self, self),
                *delivery.findings(self, self, self),
            ]
        )
        return self

    def warnings(self, today: datetime.date) -> Iterator[Finding]:
        """Yield warnings about settings that are allowed, as of this date."""
        if self.network:
            for finding in self.network.warnings():
                yield replace(finding, at=("network", *finding.at))
        yield from data.warnings(self)
        yield from events.warnings(self, today)
        yield from compute.warnings(self, today)
        yield from edge.warnings(self, self)
        for version in self.versions():
            yield from version.warnings(today)

    def versions(self) -> Iterator[VersionInUse]:
        """Yield the versions of AWS services that the environment names, each with its key."""
        yield from data.versions(self)
        yield from events.versions(self)
        yield from compute.versions(self)

    @property
    def names(self) -> Names:
        """The names of the environment's resources in AWS."""
        return Names(self.product, self.name, self.account_id, self.region)

    @property
    def account_names(self) -> Names:
        """The names of resources that the environment's account has only one of."""
        return Names(self.product, ACCOUNT, self.account_id, self.state_region)

    @property
    def state_key(self) -> str:
        """The object key of the state in the state bucket."""
        return self.state.key or f"{self.product}/{self.name}/terraform.tfstate"

    @property
    def state_region(self) -> str:
        """The Region of the state bucket."""
        return self.state.region or self.region
