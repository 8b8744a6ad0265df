"""Names in AWS: product, environment, and purpose, never longer than the service allows.

A changed name replaces the resource, so these rules never change: a name within the limit is used as it is, a longer
one is cut and ends in the first eight hexadecimal digits of its SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

#: [Amazon S3 User Guide, General purpose bucket naming rules]
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
BUCKET_NAME_LIMIT = 63
#: [IAM and AWS STS quotas, IAM name requirements]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html): a role's name.
ROLE_NAME_LIMIT = 64
#: On the same page: a managed policy's name.
POLICY_NAME_LIMIT = 128
#: [Amazon SNS API Reference, CreateTopic](https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html).
TOPIC_NAME_LIMIT = 256

#: The part of a name that replaces the environment, for resources that an account has only one of.
ACCOUNT = "account"
#: The purpose of the log group in which commands write one line for each change that they make.
AUDIT = "audit"

_DIGEST_LENGTH = 8
#: The digest as a regular expression.
DIGEST_PATTERN = f"[0-9a-f]{{{_DIGEST_LENGTH}}}"


def limited(name: str, limit: int) -> str:
    """Return the name, or if it is longer than `limit`, its beginning and a digest of the whole name."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - _DIGEST_LENGTH - 1].rstrip('-')}-{_digest(name)}"


def replaceable(name: str, fixed: Mapping[str, object]) -> str:
    """Return the name with a digest of the arguments that AWS can only change by replacement.

    The replacement then has another name, and can be created before the old resource is destroyed.
    """
    return f"{name}-{_digest(json.dumps(fixed, sort_keys=True))}"


def account_stack_name(account_id: str) -> str:
    """Return the name of the account's bootstrap stack."""
    return f"{ACCOUNT}-{account_id}"


def is_account_stack(name: str) -> bool:
    """Return whether the name is reserved for the bootstrap stacks of accounts."""
    return name.startswith(account_stack_name(""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True)
class Names:
    """The names of one environment, or with `environment=ACCOUNT`, of what an account has only one of."""

    product: str
    environment: str
    account_id: str
    region: str
    has_boundary: bool = False
    """Whether the account's stack creates a permissions boundary for the roles: that of an environment's pipeline."""

    @property
    def boundary_arn(self) -> str | None:
        """The ARN of the permissions boundary of the environment's roles, if there is one."""
        account = f"arn:aws:iam::{self.account_id}:policy"
        return f"{account}/{self.boundary_name}" if self.has_boundary else None

    @property
    def boundary_name(self) -> str:
        """The name of that policy, which belongs to the account: the pipeline cannot change the account's policies."""
        return replace(self, environment=ACCOUNT).of(f"{self.environment}-boundary", POLICY_NAME_LIMIT)

    def of(self, purpose: str, limit: int = 255) -> str:
        """Return `product-environment-purpose`; the default limit is one below that of a tag value, 256."""
        return limited(f"{self.product}-{self.environment}-{purpose}", limit)

    def role(self, purpose: str) -> str:
        """Return an IAM role's name."""
        return self.of(purpose, ROLE_NAME_LIMIT)

    def bucket(self, purpose: str) -> str:
        """Return an S3 bucket's name, unique among all AWS accounts and Regions."""
        return limited(
            f"{self.product}-{self.environment}-{purpose}-{self.account_id}-{self.region}", BUCKET_NAME_LIMIT
        )

    def key_alias(self, purpose: str) -> str:
        """Return a KMS key's alias."""
        return f"alias/{self.product}/{self.environment}/{purpose}"

    def log_group(self, purpose: str) -> str:
        """Return a CloudWatch log group's name; the path groups log groups in the console."""
        return f"/{self.product}/{self.environment}/{purpose}"
