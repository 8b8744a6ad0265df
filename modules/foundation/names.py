"""Names of things in AWS: product, environment, what it is; never longer than the service allows.

A changed name is a replacement, so the rules here never change: what fits stays as it reads, what does not fit
is cut and closed by eight hexadecimal digits of its own SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

#: "Amazon S3 User Guide, General purpose bucket naming rules".
BUCKET_NAME_LIMIT = 63
#: "IAM and AWS STS quotas, IAM name requirements": a role's name.
ROLE_NAME_LIMIT = 64
#: "Amazon SNS API Reference, CreateTopic".
TOPIC_NAME_LIMIT = 256

_DIGEST_LENGTH = 8
#: As a regular expression.
DIGEST_PATTERN = f"[0-9a-f]{{{_DIGEST_LENGTH}}}"


def limited(name: str, limit: int) -> str:
    """Return the name, or when it is longer than `limit` its beginning and a digest of the whole."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - _DIGEST_LENGTH - 1].rstrip('-')}-{_digest(name)}"


def replaceable(name: str, fixed: Mapping[str, object]) -> str:
    """Return the name with a digest of what AWS can only change by replacement.

    So the new one has another name, and can be created before the old one is destroyed.
    """
    return f"{name}-{_digest(json.dumps(fixed, sort_keys=True))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True)
class Names:
    """The names of one environment (or, with `environment="account"`, of what an account has only one of)."""

    product: str
    environment: str
    account_id: str
    region: str

    def of(self, what: str, limit: int = 255) -> str:
        """Return `product-environment-what`; 255 characters is the limit of an EC2 Name tag's value, 256, less one."""
        return limited(f"{self.product}-{self.environment}-{what}", limit)

    def role(self, what: str) -> str:
        """Return an IAM role's name."""
        return self.of(what, ROLE_NAME_LIMIT)

    def bucket(self, what: str) -> str:
        """Return an S3 bucket's name, unique among all accounts and regions of AWS."""
        return limited(f"{self.product}-{self.environment}-{what}-{self.account_id}-{self.region}", BUCKET_NAME_LIMIT)

    def key_alias(self, what: str) -> str:
        """Return a KMS key's alias."""
        return f"alias/{self.product}/{self.environment}/{what}"

    def log_group(self, what: str) -> str:
        """Return a CloudWatch log group's name; the parts of a path group in the console."""
        return f"/{self.product}/{self.environment}/{what}"
