"""The keys of an environment itself, which the checks of every module can use."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from modules.foundation.names import ACCOUNT, Names, is_account_stack
from modules.foundation.problems import broken_rule
from modules.foundation.settings import AccountId, Region, Settings, Tier

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


class EnvironmentKeys(Settings):
    """The keys of an environment that are in no block. The blocks of the modules are added to them, one by one."""

    misplaced: ClassVar[Mapping[str, str]] = {"name": "remove it: an environment has the name of its file"}

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The file's name without .hcl.", json_schema_extra={"inherited": True}
    )
    product: Annotated[str, AfterValidator(_product)] = Field(
        examples=["agora"],
        description="The product's name: 3 to 20 lowercase letters, digits, and hyphens; the first part of all names.",
    )
    account_id: AccountId = Field(
        examples=["111111111111"],
        description="The AWS account ID. Terraform rejects credentials of another account.",
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

    @property
    def names(self) -> Names:
        """The names of the environment's resources in AWS."""
        return Names(self.product, self.name, self.account_id, self.region)
